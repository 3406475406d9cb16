import { counted, countText } from './text.js';

/** Counts by event kind and reason. */
export type Drops = Readonly<Record<string, Readonly<Record<string, number>>>>;

/**
 * Formats `12,000 events dropped: open 11,990 (ring-full), exec 10 (ring-full)`; empty if none was
 * dropped.
 */
export function dropsText(drops: Drops): string {
  const dropped = sum(Object.values(drops).map((reasons) => sum(Object.values(reasons))));
  return dropped === 0 ? '' : `${counted(dropped, 'event')} dropped: ${dropsByKind(drops)}`;
}

/** Formats `open 11,990 (ring-full), exec 10 (ring-full)`. */
export function dropsByKind(drops: Drops): string {
  return Object.entries(drops)
    .filter(([, reasons]) => sum(Object.values(reasons)) > 0)
    .map(([kind, reasons]) => `${kind} ${dropsByReason(reasons)}`)
    .join(', ');
}

/** Formats `11,990 (ring-full) + 3 (no-memory)`. */
export function dropsByReason(reasons: Readonly<Record<string, number>>): string {
  return Object.entries(reasons)
    .map(([reason, count]) => `${countText(count)} (${reason})`)
    .join(' + ');
}

/** Reasons shown separately per event kind. A recording may name any number of reasons. */
const mostReasons = 32;
const otherReasons = 'other';

/** Sums the drops of several markers. The names in a recording are arbitrary. */
export class DropTotals {
  readonly #kinds = new Map<string, Map<string, number>>();

  add(drops: Drops): void {
    for (const [kind, reasons] of Object.entries(drops)) {
      const total = this.#kinds.get(kind) ?? new Map<string, number>();
      this.#kinds.set(kind, total);
      for (const [reason, count] of Object.entries(reasons)) {
        const name = total.has(reason) || total.size < mostReasons ? reason : otherReasons;
        total.set(name, (total.get(name) ?? 0) + count);
      }
    }
  }

  get drops(): Drops {
    return Object.fromEntries([...this.#kinds].map(([kind, reasons]) => [kind, Object.fromEntries(reasons)]));
  }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
