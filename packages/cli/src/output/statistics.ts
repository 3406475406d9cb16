import { escapeText } from '@spoor/core';
import type { Statistics } from '@spoor/tracer';
import { dropsByReason } from './drops.js';
import type { Style } from './style.js';
import { countText, sizeText } from './text.js';

/** A title and rows of cells. */
type Section = readonly [string, readonly (readonly string[])[]];

/** Formats the counters for `--stats`. */
export function statisticsText(statistics: Statistics, style: Style): string {
  const { state, rings, mapEntries, variants, programs, misordered, droppers } = statistics;
  const { recovered, ...counters } = state;
  const happened = Object.entries(statistics.events).filter(
    ([, { submitted, delivered, dropped }]) => submitted + delivered > 0 || Object.keys(dropped).length > 0,
  );
  const sections: readonly Section[] = [
    [
      'Events',
      [
        ['', 'submitted', 'delivered', 'dropped'],
        ...happened.map(([kind, { submitted, delivered, dropped }]) => [
          kind,
          countText(submitted),
          countText(delivered),
          Object.keys(dropped).length === 0 ? '0' : dropsByReason(dropped),
        ]),
        ...(happened.length === 0 ? [['none', '0', '0', '0']] : []),
        ...(misordered === 0 ? [] : [['out of order', '', countText(misordered)]]),
      ],
    ],
    ...(droppers.length === 0 ? [] : [dropperSection(droppers)]),
    [
      `Process state (${countText(mapEntries)} entries)`,
      [
        ...Object.entries(counters).map(([name, count]) => [inWords(name), countText(count)]),
        ...Object.entries(recovered).map(([place, count]) => [
          `recovered, words in ${place}`,
          countText(count),
        ]),
      ],
    ],
    [
      'Rings',
      Object.entries(rings).map(([name, { size, backlog }]) => [
        name,
        sizeText(size),
        `${sizeText(backlog)} unread`,
      ]),
    ],
    [
      'Programs',
      [
        ['', 'runs', 'ns a run', 'skipped', 'hook'],
        ...programs.map(({ name, hook, runs, runTimeNs, recursionMisses }) => [
          name,
          countText(runs),
          runs === 0 ? '-' : countText(Math.round(runTimeNs / runs)),
          countText(recursionMisses),
          hook,
        ]),
      ],
    ],
    ['In use', Object.entries(variants).map(([what, which]) => [what, which])],
  ];
  return sections.map(([title, rows]) => `${style.bold(title)}\n${align(rows)}`).join('');
}

/** Formats the processes whose events were dropped. */
function dropperSection(droppers: Statistics['droppers']): Section {
  return [
    'Processes that lost most events, of the ring of activity',
    [
      ['', 'dropped'],
      ...droppers.map(({ comm, tgid, dropped }) => [`${escapeText(comm)} [${tgid}]`, countText(dropped)]),
    ],
  ];
}

/** Converts `wordsSpilled` to `words spilled`. */
function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** Aligns the columns. The first column and columns of words align left, numbers align right. */
function align(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, cell.length);
  const place = (cell: string, index: number) =>
    index > 0 && /^[\d,-]+$|^(submitted|delivered|dropped|runs|ns a run|skipped)$/.test(cell)
      ? cell.padStart(widths[index]!)
      : cell.padEnd(widths[index]!);
  return rows.map((row) => `  ${row.map(place).join('  ').trimEnd()}\n`).join('');
}
