/**
 * The files that a guest boots from. The initramfs only finds the disks. One disk has this
 * machine's programs, the other one the work tree. Nothing is built for the guest.
 */
import { createHash } from 'node:crypto';
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { release } from 'node:os';
import { join, relative, sep } from 'node:path';
import process from 'node:process';
import { duration, Failure, say } from '../lib/output.mjs';
import { findProgram, run } from '../lib/run.mjs';
import { root } from '../lib/workspace.mjs';
import { inCache } from './cache.mjs';
import { copyWithLibraries, matching } from './closure.mjs';
import { modulesFor } from './modules.mjs';

const multiarch = '/usr/lib/x86_64-linux-gnu';

/**
 * The programs that tests run: a shell with the usual tools, a compiler for their fixtures, and
 * tools that inspect the kernel.
 */
const programs = [
  'sh bash busybox node bpftool mount umount unshare setpriv setsid taskset flock',
  'ls cat true false sleep dd mkfifo mkdir rm rmdir touch cp mv ln chmod chown env echo printf test id head tail sort',
  'seq wc tr cut timeout stty uname dmesg getent grep sed find xargs date stat readlink dirname basename',
  'script clang ld llvm-strip llvm-nm ldd',
].flatMap((names) => names.split(' '));

const libraries = () => [
  join(multiarch, 'libbpf.so.1'),
  ...matching(multiarch, /^lib(nss_(files|dns)|gcc_s|pthread|dl|rt|util|m)\.so\.\d$/),
];

/** @param {string} folder @param {string} names @returns {string[]} */
const within = (folder, names) => names.split(' ').map((name) => join(folder, name));

const others = () => [
  ...matching('/usr/lib', /^llvm-\d+$/).map((folder) => join(folder, 'lib', 'clang')),
  ...matching('/usr/lib/gcc/x86_64-linux-gnu', /^\d+$/).flatMap((folder) =>
    matching(folder, /\.(o|a|so)$|^include/),
  ),
  ...matching(multiarch, /crt.*\.o$|^lib(c|m|pthread|dl|rt|util|mvec|c_nonshared)\.(a|so)$|^libm-[\d.]+\.a$/),
  ...within('/usr/include', 'asm-generic linux bpf net netinet arpa x86_64-linux-gnu'),
  ...matching('/usr/include', /\.h$/),
  ...within('/etc', 'passwd group nsswitch.conf hosts hostname os-release protocols services shells'),
];

/** @param {string} folder @param {string} image @param {string} label */
async function makeDisk(folder, image, label) {
  const { output: used } = await run('du', ['-sm', '--apparent-size', folder]);
  // Room for what tests write, and for the file system itself; the file is sparse.
  const size = Math.ceil(Number.parseInt(used, 10) * 1.3) + 1024;
  rmSync(image, { force: true });
  const options = '-q -t ext4 -E root_owner=0:0 -O ^has_journal -m 0 -N 120000'.split(' ');
  const args = [...options, '-L', label, '-d', folder, image, `${size}M`];
  const { status, output } = await run(findProgram('mke2fs') ?? 'mke2fs', args);
  if (status !== 0) throw new Failure(`mke2fs could not make ${image} of ${folder}`, { output });
}

/**
 * The system's disk, made anew when the machine's packages or Node.js have changed.
 *
 * @returns {Promise<string>} its path
 */
