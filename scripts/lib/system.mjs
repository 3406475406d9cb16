/**
 * The system's tools besides Node.js. They are found, installed with apt-get, or named with the
 * commands that install them.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { Failure, say, step } from './output.mjs';
import { findProgram, run } from './run.mjs';

/**
 * @typedef {object} Requirement
 * @property {string} name as the reader knows it
 * @property {string} why
 * @property {() => string | undefined} locate the path that proves it is there
 * @property {boolean} [ciOnly] for tests that are skipped elsewhere when it is missing
 * @property {Record<PackageTool, string>} packages what each package tool calls it
 */
/** @typedef {'apt' | 'dnf' | 'pacman' | 'zypper' | 'apk'} PackageTool */

/** @param {readonly string[]} paths @returns {string | undefined} */
const firstExisting = (paths) => paths.find((path) => existsSync(path));

/**
 * The folders that the dynamic linker of a usual Linux looks into, multiarch ones included.
 * @returns {string[]}
 */
function libraryFolders() {
  const roots = ['/usr/lib', '/lib'].filter((folder) => existsSync(folder));
  const multiarch = roots.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.includes('-linux-'))
      .map((name) => join(folder, name)),
  );
  const extra = (process.env['LD_LIBRARY_PATH'] ?? '').split(':').filter((folder) => folder !== '');
  return [...extra, ...multiarch, ...roots, '/usr/lib64', '/lib64', '/usr/local/lib', '/usr/local/lib64'];
}

/** @type {readonly Requirement[]} */
const everything = [
  {
    name: 'clang',
    why: 'compiles the BPF programs',
    locate: () => findProgram('clang'),
    packages: { apt: 'clang', dnf: 'clang', pacman: 'clang', zypper: 'clang', apk: 'clang' },
  },
  {
    name: 'llvm-strip',
    why: 'takes the debugging data out of them',
    locate: () => findProgram('llvm-strip'),
    packages: { apt: 'llvm', dnf: 'llvm', pacman: 'llvm', zypper: 'llvm', apk: 'llvm' },
  },
  {
    name: 'lld',
    why: 'links the native launcher, for x86-64 and arm64',
    locate: () => findProgram('ld.lld'),
    packages: { apt: 'lld', dnf: 'lld', pacman: 'lld', zypper: 'lld', apk: 'lld' },
  },
  {
    name: 'the headers of libbpf',
    why: 'the BPF programs include them',
    locate: () => firstExisting(['/usr/include/bpf/bpf_helpers.h', '/usr/local/include/bpf/bpf_helpers.h']),
    packages: {
      apt: 'libbpf-dev',
      dnf: 'libbpf-devel',
      pacman: 'libbpf',
      zypper: 'libbpf-devel',
      apk: 'libbpf-dev',
    },
  },
  {
    name: 'libbpf 1.0 or later',
    why: 'loads the BPF programs into the kernel',
    locate: () => firstExisting(libraryFolders().map((folder) => join(folder, 'libbpf.so.1'))),
    packages: { apt: 'libbpf1', dnf: 'libbpf', pacman: 'libbpf', zypper: 'libbpf1', apk: 'libbpf' },
  },
  {
    name: 'bpftool',
    why: 'only the tests need it: they check our BTF parser and the loaded programs against it',
    locate: () => findProgram('bpftool'),
    packages: { apt: 'bpftool', dnf: 'bpftool', pacman: 'bpf', zypper: 'bpftool', apk: 'bpftool' },
  },
  ...['g++', 'make', 'python3'].map((program) => ({
    name: program,
    why: 'in continuous integration only: compiles ffi-napi for the tests of its driver',
    locate: () => findProgram(program),
    ciOnly: true,
    packages: {
      apt: program,
      dnf: program === 'g++' ? 'gcc-c++' : program,
      pacman: program === 'g++' ? 'gcc' : program,
      zypper: program === 'g++' ? 'gcc-c++' : program,
      apk: program,
    },
  })),
  ...[
    ['less', 'less'],
    ['vi', 'vim-tiny'],
    ['ssh-agent', 'openssh-client'],
    ['mkfs.btrfs', 'btrfs-progs'],
  ].map(([program = '', name = '']) => ({
    name: program,
    why: 'in continuous integration only: tests run it, or trace it',
    locate: () => findProgram(program),
    ciOnly: true,
    packages: { apt: name, dnf: name, pacman: name, zypper: name, apk: name },
  })),
  {
    name: 'git',
    why: 'in continuous integration only: the test of a recipe applies its patch',
    locate: () => findProgram('git'),
    ciOnly: true,
    packages: { apt: 'git', dnf: 'git', pacman: 'git', zypper: 'git', apk: 'git' },
  },
];

/**
 * @type {(name: string, why: string, packages: Partial<Record<PackageTool, string>>) =>
 *   Requirement}
 */
const forGuests = (name, why, packages) => ({
  name,
  why,
  locate: () => findProgram(name),
  packages: { apt: name, dnf: name, pacman: name, zypper: name, apk: name, ...packages },
});

/**
 * Requirements of the guests of the kernel matrix alone: `npm test` does not need them.
 * @type {readonly Requirement[]}
 */
