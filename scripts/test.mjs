/**
 * `npm test`: the set-up, then the unit tests beside the recipes, then the kernel tests. The first
 * two have one report in `.reports/`, the kernel tests another. Arguments go to Vitest:
 *
 *     npm test -- packages/btf                 the tests of one package
 *     npm test -- --project unit               one of the three projects only
 *
 * Kernel tests and recipes load BPF programs. Where that cannot work they are skipped, and the last
 * lines say why; with CI=true that is a failure.
 */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { Failure, say, sayFailure, script, yellow } from './lib/output.mjs';
import { clearReport, reportPath, writeReport } from './lib/reports.mjs';
import { findProgram, run } from './lib/run.mjs';
import { setup } from './setup.mjs';

const projects = ['unit', 'recipes', 'kernel'];

/**
 * @returns {Promise<string | undefined>} why this machine cannot run the kernel tests; undefined
 *   when it can
 */
async function kernelObstacle() {
  if (process.platform !== 'linux') return `BPF is Linux's; this is ${process.platform}`;
  if (process.getuid?.() !== 0) return 'loading BPF programs needs root; run them with: sudo npm test';
  if (!existsSync('/sys/kernel/btf/vmlinux')) return 'this kernel has no BTF (/sys/kernel/btf/vmlinux)';
  // Being root is not enough in a container without the capability, or under a seccomp filter: ask
  // the kernel.
  const { status, output } = await run(findProgram('bpftool') ?? 'bpftool', ['prog', 'list']);
  return status === 0 ? undefined : `the kernel refuses bpf(2) here: ${output.trim()}`;
}

/** @param {readonly string[]} args @returns {{ chosen: readonly string[], rest: string[] }} */
function splitProjects(args) {
  const chosen = [];
  const rest = [];
  const queue = [...args];
  while (queue.length > 0) {
    const arg = queue.shift() ?? '';
    if (arg === '--project') chosen.push(queue.shift() ?? '');
    else if (arg.startsWith('--project=')) chosen.push(arg.slice('--project='.length));
    else rest.push(arg);
  }
  const unknown = chosen.find((name) => !projects.includes(name));
  if (unknown !== undefined)
    throw new Failure(`--project ${unknown}: there are ${projects.join(', ')}`, { status: 2 });
  return { chosen: chosen.length === 0 ? projects : chosen, rest };
}

/** @returns {Promise<string | undefined>} why there is no build; it has been said already */
async function buildObstacle() {
  try {
    await setup();
    return undefined;
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    sayFailure(error);
    return 'the build failed: see above';
  }
}

/**
 * @param {readonly string[]} chosen projects whose tests run side by side; the report has the name
 *   of the first
 * @param {readonly string[]} args
 * @returns {Promise<number>} Vitest's exit status
 */
async function runProjects(chosen, args) {
  const report = reportPath(chosen[0] ?? '');
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  // Names that match a test of one project need not match one of the other.
  const lenient = args.length > 0 ? ['--passWithNoTests'] : [];
  const options = chosen.flatMap((project) => ['--project', project]);
  const { status } = await run('vitest', ['run', ...options, ...reporters, ...lenient, ...args], {
    show: true,
  });
  return status;
}

await script(async () => {
  const { chosen, rest } = splitProjects(process.argv.slice(2));
  for (const project of chosen) clearReport(project);
  await setup({ withBuild: false });
  const unbuilt = await buildObstacle();
  const needsKernel = chosen.some((project) => project !== 'unit');
  const obstacle = unbuilt ?? (needsKernel ? await kernelObstacle() : undefined);
  let worst = unbuilt === undefined ? 0 : 1;
  const beside = chosen.filter(
    (project) => project === 'unit' || (project === 'recipes' && obstacle === undefined),
  );
  if (beside.length > 0) worst = Math.max(worst, await runProjects(beside, rest));
  if (!needsKernel) return worst;
  if (obstacle === undefined)
    return chosen.includes('kernel') ? Math.max(worst, await runProjects(['kernel'], rest)) : worst;

  const isFailure = unbuilt !== undefined || process.env['CI'] === 'true';
  say(yellow(`kernel tests ${isFailure ? 'FAILED to run' : 'skipped'}: ${obstacle}`));
  writeReport('kernel', [
    { name: 'kernel tests', status: isFailure ? 'failed' : 'skipped', ms: 0, output: obstacle },
  ]);
  return isFailure ? 1 : worst;
});
