import type { Summary } from '../summary.js';

const columns: readonly (readonly [name: string, cell: (summary: Summary) => string])[] = [
  ['mode', ({ setting }) => setting.mode],
  [
    'entries',
    ({ setting, mapEntries }) => (setting.entries === undefined ? `default ${mapEntries}` : `${mapEntries}`),
  ],
  ['saboteur', ({ setting }) => (setting.saboteur ? 'yes' : 'no')],
  ['expected', ({ total }) => `${total.expected}`],
  ['delivered', ({ total }) => `${total.delivered}`],
  ['lost', ({ total }) => `${total.lost}`],
  ['recall', ({ recall }) => percent(recall)],
  ['precision', ({ precision }) => percent(precision)],
  ['wrong binary', ({ total }) => `${total.wrongBinary}`],
  ['wrong new', ({ total }) => `${total.wrongNew}`],
  ['held', ({ held }) => `${held}`],
  ['misses', ({ misses }) => `${misses}`],
  ['on CPUs', ({ missesByCpu }) => `${missesByCpu.filter((misses) => misses > 0).length}`],
  ['storage', ({ recovered }) => `${recovered.storage}`],
  ['hash', ({ recovered }) => `${recovered.hash}`],
  ['none', ({ recovered }) => `${recovered.none}`],
  ['ancestor', ({ ancestorRecoveries }) => `${ancestorRecoveries}`],
  ['ns/event', ({ nsPerEvent }) => (nsPerEvent === 0 ? '-' : nsPerEvent.toFixed(0))],
  [
    '',
    ({ good, runs }) =>
      good === runs ? `as it must be, ${good} of ${runs}` : `WRONG, ${runs - good} of ${runs}`,
  ],
];

/** Plain text, one line a setting, aligned. `held`: entries of the map
 * when all processes were alive. After the misses and the CPUs that they were on, by where the
 * process's own words were when a record was rebuilt: in task storage, in the hash, nowhere; and
 * how often an ancestor was what told. */
export function table(summaries: readonly Summary[]): string {
  const rows = [
    columns.map(([name]) => name),
    ...summaries.map((row) => columns.map(([, cell]) => cell(row))),
  ];
  const widths = columns.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const isText = (column: number) => column === 0 || column === columns.length - 1;
  return rows
    .map((row) =>
      row
        .map((cell, column) =>
          isText(column) ? cell.padEnd(widths[column]!) : cell.padStart(widths[column]!),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}

/** 100 % only when it is: never rounded up to it. */
export function percent(share: number): string {
  if (share === 1) return '100 %';
  return `${(Math.floor(share * 1000) / 10).toFixed(1)} %`;
}
