/**
 * `pnpm check`: checks the sources without running them. Prints one line per check, and the output
 * of each that fails. Writes `.reports/check.json`.
 *
 *     pnpm check                 all
 *     pnpm check types lint      these
 */
import process from 'node:process';
import { checkApi } from './checks/api.mjs';
import { checkExports } from './checks/exports.mjs';
import { checkGenerated } from './checks/generated.mjs';
import { checkImports } from './checks/imports.mjs';
import { checkLinks } from './checks/links.mjs';
import { checkWriting } from './checks/writing.mjs';
import { duration, Failure, green, red, say, script } from './lib/output.mjs';
import { inParallel } from './lib/parallel.mjs';
import { clearReport, writeReport } from './lib/reports.mjs';
import { run } from './lib/run.mjs';
import { contentStamp, filesBelow, unlessPassed } from './lib/stamp.mjs';
import { inRoot, root } from './lib/workspace.mjs';
import { setup } from './setup.mjs';

/** @typedef {import('./lib/reports.mjs').Verdict} Verdict */
/**
 * @typedef {object} Check
 * @property {string} name
 * @property {string} what
 * @property {() => Verdict | Promise<Verdict>} check
 * @property {boolean} [needsBuild] it looks at what was built, so it comes after it
 */

/** @param {string} command @param {readonly string[]} args @returns {() => Promise<Verdict>} */
const tool =
  (command, ...args) =>
  async () => {
    const { status, output } = await run(command, args);
    return { ok: status === 0, output };
  };

async function checkBuild() {
  await setup();
  return { ok: true, output: '' };
}

/** The file in which tsc records what it found in unchanged files. */
const buildInfo = inRoot('.tools', 'types.tsbuildinfo');

const outputFolders = new Set([
  'node_modules',
  'dist',
  'dist.partial',
  'build',
  '.git',
  '.tools',
  '.turbo',
  '.reports',
]);

function checkUnused() {
  const files = filesBelow(root, (name, isFolder) =>
    isFolder ? !outputFolders.has(name) : /\.(?:[cm]?[jt]s|jsonc?|yaml)$/.test(name),
  );
  return unlessPassed(
    inRoot('.tools', 'passed', 'unused'),
    contentStamp(root, files),
    tool('knip', '--no-progress'),
  );
}

/** @type {readonly Check[]} */
const checks = [
  {
    name: 'types',
    what: 'TypeScript, with JSDoc in the scripts',
    check: tool(
      'tsc',
      '-p',
      'tsconfig.json',
      '--pretty',
      'false',
      '--incremental',
      '--tsBuildInfoFile',
      buildInfo,
    ),
  },
  {
    name: 'lint',
    what: 'lint, format and import rules',
    check: tool('biome', 'ci', '--colors=off', '--error-on-warnings', '--max-diagnostics=none'),
  },
  { name: 'imports', what: 'imports go down, not in circles, and so do C headers', check: checkImports },
  {
    name: 'unused',
    what: 'unused files, exports and dependencies',
    check: checkUnused,
  },
  { name: 'build', what: 'everything builds', check: checkBuild },
  {
    name: 'generated',
    what: 'generated files are what is generated now',
    check: checkGenerated,
    needsBuild: true,
  },
  { name: 'api', what: 'the public face is the one of api.txt', check: checkApi, needsBuild: true },
  { name: 'exports', what: 'each package as its users get it', check: checkExports, needsBuild: true },
  { name: 'links', what: 'links in the documentation', check: checkLinks },
  { name: 'writing', what: 'plain English in comments, pages, test titles and commits', check: checkWriting },
];

/** @param {Check} check @returns {Promise<import('./lib/reports.mjs').Result>} */
async function runCheck({ name, what, check }) {
  const began = performance.now();
  /** @type {Verdict} */
  let verdict;
  try {
    verdict = await check();
  } catch (error) {
    verdict = {
      ok: false,
      output:
        error instanceof Failure
          ? `${error.output}\n${error.message}`
          : String(/** @type {Error} */ (error).stack ?? error),
    };
  }
  const ms = performance.now() - began;
  say(`${verdict.ok ? green('✓') : red('✗')} ${name.padEnd(9)} ${what}, ${duration(ms)}`);
  if (verdict.note !== undefined && verdict.note !== '') say(`            ${verdict.note}`);
  if (!verdict.ok) say(`\n${verdict.output.trim()}\n`);
  return { name, status: verdict.ok ? 'passed' : 'failed', ms: Math.round(ms), output: verdict.output };
}

/** @param {readonly string[]} names @returns {readonly Check[]} */
function choose(names) {
  const unknown = names.find((name) => !checks.some((check) => check.name === name));
  if (unknown !== undefined) {
    throw new Failure(
      `there is no check "${unknown}"; there are ${checks.map((check) => check.name).join(', ')}`,
      { status: 2 },
    );
  }
  return names.length === 0 ? checks : checks.filter((check) => names.includes(check.name));
}

await script(async () => {
  const chosen = choose(process.argv.slice(2));
  clearReport('check');
  await setup({ withBuild: false });
  const early = chosen.filter(({ needsBuild = false }) => !needsBuild);
  const late = chosen.filter(({ needsBuild = false }) => needsBuild);
  const results = await inParallel(early, runCheck);
  // Chosen by name, they have to bring the build themselves.
  if (late.length > 0 && !early.some(({ name }) => name === 'build')) await setup();
  results.push(...(await inParallel(late, runCheck)));
  writeReport('check', results);
  return results.some((result) => result.status === 'failed') ? 1 : 0;
});
