/**
 * Debian's cloud kernels, as packages: fetched by apt, which checks them against the archive's
 * signed index, and unpacked into the cache. Nothing is installed, and the machine's own apt
 * settings and lists stay as they are.
 */
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { duration, Failure, say } from '../lib/output.mjs';
import { run } from '../lib/run.mjs';
import { readJson } from '../lib/workspace.mjs';
import { inCache } from './cache.mjs';

/** @typedef {import('./releases.mjs').Release} Release */
/**
 * @typedef {object} Kernel
 * @property {string} version
 * @property {string} package with its version, as the archive has it
 * @property {string} image the file that boots
 * @property {string} modules the folder of its modules
 */

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * @param {string} targets the lines of `apt-get indextargets`, each
 *   `origin|component|codename|repository`
 * @returns {string | undefined} the address of the first repository of Debian that this machine
 *   reads packages from
 */
export function mirrorOf(targets) {
  for (const line of targets.split('\n')) {
    const [origin, component, codename = '', repository] = line.split('|');
    if (origin === 'Debian' && component === 'main' && /^[a-z]+$/.test(codename)) return repository;
  }
  return undefined;
}

/** @returns {Promise<string>} */
async function mirror() {
  const named = process.env['SPOOR_DEBIAN_MIRROR'];
  if (named !== undefined) return named;
  const { output } = await run('apt-get', [
    'indextargets',
    '--format',
    '$(ORIGIN)|$(COMPONENT)|$(CODENAME)|$(REPO_URI)',
    'Created-By: Packages',
  ]);
  const found = mirrorOf(output);
  if (found !== undefined) return found;
  throw new Failure(
    "this machine's apt reads no repository of Debian, so there is nowhere to fetch kernels from. Run apt-get update, " +
      'or name a mirror in SPOOR_DEBIAN_MIRROR.',
  );
}

/**
 * apt with lists and packages of its own.
 *
 * @param {string} folder
 * @param {readonly string[]} args
 */
async function apt(folder, args) {
  const settings = [
    `Dir::Etc::SourceList=${join(folder, 'sources.list')}`,
    'Dir::Etc::SourceParts=/dev/null',
    `Dir::State::Lists=${join(folder, 'lists')}`,
    `Dir::Cache::Archives=${join(folder, 'archives')}`,
    'Dir::Cache::PkgCache=',
    'Dir::Cache::SrcPkgCache=',
    'APT::Sandbox::User=root',
    'APT::Architecture=amd64',
    'Acquire::Languages=none',
    'Acquire::Retries=2',
  ];
  const [program = '', ...rest] = args;
  const options = settings.flatMap((setting) => ['-o', setting]);
  const { status, output } = await run(program, [...options, ...rest], { cwd: folder });
  if (status === 0) return output;
  throw new Failure(
    `${args.join(' ')} failed with status ${status}, in ${folder}. It fetches kernels from a mirror of Debian and needs the ` +
      'network; what was fetched once is kept and needs none.',
    { output },
  );
}

/**
 * The kernel's unpacked package, from the cache or from the archive.
 *
 * @param {Release} release
 * @param {{ update: boolean }} options `update`: ask the archive though there is one in the cache
 * @returns {Promise<Kernel>}
 */
export async function fetchKernel({ version, suite }, { update }) {
  const folder = inCache(suite);
  const record = join(folder, 'kernel.json');
  if (existsSync(record) && !update) return readJson(record);
  if (process.arch !== 'x64')
    throw new Failure(`the kernels of the matrix are for x64, and this machine is ${process.arch}`);
  if (!existsSync(keyring))
    throw new Failure(`${keyring} is missing: apt-get install debian-archive-keyring`);

  const from = await mirror();
  say(`kernels: fetching ${version} (${suite}) from ${from} …`);
  const began = performance.now();
  for (const name of ['lists/partial', 'archives/partial'])
    mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(
    join(folder, 'sources.list'),
    `deb [arch=amd64 signed-by=${keyring}] ${from} ${suite} main\n`,
  );
  await apt(folder, ['apt-get', 'update', '-o', 'APT::Update::Error-Mode=any']);
  const depends = await apt(folder, ['apt-cache', 'depends', `linux-image-cloud-amd64/${suite}`]);
  const name = /Depends: (linux-image-\S+)/.exec(depends)?.[1];
  if (name === undefined)
    throw new Failure(`linux-image-cloud-amd64 of ${suite} depends on no kernel`, { output: depends });
  for (const old of readdirSync(folder).filter((file) => file.endsWith('.deb'))) rmSync(join(folder, old));
  await apt(folder, ['apt-get', 'download', name]);
  const archive = readdirSync(folder).find((file) => file.endsWith('.deb')) ?? '';

  const unpacked = join(folder, 'unpacked');
  const partial = `${unpacked}.partial`;
  rmSync(partial, { recursive: true, force: true });
  const { status, output } = await run('dpkg', ['-x', join(folder, archive), partial]);
  if (status !== 0) throw new Failure(`${archive} does not unpack`, { output });
  rmSync(unpacked, { recursive: true, force: true });
  renameSync(partial, unpacked);
  const modules = ['lib/modules', 'usr/lib/modules']
    .map((below) => join(unpacked, below))
    .filter((below) => existsSync(below))
    .flatMap((below) => readdirSync(below).map((of) => join(below, of)));
  const image = readdirSync(join(unpacked, 'boot')).find((file) => file.startsWith('vmlinuz-')) ?? '';
  /** @type {Kernel} */
  const kernel = {
    version,
    package: archive.replace(/_amd64\.deb$/, ''),
    image: join(unpacked, 'boot', image),
    modules: modules[0] ?? '',
  };
  writeFileSync(record, `${JSON.stringify(kernel, null, 2)}\n`);
  say(`kernels: ${kernel.package}, fetched in ${duration(performance.now() - began)}`);
  return kernel;
}