export const guestRequirements = [
  forGuests('qemu-system-x86_64', 'the machine that a guest runs in', {
    apt: 'qemu-system-x86',
    dnf: 'qemu-system-x86-core',
    pacman: 'qemu-system-x86',
    zypper: 'qemu-x86',
  }),
  forGuests('busybox', 'finds the disks of a guest', { apt: 'busybox-static' }),
  forGuests('cpio', 'packs what a guest begins with', {}),
  forGuests('xz', "unpacks modules of a guest's kernel", { apt: 'xz-utils' }),
  forGuests('mke2fs', 'makes the disks of a guest', {
    apt: 'e2fsprogs',
    dnf: 'e2fsprogs',
    pacman: 'e2fsprogs',
    zypper: 'e2fsprogs',
    apk: 'e2fsprogs',
  }),
  ...['apt-get', 'dpkg'].map((name) =>
    forGuests(name, "fetches Debian's kernels", { apt: name.replace('-get', '') }),
  ),
];

/** @param {boolean} inCi @returns {readonly Requirement[]} */
export const requirementsOf = (inCi) => everything.filter(({ ciOnly = false }) => !ciOnly || inCi);

/**
 * Returns the requirements of this run that are missing.
 *
 * @param {readonly Requirement[]} [requirements]
 * @returns {readonly Requirement[]}
 */
export const missingRequirements = (requirements = requirementsOf(process.env['CI'] === 'true')) =>
  requirements.filter((requirement) => requirement.locate() === undefined);

/** @type {readonly { tool: PackageTool, ids: readonly string[], install: string }[]} */
const families = [
  { tool: 'apt', ids: ['debian', 'ubuntu'], install: 'apt-get install -y --no-install-recommends' },
  { tool: 'dnf', ids: ['fedora', 'rhel', 'centos'], install: 'dnf install' },
  { tool: 'pacman', ids: ['arch'], install: 'pacman -S --needed' },
  { tool: 'zypper', ids: ['suse', 'opensuse'], install: 'zypper install' },
  { tool: 'apk', ids: ['alpine'], install: 'apk add' },
];

/** @param {string} osRelease the text of /etc/os-release */
export function familyOf(osRelease) {
  const field = (/** @type {string} */ name) =>
    new RegExp(`^${name}="?([^"\n]*)"?$`, 'm').exec(osRelease)?.[1]?.toLowerCase() ?? '';
  const ids = [field('ID'), ...field('ID_LIKE').split(' ')];
  return families.find((family) => ids.some((id) => family.ids.includes(id)));
}

/**
 * @param {readonly Requirement[]} missing
 * @param {string} osRelease
 * @param {boolean} isRoot
 * @returns {string[]} the commands that install `missing` on that system; none where we do not know
 *   its package tool
 */
export function installCommands(missing, osRelease, isRoot) {
  const family = familyOf(osRelease);
  if (family === undefined) return [];
  const names = [...new Set(missing.map((requirement) => requirement.packages[family.tool]))].join(' ');
  const sudo = isRoot ? '' : 'sudo ';
  const update = family.tool === 'apt' ? [`${sudo}apt-get update`] : [];
  return [...update, `${sudo}${family.install} ${names}`];
}

/** @param {readonly Requirement[]} missing @returns {string} */
const listOf = (missing) => missing.map(({ name, why }) => `  ${name}: ${why}`).join('\n');

/** @param {readonly string[]} args */
async function aptGet(...args) {
  const apt = await run('apt-get', ['-o', 'DPkg::Lock::Timeout=300', ...args], {
    env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
  });
  if (apt.status !== 0) {
    throw new Failure(
      `apt-get ${args.join(' ')} failed with status ${apt.status}. It needs the network and the system's package sources.`,
      { output: apt.output },
    );
  }
}

/**
 * Makes sure of every row. As root on Debian and Ubuntu it installs what is missing, saying what
 * and why first; elsewhere it stops with the commands to run.
 *
 * @param {readonly Requirement[]} [requirements] those of every run, unless others are named
 */
export async function ensureSystem(requirements) {
  const missing = missingRequirements(requirements);
  if (missing.length === 0) return;
  const osRelease = existsSync('/etc/os-release') ? readFileSync('/etc/os-release', 'utf8') : '';
  const isRoot = process.getuid?.() === 0;
  const commands = installCommands(missing, osRelease, isRoot);
  const canInstall = isRoot && familyOf(osRelease)?.tool === 'apt' && findProgram('apt-get') !== undefined;
  if (!canInstall) {
    const how =
      commands.length > 0
        ? `Run:\n\n${commands.map((command) => `  ${command}`).join('\n')}\n\nand start again.`
        : 'Install these with the package tool of this system, and start again.';
    throw new Failure(`This machine does not have\n\n${listOf(missing)}\n\n${how}`);
  }

  say(`setup: this machine does not have\n${listOf(missing)}`);
  const names = missing.map((requirement) => requirement.packages.apt);
  await step(`apt-get update; apt-get install -y --no-install-recommends ${names.join(' ')}`, async () => {
    await aptGet('update');
    await aptGet('install', '-y', '--no-install-recommends', ...names);
  });

  const still = missingRequirements(requirements);
  if (still.length > 0) {
    throw new Failure(
      `apt-get reported success, and yet this machine does not have\n\n${listOf(still)}\n\n` +
        'Releases with libbpf 1.0 or later: Debian 12, Ubuntu 23.04, and newer ones.',
    );
  }
}
