/** Merges the messages of all kernels into one report and one table. */
import { isChosen } from './chosen.mjs';

/** @typedef {import('../lib/reports.mjs').Result} Result */
/**
 * @typedef {{ say: 'kernel', machine: { kernel: string, possibleCpus: number }, features: Feature[]
 *   }} KernelMessage
 */
/** @typedef {{ name: string, since: string, available: boolean, why?: string }} Feature */
/**
 * @typedef {{ say: 'program', object: string, program: string, log: string, refused?: string }}
 *   ProgramMessage
 */
/** @typedef {{ say: 'running', file: string, name: string }} RunningMessage */
/**
 * @typedef {object} TestMessage
 * @property {'test'} say
 * @property {string} file
 * @property {string} name with those of the groups that it is in
 * @property {'passed' | 'failed' | 'skipped' | 'pending'} status
 * @property {number} ms
 * @property {string} output
 * @property {Record<string, string>} [variants]
 */
/**
 * @typedef {object} EndMessage
 * @property {'end'} say
 * @property {number} status Vitest's
 * @property {string[]} log of the kernel, before the tests
 * @property {string[]} added to it by the tests
 * @property {Record<string, number>} before programs, maps and links of BPF
 * @property {Record<string, number>} after
 */
/** @typedef {{ say: 'line', text: string }} LineMessage what to show */
/** @typedef {{ say: 'file', name: string, text: string }} FileMessage what to keep */
/**
 * @typedef {KernelMessage | ProgramMessage | RunningMessage | TestMessage | EndMessage |
 *   LineMessage | FileMessage} Message
 */
/**
 * @typedef {object} Run of one kernel
 * @property {string} version
 * @property {Message[]} messages
 * @property {boolean} late
 * @property {string} printed
 * @property {number} ms
 * @property {string} how it ran: in emulation, …
 */

/** Lines of the kernel's log that BPF or RCU, or the kernel as a whole, has something wrong. */
const alarming =
  /WARNING:|BUG:|\bOops\b|Call Trace|general protection fault|soft lockup|hung_task|blocked for more than|rcu.*(stall|detected|kthread starved)|(suspicious|illegal) RCU|bpf.*(warn|error|fail|invalid)|(warn|error|fail).*\bbpf/i;

/** Lines of a kernel's log that our parameters and 32-bit tests cause. */
const harmless = /command line: |RCU CPU stall warnings timeout set|warning: `act' uses 32-bit capabilities/i;

/** @param {readonly string[]} lines @returns {string[]} */
export const alarms = (lines) => lines.filter((line) => alarming.test(line) && !harmless.test(line));

/**
 * @template {Message['say']} S
 * @param {Run} run @param {S} say
 */
export const said = (run, say) =>
  /** @type {Extract<Message, { say: S }>[]} */ (run.messages.filter((message) => message.say === say));

/**
 * @param {string} release such as `5.10` or `6.18.44-amd64`
 * @param {string} since `5.5 (arm64: 6.0)`
 */
export function isSince(release, since) {
  const [major = 0, minor = 0] = release.split('.').map((part) => Number.parseInt(part, 10));
  const [ofMajor = 0, ofMinor = 0] = since.split('.').map((part) => Number.parseInt(part, 10));
  return major > ofMajor || (major === ofMajor && minor >= ofMinor);
}

/**
 * Each probe against what is known of the kernel: a probe that says no by mistake would let tests
 * skip or run a fallback that nobody asked for.
 *
 * @param {Run} run
 * @returns {Result[]}
 */
function probeResults(run) {
  return said(run, 'kernel').flatMap(({ features }) =>
    features.map(({ name, since, available, why }) => {
      const expected = isSince(run.version, since);
      const output = expected
        ? `the kernel has it since ${since}, and the probe says: ${why}`
        : `the kernel has it since ${since} only, and the probe says that it is there`;
      return {
        name: `${run.version}: probe ${name}`,
        status: /** @type {Result['status']} */ (expected === available ? 'passed' : 'failed'),
        ms: 0,
        output: expected === available ? (why ?? '') : output,
      };
    }),
  );
}

/** @param {string} name @param {readonly string[]} faults @param {number} [ms] @returns {Result} */
const verdict = (name, faults, ms = 0) => ({
  name,
  status: faults.length === 0 ? 'passed' : 'failed',
  ms,
  output: faults.join('\n'),
});

/** @param {Run} run @returns {string[]} why it cannot be said to have ended well */
function endFaults(run) {
  const [end] = said(run, 'end');
  const failed = said(run, 'test').some(({ status }) => status === 'failed');
  if (end !== undefined)
    return end.status === 0 || failed ? [] : [`Vitest ended with status ${end.status}`, run.printed];
  const begun = said(run, 'running').at(-1);
  return [
    run.late
      ? `no end after ${Math.round(run.ms / 60_000)} minutes`
      : 'it ended without a report: a panic, or it never came up',
    begun === undefined ? 'no test had begun' : `last begun: ${begun.file}: ${begun.name}`,
    'last on its console:',
    run.printed,
  ];
}

/**
 * @param {Run} run
 * @param {{ isGuest: boolean, choices: readonly import('./chosen.mjs').Choice[] }} options
 *   `choices`: what must have run
 * @returns {Result[]}
 */
export function resultsOf(run, { isGuest, choices }) {
  const { version } = run;
  const tests = said(run, 'test');
  const [end] = said(run, 'end');
  const missing = choices.filter(
    (choice) => !tests.some((test) => test.status !== 'skipped' && isChosen(test, choice)),
  );
  const refused = said(run, 'program').filter((program) => program.refused !== undefined);
  const results = [
    verdict(`${version}: ran to its end`, endFaults(run), run.ms),
    ...tests
      .filter(
        (test) =>
          test.status !== 'skipped' ||
          choices.length === 0 ||
          choices.some((choice) => isChosen(test, choice)),
      )
      .map(({ file, name, status, ms, output }) => ({
        name: `${version}: ${file}: ${name}`,
        status: /** @type {Result['status']} */ (status === 'pending' ? 'failed' : status),
        ms,
        output,
      })),
    ...(isGuest ? probeResults(run) : []),
  ];
  if (missing.length > 0)
    results.push(
      verdict(
        `${version}: what was chosen ran`,
        missing.map(({ file, tests: names }) => `${file}: no test ${names.join(', or ')}`),
      ),
    );
  if (said(run, 'program').length > 0)
    results.push(
      verdict(
        `${version}: the verifier accepts every program`,
        refused.map(({ object, program, refused: why }) => `${program} of ${object}: ${why}`),
      ),
    );
  if (end === undefined) return results;
  // Fewer is nobody's fault: what others had let go of before takes the kernel a moment.
  const counts = Object.keys(end.before).filter((kind) => (end.after[kind] ?? 0) > (end.before[kind] ?? 0));
  results.push(
    verdict(
      `${version}: nothing is left in the kernel`,
      counts.map((kind) => `${kind}: ${end.before[kind]} before the tests, ${end.after[kind]} after`),
    ),
    // The log of the machine itself is full of what we have no part in.
    verdict(
      `${version}: no warning in the kernel's log`,
      isGuest ? [...alarms(end.log), ...alarms(end.added)] : alarms(end.added),
    ),
  );
  return results;
}