export async function systemDisk() {
  const node = realpathSync(findProgram('node') ?? process.execPath);
  const stamp = createHash('sha256')
    .update(existsSync('/var/lib/dpkg/status') ? readFileSync('/var/lib/dpkg/status') : release())
    .update(readFileSync(new URL(import.meta.url)))
    .update(readFileSync(new URL('closure.mjs', import.meta.url)))
    .update(`${node} ${process.version}`)
    .digest('hex')
    .slice(0, 16);
  const image = inCache(`system-${stamp}.ext4`);
  if (existsSync(image)) return image;
  say('kernels: making the disk of the guests, with the programs of this machine …');
  const began = performance.now();
  mkdirSync(inCache(), { recursive: true });
  for (const old of matching(inCache(), /^system-.*\.ext4$/)) rmSync(old);
  const folder = mkdtempSync(inCache('system-'));
  try {
    await copyWithLibraries(folder, { programs, libraries: libraries(), others: others() });
    for (const name of ['proc', 'sys', 'dev', 'run', 'tmp', 'root', 'var/tmp', 'mnt', 'etc'])
      mkdirSync(join(folder, name), { recursive: true });
    chmodSync(join(folder, 'tmp'), 0o1777);
    symlinkSync('/proc/mounts', join(folder, 'etc', 'mtab'));
    // Each program opens this cache first. It has the places of libraries.
    const { status, output } = await run(findProgram('ldconfig') ?? '/sbin/ldconfig', ['-r', folder]);
    if (status !== 0) throw new Failure('ldconfig could not look through what the guests get', { output });
    await makeDisk(folder, `${image}.${process.pid}`, 'system');
    renameSync(`${image}.${process.pid}`, image);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
  say(`kernels: made in ${duration(performance.now() - began)}`);
  return image;
}

/** Of the work tree, what no kernel test reads. */
const unneeded =
  /^(\.git|\.reports|\.turbo|\.tools\/(pnpm-|setup|bench|home)|node_modules\/\.pnpm\/(@biomejs|knip|oxc-parser|@oxc-parser|turbo|@turbo|@arethetypeswrong|publint|oxc-resolver|@oxc-resolver))/;

/** Other versions of Node.js, which are large. */
const otherNodes = /^\.tools\/node-\d/;

/**
 * The work tree with what is built and installed in it.
 *
 * @param {string} image
 * @param {{ patch?: string, withTools?: boolean }} options `patch`: of the BPF sources, which are
 *   then compiled anew; `withTools`: with the other versions of Node.js that tests have installed
 */
export async function workDisk(image, { patch, withTools = false }) {
  const isLeftOut = (/** @type {string} */ path) =>
    unneeded.test(path) || (!withTools && otherNodes.test(path));
  const folder = `${image}.folder`;
  rmSync(folder, { recursive: true, force: true });
  cpSync(root, folder, {
    recursive: true,
    verbatimSymlinks: true,
    preserveTimestamps: true,
    filter: (path) => !isLeftOut(relative(root, path).split(sep).join('/')),
  });
  if (patch !== undefined) {
    for (const [program, ...args] of [
      ['git', 'apply', '--include=bpf/*', patch],
      ['node', 'bpf/build.mjs'],
    ]) {
      const { status, output } = await run(program ?? '', args, { cwd: folder });
      if (status !== 0)
        throw new Failure(`${patch} cannot be built in: ${program} ${args.join(' ')} failed`, { output });
    }
  }
  await makeDisk(folder, image, 'work');
  rmSync(folder, { recursive: true, force: true });
}

/** Finds the two disks and goes over to the system. */
const init = `#!/bin/sh
/bin/busybox mkdir -p /proc /sys /dev /system
/bin/busybox mount -t devtmpfs dev /dev
for module in /modules/*; do /bin/busybox insmod $module || echo "kernels: insmod $module failed"; done
tries=0
until [ -b /dev/vda ] && [ -b /dev/vdb ]; do
  /bin/busybox usleep 50000
  tries=$((tries + 1))
  [ $tries -lt 200 ] || { echo 'kernels: the disks did not appear'; /bin/busybox poweroff -f; }
done
/bin/busybox mount -t ext4 /dev/vda /system || exit 1
/bin/busybox mkdir -p "/system$WORK"
/bin/busybox mount -t ext4 /dev/vdb "/system$WORK" || exit 1
/bin/busybox mount --move /dev /system/dev
exec /bin/busybox switch_root /system /bin/sh "$WORK/scripts/kernels/guest/init.sh"
`;

/**
 * @param {import('./packages.mjs').Kernel} kernel
 * @param {string} path where to write it
 */
export async function makeInitramfs(kernel, path) {
  const folder = `${path}.folder`;
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, 'bin'), { recursive: true });
  mkdirSync(join(folder, 'modules'));
  cpSync(realpathSync(findProgram('busybox') ?? 'busybox'), join(folder, 'bin', 'busybox'));
  symlinkSync('busybox', join(folder, 'bin', 'sh'));
  for (const [index, { name, content }] of modulesFor(kernel.modules, ['virtio_pci', 'virtio_blk']).entries())
    writeFileSync(join(folder, 'modules', `${String(index).padStart(2, '0')}-${name}.ko`), content);
  writeFileSync(join(folder, 'init'), init, { mode: 0o755 });
  const { status, output } = await run('sh', ['-c', 'find . | cpio -o -H newc --quiet >"$0"', path], {
    cwd: folder,
  });
  if (status !== 0) throw new Failure(`cpio could not make ${path}`, { output });
  rmSync(folder, { recursive: true });
}
