/**
 * Counts the insertions, deletions, replacements and swaps of neighbours that turn `a` into `b`.
 */
function distance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replace = rows[i - 1]![j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min(row[j - 1]! + 1, rows[i - 1]![j]! + 1, replace);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        best = Math.min(best, rows[i - 2]![j - 2]! + 1);
      }
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]![b.length]!;
}

/**
 * Returns the known word that is most similar to `word`. Returns undefined if more than a third of
 * the letters differ.
 *
 * @example
 * ```ts
 * nearest('comand', ['command', 'scopes']); // 'command'
 * ```
 */
export function nearest(word: string, known: Iterable<string>): string | undefined {
  if (word.length > 64) return undefined;
  const wanted = word.toLowerCase();
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  for (const candidate of known) {
    // As many letters are missing at least.
    if (Math.abs(candidate.length - word.length) >= least) continue;
    const far = distance(wanted, candidate.toLowerCase());
    if (far < least) [best, least] = [candidate, far];
  }
  return best;
}
