import { type Goal, isReached } from '../finding.js';
import { quantity } from '../measure/units.js';
import { agreementText } from './agreement.js';
import type { Report } from './report.js';
import { type Row, rowsOf } from './rows.js';

/** A report for a terminal: plain text, one table a measurement. */
export function reportText({ subject, finding, quick, seconds, agreement }: Report): string {
  const { measurements, goals, absent, remarks } = finding;
  const tables = measurements.map((measurement) => {
    const { rows } = rowsOf(measurement);
    const head = measurement.base === undefined ? '' : `  (× ${measurement.base})`;
    return `  ${measurement.title}${head}\n${tableText(rows)}`;
  });
  const notes = [
    ...remarks.map((remark) => `  ${remark}`),
    ...absent.map((what) => `  absent: ${what}`),
    ...(agreement === undefined ? [] : [`  ${agreementText(agreement)}`]),
    ...(quick ? ['  a smoke test: the numbers say nothing'] : goals.map((goal) => `  ${goalText(goal)}`)),
  ];
  const title = `${subject.name}: ${subject.title} (${seconds.toFixed(0)} s)`;
  return [title, ...tables, ...(notes.length === 0 ? [] : [notes.join('\n')])].join('\n\n');
}

/** A goal, its measurement and its verdict. */
function goalText(goal: Goal): string {
  const { text, value, limit, unit } = goal;
  const sign = isReached(goal) ? '✓' : '✗';
  return `${sign} ${text}: ${quantity(value, unit)}, at most ${quantity(limit, unit)}`;
}

function tableText(rows: readonly Row[]): string {
  const columns: readonly ((row: Row) => string)[] = [
    ({ name }) => name,
    ({ median }) => median,
    ({ spread }) => spread,
    ({ ratio }) => ratio,
  ];
  const widths = columns.map((column) => Math.max(...rows.map((row) => column(row).length)));
  return rows
    .map((row) => {
      const cells = columns.map((column, index) =>
        index === 0 ? column(row).padEnd(widths[index]!) : column(row).padStart(widths[index]!),
      );
      return `    ${cells.join('   ')}`.trimEnd();
    })
    .join('\n');
}
