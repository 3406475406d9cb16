import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { useStage } from '../../test/actor.js';
import { temporaryFolder } from '../../test/captured-io.js';
import { command, startProgram } from '../../test/spoor.js';

const { EPERM, EACCES, ENOMEM, ENOSYS, EMFILE } = constants.errno;
/** `enum bpf_cmd` of `linux/bpf.h`. */
const bpfCommands = { all: -1, createMap: 0, lookUp: 1, loadProgram: 5, createIterator: 33 };

const stage = useStage();
let refuse: string;

beforeAll(() => {
  refuse = join(stage.folder, 'refuse');
  const source = join(import.meta.dirname, '..', '..', 'test', 'fixtures', 'refuse.c');
  execFileSync(process.env['CLANG'] ?? 'clang', [
    '-D_GNU_SOURCE',
    '-O1',
    '-Wall',
    '-Werror',
    '-o',
    refuse,
    source,
  ]);
});

async function said(program: string, args: readonly string[]) {
  const { status, stdout, stderr } = await startProgram(program, [...args]).ended;
  expect(stderr).not.toContain('INTERNAL');
  expect(stderr).not.toMatch(/^ {4}at /m);
  return { status, stdout, stderr };
}

const traced = () => [
  command,
  'trace',
  '--events',
  'exec',
  '--output-file',
  join(stage.folder, 'out'),
  '--',
  'true',
];

describe('bpf(2) that is refused, as by a seccomp profile', () => {
  it.each([
    ['all of it (EPERM)', EPERM, bpfCommands.all, /NO_PRIVILEGE: .*\n {2}.*seccomp/],
    ['all of it (EACCES)', EACCES, bpfCommands.all, /NO_PRIVILEGE: .*EACCES.*\n {2}.*seccomp/],
    ['all of it (ENOSYS)', ENOSYS, bpfCommands.all, /UNSUPPORTED: .*\n {2}.*seccomp/],
    ['programs (EPERM)', EPERM, bpfCommands.loadProgram, /NO_PRIVILEGE: .*\n {2}.*seccomp/],
    ['programs (ENOMEM)', ENOMEM, bpfCommands.loadProgram, /LOAD_FAILED: .*ENOMEM\n {2}.*memory/],
    ['maps (ENOMEM)', ENOMEM, bpfCommands.createMap, /LOAD_FAILED: .*ENOMEM\n {2}.*memory/],
    ['maps (EMFILE)', EMFILE, bpfCommands.createMap, /LOAD_FAILED: .*\n {2}.*ulimit -n/],
  ])('%s', async (_, error, call, expected) => {
    const { status, stderr } = await said(refuse, [String(error), String(call), ...traced()]);
    expect(stderr).toMatch(new RegExp(`^spoor: ${expected.source}`));
    expect(status).toBe(1);
  });

  it.each([
    ['counters cannot be read at the end', bpfCommands.lookUp],
    ['nobody can tell whether a descendant is left', bpfCommands.createIterator],
  ])('%s: it is told as that, with a status that is not 0', async (_, call) => {
    const { status, stderr } = await said(refuse, [String(EPERM), String(call), ...traced()]);
    expect(stderr).toMatch(/^spoor: (NO_PRIVILEGE|SYSCALL_FAILED): .*EPERM/m);
    expect(status).toBe(1);
  });
});

describe('types of the kernel that are something else', () => {
  const types = '/sys/kernel/btf/vmlinux';

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['zeros', Buffer.alloc(4096)],
    ['text', Buffer.from('x'.repeat(4096))],
    [
      'a header without the rest',
      Buffer.from('9feb0100180000000000000000100000001000000010000000000000', 'hex'),
    ],
  ])('are told as that: %s', async (_, bytes) => {
    const file = join(temporaryFolder(), 'types');
    writeFileSync(file, bytes);
    const covered = ['-m', 'sh', '-c', `mount --bind "$0" ${types}; exec "$@"`, file];
    const { status, stderr } = await said('unshare', [...covered, ...traced()]);
    expect(stderr).toMatch(/^spoor: BTF_INVALID: .*\/sys\/kernel\/btf\/vmlinux.*\n {2}.*findmnt/);
    expect(status).toBe(1);
  });

  it('are reported by the doctor too', async () => {
    const covered = ['-m', 'sh', '-c', `mount --bind /dev/null ${types}; exec "$@"`, 'sh'];
    const { status, stdout } = await said('unshare', [...covered, command, 'doctor']);
    expect(stdout).toMatch(/^ *missing +kernel btf +\/sys\/kernel\/btf\/vmlinux/m);
    expect(status).toBe(1);
  });
});

describe('limits', () => {
  it('on open files are reported, down to limits that stop Node.js', async () => {
    for (const limit of [3, 8, 16, 24, 40, 56, 66]) {
      const { status, stderr } = await said('prlimit', [`--nofile=${limit}:${limit}`, ...traced()]);
      if (status !== 0)
        expect(stderr, String(limit)).toMatch(/^spoor: .*ulimit -n|^spoor: .*\n {2}.*ulimit -n/);
      expect([0, 1], String(limit)).toContain(status);
    }
  });

  it('on memory are reported', async () => {
    const { status, stderr } = await said('prlimit', ['--as=900000000', ...traced()]);
    if (status !== 0) expect(stderr).toMatch(/^spoor: \w+: .*ENOMEM.*\n {2}.*memory/);
    expect([0, 1]).toContain(status);
  });
});
