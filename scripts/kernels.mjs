/**
 * `pnpm test:kernels`: the kernel tests on kernels of Debian, each in a guest of its own, and on
 * the one that runs here.
 *
 *     pnpm test:kernels                        all kernels, all tests but the recipes
 *     pnpm test:kernels --chosen               what .ci/run runs
 *     pnpm test:kernels 5.10 --filter follow   one kernel, the files with that in their path
 *
 * Kernels are fetched once, into ~/.cache/spoor/kernels or where SPOOR_KERNEL_CACHE says. The
 * result is a table, and `.reports/kernels.json`; consoles and messages of each kernel are in
 * `.reports/kernels/`.
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { chosen, showsPlantedFault, vitestArguments } from './kernels/chosen.mjs';
import { kernelReports, runKernels } from './kernels/guests.mjs';
import { resultsOf, said, table } from './kernels/merge.mjs';
import { help, parseOptions, running } from './kernels/options.mjs';
import { releases } from './kernels/releases.mjs';
import { installTools } from './kernels/tools.mjs';
import { costOf, grown, record, recorded } from './kernels/verifier-record.mjs';
import { duration, green, red, say, script } from './lib/output.mjs';
import { clearReport, writeReport } from './lib/reports.mjs';
import { inRoot } from './lib/workspace.mjs';
import { setup } from './setup.mjs';

/** @typedef {import('./kernels/options.mjs').Options} Options */
/** @typedef {import('./kernels/merge.mjs').Run} Run */
/** @typedef {import('./kernels/merge.mjs').Message} Message */

/** @param {Options} options */
function choicesOf(options) {
  if (options.plantedFault) return showsPlantedFault;
  if (!options.chosen) return [];
  const { filters } = options;
  return chosen.filter(({ file }) => filters.length === 0 || filters.some((filter) => file.includes(filter)));
}

/**
 * Without the recipes of CONTRIBUTING.md, which `npm test` follows: each compiles and checks the
 * whole tree, which takes a guest longer than all its other tests.
 *
 * @param {Options} options @returns {string[]} arguments for Vitest
 */
function testsOf(options) {
  const choices = choicesOf(options);
  if (choices.length > 0) return vitestArguments(choices);
  return options.filters.length > 0 ? [...options.filters] : ['bpf/', 'packages/', 'experiments/', 'bench/'];
}

/**
 * @param {string} version
 * @returns {(message: Message) => void} a line for each test that has run
 */
const progress = (version) => (message) => {
  if (message.say === 'kernel') say(`${version}: ${message.machine.kernel} is up`);
  if (message.say === 'program' && message.refused !== undefined)
    say(`${version}: ${red('✗')} the verifier refuses ${message.program} of ${message.object}`);
  if (message.say !== 'test' || message.status === 'skipped') return;
  const mark = message.status === 'passed' ? green('✓') : red('✗');
  say(`${version}: ${mark} ${message.file}: ${message.name}, ${duration(message.ms)}`);
  if (message.status === 'failed') say(message.output.split('\n').slice(0, 20).join('\n'));
};

/**
 * The first two numbers, as other kernels are called too: a build of the same has the same
 * verifier.
 *
 * @param {string | undefined} release
 */
const seriesOf = (release) => /^\d+\.\d+/.exec(release ?? '')?.[0] ?? running;

/** @param {readonly Run[]} runs @returns {import('./kernels/verifier-record.mjs').Costs} */
function costsOf(runs) {
  /** @type {import('./kernels/verifier-record.mjs').Costs} */
  const costs = {};
  for (const run of runs) {
    const key = run.version === running ? seriesOf(said(run, 'kernel')[0]?.machine.kernel) : run.version;
    for (const { object, program, log } of said(run, 'program')) {
      const cost = costOf(log);
      if (cost === undefined) continue;
      costs[key] ??= {};
      costs[key][object] ??= {};
      costs[key][object][program] = cost;
    }
  }
  return costs;
}

/**
 * @param {readonly Run[]} runs
 * @param {Options} options
 * @returns {import('./lib/reports.mjs').Result[]}
 */
function verifierResults(runs, options) {
  if (!options.verifier) return [];
  const costs = costsOf(runs);
  if (options.acknowledge) {
    record(costs);
    say('kernels: bpf/verifier.json is what the verifier took now');
  }
  const before = recorded();
  return Object.entries(costs).map(([kernel, found]) => {
    const isKnown = before[kernel] !== undefined || releases.some(({ version }) => version === kernel);
    const faults = isKnown ? grown(before, { [kernel]: found }) : [];
    return {
      name: `${kernel}: what the verifier takes`,
      status: !isKnown ? 'skipped' : faults.length === 0 ? 'passed' : 'failed',
      ms: 0,
      output: !isKnown
        ? `bpf/verifier.json has no ${kernel}: pnpm test:kernels --acknowledge`
        : faults.length === 0
          ? ''
          : `${faults.join('\n')}\nIf it has to be so: pnpm test:kernels --chosen --acknowledge, and commit bpf/verifier.json.`,
    };
  });
}

/**
 * The harness put to the test: a fault in the fallback has to be found where the fallback is used,
 * and only there.
 *
 * @param {readonly Run[]} runs
 * @returns {import('./lib/reports.mjs').Result[]}
 */
function plantedResults(runs) {
  return runs.map((run) => {
    const results = resultsOf(run, { isGuest: true, choices: showsPlantedFault });
    const failures = results.filter(({ status }) => status === 'failed').map(({ name }) => name);
    const fallback = said(run, 'kernel')[0]?.features.some(
      ({ name, available }) => name === 'task_storage_tracing' && !available,
    );
    const found = failures.length > 0 && failures.every((name) => name.includes('follow.kernel.test.ts'));
    const isRight = fallback === true ? found : failures.length === 0;
    return {
      name: `${run.version}: the planted fault ${fallback === true ? 'is found' : 'does no harm'}`,
      status: isRight ? 'passed' : 'failed',
      ms: run.ms,
      output: failures.length > 0 ? `failed: ${failures.join('; ')}` : 'nothing failed',
    };
  });
}

await script(async () => {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(help);
    return 0;
  }
  const name = options.plantedFault ? 'kernels-planted-fault' : 'kernels';
  clearReport(name);
  await setup();
  const isWhole = choicesOf(options).length === 0;
  if (isWhole) await installTools();
  const { versions, cpus, limitMinutes, update, plantedFault } = options;
  const runs = await runKernels({
    versions,
    program: 'tests.mjs',
    orders: { vitest: testsOf(options), verifier: options.verifier },
    cpus,
    memoryMb: 3072,
    limitMinutes,
    update,
    withTools: isWhole,
    ...(plantedFault ? { patch: inRoot('scripts', 'kernels', 'planted-fault.patch') } : {}),
    progress,
  });

  const choices = choicesOf(options);
  const results = options.plantedFault
    ? plantedResults(runs)
    : [
        ...runs.flatMap((run) => resultsOf(run, { isGuest: run.version !== running, choices })),
        ...verifierResults(runs, options),
      ];
  writeReport(name, results);
  const text = table(runs, { choices });
  writeFileSync(join(kernelReports, 'table.txt'), text);
  process.stdout.write(`\n${text}\n`);
  const failures = results.filter(({ status }) => status === 'failed');
  for (const { name: what, output } of failures) say(`${red('✗')} ${what}\n${output}\n`);
  if (options.plantedFault)
    for (const { name: what, output, status } of results) say(`${status}: ${what}; ${output}`);
  return failures.length > 0 ? 1 : 0;
});
