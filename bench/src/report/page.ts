import { isReached } from '../finding.js';
import type { Machine } from '../machine.js';
import { quantity } from '../measure/units.js';
import { agreementText } from './agreement.js';
import type { Report } from './report.js';
import { rowsOf } from './rows.js';

/**
 * The page of all reports, in Markdown. It says nothing that the command did not measure or print.
 *
 * @param picture where the picture of a benchmark lies, from the page
 * @param tried what was tried to make it fast, and what that gave: kept by hand, in Markdown
 */
export function pageText(
  reports: readonly Report[],
  picture: (name: string) => string,
  tried: string,
): string {
  const sections = reports.map((report) => sectionText(report, picture(report.subject.name)));
  const parts = [introduction(reports), goalsText(reports), ...sections, tried.trim()];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function introduction(reports: readonly Report[]): string {
  const machines = new Map(reports.map(({ machine }) => [machineText(machine), machine]));
  return [
    '# Benchmarks',
    '',
    'Written by `pnpm bench`: see [bench/README.md](../bench/README.md) for how. Do not edit. What is compared ran in one run,',
    'in turn, round by round, and all of it in three passes some minutes apart. A number is the median of the rounds; nine of ten rounds',
    'lie in the range behind it. A ratio is taken round by round too.',
    '',
    ...[...machines.keys()].map((line) => `- ${line}`),
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

function sectionText(
  { subject, finding, at, seconds, load, quick, agreement }: Report,
  picture: string,
): string {
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
  const smoke = quick ? ['A smoke test: the numbers say nothing.'] : [];
  const before = agreement === undefined ? [] : [`Beside the run before: ${agreementText(agreement)}.`];
  const notes = [...smoke, ...remarks, ...absent.map((what) => `Absent: ${what}`), ...before].map(
    (note) => `- ${note}`,
  );
  return [
    `## ${subject.name}`,
    `${subject.title}. ${subject.question}`,
    `![${subject.title}](${picture})`,
    ...tables,
    ...(notes.length === 0 ? [] : [notes.join('\n')]),
    `<sub>${at.slice(0, 16).replace('T', ' ')} UTC, ${Math.round(seconds)} s, ${load.toFixed(1)} other processes running when it began</sub>`,
  ].join('\n\n');
}

/** A bar would end the cell. */
function escapeCell(content: string): string {
  return content.replaceAll('|', '\\|');
}
