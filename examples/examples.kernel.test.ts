import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { compileBpfFixture } from '../scripts/lib/bpf-fixture.mjs';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Runs an example as its first comment says, and returns the lines that it prints. */
async function run(...args: readonly string[]): Promise<string[]> {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [...args], { cwd: folder });
  expect(stderr).toBe('');
  return stdout.trimEnd().split('\n');
}

const object = (name: string) => compileBpfFixture(new URL(`${name}.bpf.c`, import.meta.url));

test('follow-command prints the execs and exits of a command and its child', async () => {
  const lines = await run('follow-command.mjs', 'sh', '-c', '/bin/true one; exit 3');
  expect(lines.filter((line) => / exec /.test(line)).map((line) => line.replace(/^\d+ /, ''))).toEqual([
    'exec sh -c /bin/true one; exit 3',
    'exec /bin/true one',
  ]);
  expect(lines.filter((line) => /^\d+ exit /.test(line)).map((line) => line.replace(/^\d+ /, ''))).toEqual([
    'exit 0',
    'exit 3',
  ]);
});

test('own-ring prints the one process that it started', async () => {
  expect(await run('own-ring.mjs', object('own-ring'))).toEqual([expect.stringMatching(/^\d+ true$/)]);
});

test('count-syscalls counts those of the command', async () => {
  const lines = await run('count-syscalls.mjs', object('count-syscalls'), 'sh', '-c', 'umask; umask; umask');
  const number = process.arch === 'arm64' ? 166 : 95;
  // umask(1) without an argument reads the mask by setting it, and sets it back.
  expect(lines).toContain(`system call ${number}: 6`);
  expect(lines.at(-1)).toMatch(/^total: [1-9]\d*$/);
});
