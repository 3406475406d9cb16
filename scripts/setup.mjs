/**
 * Makes a fresh clone work: pnpm, the packages, the system's tools, the build. Plain Node.js
 * without a dependency. What is there already is left alone; when nothing is to do it says nothing.
 *
 *     node scripts/setup.mjs           `npm start`, `npm test` and `pnpm check` begin with it
 */
import {
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { withLock } from './lib/lock.mjs';
import { Failure, say, script, step } from './lib/output.mjs';
import { pnpmFolder, run } from './lib/run.mjs';
import { contentStamp, filesBelow, sourcesOf, statStamp } from './lib/stamp.mjs';
import { ensureSystem, missingRequirements } from './lib/system.mjs';
import { inRoot, packageFolders, pinnedPnpm, readManifest, root } from './lib/workspace.mjs';

/** Other systems decode and replay: they need the TypeScript, not the BPF programs. */
const isLinux = process.platform === 'linux';

/**
 * @typedef {object} State what the last set-up left, in `.tools/setup.json`
 * @property {string} packages of the lockfile and every package.json
 * @property {number} installed modification time of node_modules/.modules.yaml, which each
 *   installation writes
 * @property {string} sources of what the build reads
 * @property {string} outputs of what the build wrote
 */

const statePath = inRoot('.tools', 'setup.json');

/** @returns {Partial<State>} */
function readState() {
  try {
    return JSON.parse(readFileSync(statePath, 'utf8'));
  } catch {
    // None yet, or not ours any more: everything is to do.
    return {};
  }
}

/** @param {Partial<State>} state */
function writeState(state) {
  mkdirSync(inRoot('.tools'), { recursive: true });
  // By rename, so that no reader ever sees half a file.
  writeFileSync(`${statePath}.${process.pid}`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${statePath}.${process.pid}`, statePath);
}

function packagesStamp() {
  const manifests = ['', ...packageFolders()].map((folder) => inRoot(folder, 'package.json'));
  const files = [...manifests, inRoot('pnpm-lock.yaml'), inRoot('pnpm-workspace.yaml')];
  return contentStamp(root, files, [process.platform, process.arch]);
}

const installedAt = () =>
  statSync(inRoot('node_modules', '.modules.yaml'), { throwIfNoEntry: false })?.mtimeMs ?? 0;

function sourcesStamp() {
  const shared = ['pnpm-lock.yaml', 'scripts/build-package.mjs', 'turbo.json', 'tsconfig.base.json'].map(
    (name) => inRoot(name),
  );
  return contentStamp(root, [...shared, ...packageFolders().flatMap((folder) => sourcesOf(inRoot(folder)))]);
}

function outputsStamp() {
  const folders = ['build', 'dist'].flatMap((name) => packageFolders().map((folder) => inRoot(folder, name)));
  return statStamp(
    root,
    folders.flatMap((folder) => filesBelow(folder)),
  );
}

/** Each package with a dependency has a folder of links to them. */
const linksPresent = () =>
  packageFolders().every((folder) => {
    const { dependencies = {}, devDependencies = {} } = readManifest(folder);
    const isLinked = Object.keys({ ...dependencies, ...devDependencies }).length > 0;
    return !isLinked || existsSync(inRoot(folder, 'node_modules'));
  });

/** @param {Partial<State>} state */
const packagesCurrent = (state) =>
  state.packages === packagesStamp() && state.installed === installedAt() && linksPresent();

/** @param {Partial<State>} state */
const buildCurrent = (state) =>
  state.sources === sourcesStamp() && state.outputs === outputsStamp() && existsSync(commandLink);

const commandLink = inRoot('node_modules', '.bin', 'spoor');

/**
 * Makes node_modules/.bin/spoor: the native launcher on Linux, the script elsewhere. As a
 * dependency of the root, the command would make each build depend on each file of each package.
 */
function linkCommand() {
  if (existsSync(commandLink)) return;
  const command = existsSync(inRoot('bin', 'spoor')) ? 'bin/spoor' : 'packages/cli/bin/spoor.cjs';
  rmSync(commandLink, { force: true });
  symlinkSync(join('..', '..', command), commandLink);
}

const toolsCurrent = () =>
  existsSync(join(pnpmFolder(), 'node_modules', '.bin', 'pnpm')) &&
  (!isLinux || missingRequirements().length === 0);

/**
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ needs: string, cwd?: string }} options `needs`: what to look at first when it fails
 */
async function must(command, args, { needs, cwd = root }) {
  const { status, output } = await run(command, args, { cwd });
  if (status === 0) return;
  throw new Failure(`${[command, ...args].join(' ')}\nfailed with status ${status}. ${needs}`, { output });
}

/**
 * Installs the pinned pnpm with npm. Its parts go to a folder beside, and get the final name when
 * they are whole.
 */
export async function ensurePnpm() {
  const version = pinnedPnpm();
  const folder = pnpmFolder();
  if (existsSync(join(folder, 'node_modules', '.bin', 'pnpm'))) return;
  await step(`installing pnpm ${version} into .tools with npm`, async () => {
    const partial = `${folder}.partial`;
    rmSync(partial, { recursive: true, force: true });
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(partial, { recursive: true });
    // Three tries as npm has it, but without its waits of ten seconds and more.
    const patience = ['--fetch-retry-mintimeout=1000', '--fetch-retry-maxtimeout=5000'];
    const flags = [
      '--ignore-scripts',
      '--no-audit',
      '--no-fund',
      '--no-package-lock',
      '--no-save',
      '--loglevel=error',
      ...patience,
    ];
    await must('npm', ['install', '--prefix', partial, ...flags, `pnpm@${version}`], {
      needs: 'It needs the network and an npm registry.',
    });
    // npm does not run this if its settings forbid scripts. It replaces a stub by the program for
    // this machine.
    await must(process.execPath, ['install.js'], {
      cwd: join(partial, 'node_modules', 'pnpm'),
      needs:
        'The package of pnpm has no program for this machine, or npm was told to omit optional packages.',
    });
    renameSync(partial, folder);
  });
}

async function installPackages() {
  await step('installing the packages with pnpm', () =>
    must(
      'pnpm',
      ['install', '--frozen-lockfile', '--reporter=append-only', '--config.confirm-modules-purge=false'],
      {
        needs: 'It needs the network and an npm registry, unless everything is in its store already.',
      },
    ),
  );
}

async function build() {
  await step('building with turbo', () =>
    must('turbo', ['run', 'build', '--output-logs=errors-only', '--ui=stream', '--concurrency=100%'], {
      needs: 'A source does not build.',
    }),
  );
}

/**
 * Both steps write their stamp only when they have succeeded: an interrupted step is a step to
 * repeat.
 *
 * @param {Partial<State>} state
 */
async function preparePackages(state) {
  if (isLinux) await ensureSystem();
  await ensurePnpm();
  if (packagesCurrent(state)) return;
  writeState({});
  await installPackages();
  writeState({ packages: packagesStamp(), installed: installedAt() });
}

/** @param {Partial<State>} state */
async function prepareBuild(state) {
  if (buildCurrent(state)) return;
  const { packages = '', installed = 0 } = state;
  writeState({ packages, installed });
  // Taken before the build: a source that changes under it makes the next run build again.
  const sources = sourcesStamp();
  await build();
  linkCommand();
  writeState({ packages, installed, sources, outputs: outputsStamp() });
}

/**
 * Brings the tree up to date, or ends with a {@link Failure} that says what to do.
 *
 * @param {{ withBuild?: boolean }} [options] without the build it is enough for the tools, and for
 *   tests of sources
 */
export async function setup({ withBuild = true } = {}) {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major < 20 || (major === 20 && minor < 19)) {
    throw new Failure(`Node.js 20.19 or later is needed; this is ${process.versions.node}.`);
  }
  const isCurrent = (/** @type {Partial<State>} */ state) =>
    toolsCurrent() && packagesCurrent(state) && (!withBuild || buildCurrent(state));
  if (isCurrent(readState())) return;
  const onWait = (/** @type {string} */ owner) =>
    say(`setup: waiting for the set-up of process ${owner} in this tree …`);
  await withLock(
    async () => {
      await preparePackages(readState());
      if (withBuild) await prepareBuild(readState());
    },
    { onWait },
  );
}

// By its real path: Node.js resolves the links in import.meta.url, and not those in argv.
if (fileURLToPath(import.meta.url) === realpathSync(process.argv[1] ?? '.')) {
  await script(async () => {
    await setup();
    return undefined;
  });
}
