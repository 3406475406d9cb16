import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { command, startProgram } from '../../test/spoor.js';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-odd-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs `spoor` after a preparation in a shell, in new namespaces. */
async function within(namespaces: readonly string[], prepare: string, args: readonly string[]) {
  const line = [command, ...args];
  const { status, stdout, stderr } = await startProgram('unshare', [
    ...[...namespaces, 'sh', '-c', `${prepare}; exec "$@"`, 'sh', ...line],
  ]).ended;
  expect(stderr).not.toContain('INTERNAL');
  return { status, stdout, stderr };
}

const traced = () => ['trace', '--events', 'exec', '--output-file', join(folder, 'out'), '--', 'true'];
const withoutSys = 'umount -l /sys/fs/cgroup 2>/dev/null; umount -l /sys';

it.each([
  ['a command', (): readonly string[] => traced()],
  ['the whole machine', (): readonly string[] => ['trace', '--duration', '100ms']],
])('refuses to trace %s without /proc, and says how to mount it', async (_, args) => {
  const { status, stderr } = await within(['-m'], 'umount -l /proc', args());
  expect(stderr).toMatch(/^spoor: UNSUPPORTED: \/proc is not mounted.*\n {2}.*mount -t proc proc \/proc\n$/);
  expect(status).toBe(1);
});

it('reports that /sys is not mounted', async () => {
  const { status, stderr } = await within(['-m'], withoutSys, traced());
  expect(stderr).toMatch(/^spoor: \w+: .*\/sys\n {2}Mount sysfs: mount -t sysfs sysfs \/sys\n$/);
  expect(status).toBe(1);
});

it('reports that capabilities of a user namespace do not count', async () => {
  for (const events of ['exec', 'exec,open']) {
    const args = ['trace', '--events', events, '--output-file', join(folder, 'out'), '--', 'true'];
    const { status, stderr } = await within(['-Ur'], ':', args);
    expect(stderr).toMatch(/^spoor: NO_PRIVILEGE: .*in a user namespace.*\n {2}.*sudo/);
    expect(status).toBe(1);
  }
});

it.each([
  ['without /proc', ['-m'], 'umount -l /proc', /missing +\/proc +not mounted.*\n +mount -t proc/],
  ['without /sys', ['-m'], withoutSys, /missing +\/sys +not mounted.*\n +mount -t sysfs/],
  [
    'in a user namespace',
    ['-Ur'],
    ':',
    /missing +privilege +not privileged: in a user namespace.*\n +Run it/,
  ],
])('doctor says what is missing %s, and asks for no other kernel', async (_, namespaces, prepare, found) => {
  const { status, stdout } = await within(namespaces, prepare, ['doctor']);
  expect(status).toBe(1);
  expect(stdout).toMatch(found);
  expect(stdout).not.toContain('Boot a kernel');
});

it('reports that no file descriptor is left', async () => {
  for (const limit of [24, 30, 36]) {
    const { status, stderr } = await within([], `ulimit -n ${limit}`, traced());
    expect(stderr).toMatch(/^spoor: (LOAD_FAILED|SYSCALL_FAILED): .*\n {2}.*ulimit -n/);
    expect(status).toBe(1);
  }
});

it('writes to its standard output by name in a user namespace, where root of the machine is nobody', async () => {
  const recording = join(import.meta.dirname, '..', '..', 'tour', 'tour.spoor');
  for (const name of ['/dev/stdout', '/proc/self/fd/1', '/dev/fd/1']) {
    const { status, stdout } = await within(['-Ur'], ':', ['replay', recording, '--output-file', name]);
    expect(status).toBe(0);
    expect(stdout).toContain(' exec ');
  }
});
