import { isReached } from '../finding.js';
import type { Machine } from '../machine.js';
import { quantity } from '../measure/units.js';
import { agreementText } from './agreement.js';
import type { Report } from './report.js';
import { rowsOf } from './rows.js';

/**
 * The summary of all reports, in Markdown: one row per benchmark. It has no number that the command
 * did not measure.
 *
 * @param details path of the page with all results, seen from the summary
 */
export function summaryText(reports: readonly Report[], details: string): string {
  const rows = reports
    .filter(({ quick }) => !quick)
    .map(({ subject, finding }) => {
      const reached = finding.goals.filter(isReached).length;
      const first = finding.goals[0];
      const example =
        first === undefined
          ? ''
          : `${escapeCell(first.text)}: ${quantity(first.value, first.unit)} (at most ${quantity(first.limit, first.unit)})`;
      const goals = finding.goals.length === 0 ? '' : `${reached} of ${finding.goals.length}`;
      return `| [${subject.name}](${details}#${subject.name}) | ${escapeCell(subject.title)} | ${goals} | ${example} |`;
    });
  const table =
    rows.length === 0
      ? 'A smoke test: it judges nothing.'
      : ['| | Question | Goals reached | The first goal |', '|---|---|---|---|', ...rows].join('\n');
  return `${introduction(reports)}\n\n${table}\n`;
}

/** The page with all results: goals, tables, pictures and notes. Pictures are beside it. */
export function detailsText(reports: readonly Report[]): string {
  const parts = [introduction(reports), goalsText(reports), ...reports.map(sectionText)];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function introduction(reports: readonly Report[]): string {
  const machines = new Set(reports.map(({ machine }) => machineText(machine)));
  return [
    '# Benchmarks',
    '',
    '`pnpm bench` writes this page. Compared programs run in one run, in turn, round by round, in three passes some minutes',
    'apart. A number is the median of all rounds, and the range has nine of ten rounds. A ratio is the median of the ratios',
    'per round.',
    '',
    ...[...machines].map((line) => `- ${line}`),
  ].join('\n');
}

function machineText({ cpu, cpus, memory, kernel, node, tools, virtual }: Machine): string {
  const kind = virtual ? ', a virtual machine' : '';
  const versions = Object.entries(tools).map(([name, version]) => `${name} ${version}`);
  return [
    `${cpus} × ${cpu}${kind}, ${quantity(memory, 'bytes')}, Linux ${kernel}`,
    `Node.js ${node}`,
    ...versions,
  ].join(', ');
}

function goalsText(reports: readonly Report[]): string {
  const judged = reports.filter(({ quick }) => !quick);
  const rows = judged.flatMap(({ subject, finding }) =>
    finding.goals.map((goal) => {
      const { text, value, limit, unit } = goal;
      return `| [${subject.name}](#${subject.name}) | ${escapeCell(text)} | ${quantity(value, unit)} | ${quantity(limit, unit)} | ${isReached(goal) ? 'yes' : '**no**'} |`;
    }),
  );
  if (rows.length === 0) return '';
  return ['| | | measured | at most | reached |', '|---|---|---:|---:|---|', ...rows].join('\n');
}

function sectionText({ subject, finding, at, seconds, load, quick, agreement }: Report): string {
  const { measurements, absent, remarks } = finding;
  const tables = measurements.map((measurement) => {
    const { rows } = rowsOf(measurement);
    const head = measurement.base === undefined ? '' : `× ${escapeCell(measurement.base)}`;
    return [
      `**${measurement.title}**`,
      '',
      `| | median | nine of ten rounds | ${head} |`,
      '|---|---:|---:|---:|',
      ...rows.map(
        ({ name, median, spread, ratio }) => `| ${escapeCell(name)} | ${median} | ${spread} | ${ratio} |`,
      ),
    ].join('\n');
  });
  const smoke = quick ? ['A smoke test: the numbers mean nothing.'] : [];
  const before = agreement === undefined ? [] : [`Beside the run before: ${agreementText(agreement)}.`];
  const notes = [...smoke, ...remarks, ...absent.map((what) => `Absent: ${what}`), ...before].map(
    (note) => `- ${note}`,
  );
  return [
    `## ${subject.name}`,
    `${subject.title}. ${subject.question}`,
    `![${subject.title}](${subject.name}.svg)`,
    ...tables,
    ...(notes.length === 0 ? [] : [notes.join('\n')]),
    `<sub>${at.slice(0, 16).replace('T', ' ')} UTC, ${Math.round(seconds)} s, ${load.toFixed(1)} other processes running when it began</sub>`,
  ].join('\n\n');
}

/** A bar would end the cell. */
function escapeCell(content: string): string {
  return content.replaceAll('|', '\\|');
}