/** @typedef {{ passed: number, failed: number, skipped: number }} Cell */

/**
 * @param {readonly TestMessage[]} tests
 * @param {(test: TestMessage) => string} rowOf
 * @returns {Map<string, Cell>}
 */
function cellsOf(tests, rowOf) {
  /** @type {Map<string, Cell>} */
  const cells = new Map();
  for (const test of tests) {
    const cell = cells.get(rowOf(test)) ?? { passed: 0, failed: 0, skipped: 0 };
    cell[test.status === 'pending' ? 'failed' : test.status] += 1;
    cells.set(rowOf(test), cell);
  }
  return cells;
}

/** @param {Cell | undefined} cell */
function shown(cell) {
  if (cell === undefined) return '-';
  const { passed, failed, skipped } = cell;
  if (passed + failed + skipped === 1) return failed > 0 ? 'FAILED' : skipped > 0 ? 'skipped' : 'passed';
  return [
    `${passed} passed`,
    ...(failed > 0 ? [`${failed} FAILED`] : []),
    ...(skipped > 0 ? [`${skipped} skipped`] : []),
  ].join(', ');
}

/** @param {readonly (readonly string[])[]} rows @returns {string} aligned columns */
function aligned(rows) {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

/**
 * Kernel by test; by file where there are many. Then how each kernel ran, and what it used in place
 * of what it lacks.
 *
 * @param {readonly Run[]} runs
 * @param {{ choices: readonly import('./chosen.mjs').Choice[] }} options with choices, tests that
 *   were not chosen have no row
 */
export function table(runs, { choices }) {
  const rowOf = (/** @type {TestMessage} */ test) =>
    choices.length === 0
      ? test.file
      : `${test.file.replace(/^.*\//, '').replace('.kernel.test.ts', '')}: ${test.name}`;
  const columns = runs.map((run) => {
    const tests = said(run, 'test').filter(
      (test) => choices.length === 0 || test.file === '' || choices.some((choice) => isChosen(test, choice)),
    );
    return cellsOf(tests, rowOf);
  });
  const names = [...new Set(columns.flatMap((column) => [...column.keys()]))].sort((a, b) =>
    a < b ? -1 : 1,
  );
  const rows = [
    ['test', ...runs.map(({ version }) => version)],
    ...names.map((name) => [name, ...columns.map((column) => shown(column.get(name)))]),
  ];
  return `${aligned(rows)}\n\n${aligned(factRows(runs))}\n`;
}

/** @param {readonly Run[]} runs */
function factRows(runs) {
  const facts = runs.map((run) => {
    const [kernel] = said(run, 'kernel');
    const [end] = said(run, 'end');
    const variants = said(run, 'test').find((test) => test.variants !== undefined)?.variants ?? {};
    const counts = (/** @type {Record<string, number> | undefined} */ of) =>
      of === undefined ? '-' : `${of['prog']} and ${of['map']}`;
    /** @type {Record<string, string>} */
    const all = {
      release: kernel?.machine.kernel ?? '-',
      CPUs: String(kernel?.machine.possibleCpus ?? '-'),
      'ran in': `${run.how}, ${Math.round(run.ms / 1000)} s`,
      'is without':
        kernel?.features
          .filter(({ available }) => !available)
          .map(({ name }) => name)
          .join(' ') || 'nothing',
      'programs and maps before': counts(end?.before),
      'programs and maps after': counts(end?.after),
      'warnings in the log before': end === undefined ? '-' : String(alarms(end.log).length),
      'warnings in the log after':
        end === undefined ? '-' : String(alarms(end.log).length + alarms(end.added).length),
    };
    for (const [what, which] of Object.entries(variants)) all[`uses for ${what}`] = which;
    return all;
  });
  const names = [...new Set(facts.flatMap((all) => Object.keys(all)))];
  return [
    ['kernel', ...runs.map(({ version }) => version)],
    ...names.map((name) => [name, ...facts.map((all) => all[name] ?? '-')]),
  ];
}
