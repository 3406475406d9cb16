import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

const folder = fileURLToPath(new URL('.', import.meta.url));

/** Runs an example and returns what it prints. */
const run = (...args: readonly string[]) =>
  execFileSync(process.execPath, args, { cwd: folder, encoding: 'utf8' }).trimEnd().split('\n');

test('typed-map creates an entry again after a miss', () => {
  expect(run('typed-map.mjs')).toEqual([
    "{ outcome: 'created', value: 'process 1' }",
    "{ outcome: 'hit', value: 'process 1' }",
    "{ outcome: 'created', value: 'process 1' }",
    '3 lookups, 2 misses',
  ]);
});

test('scopes-on-your-data evaluates a scope', () => {
  expect(run('scopes-on-your-data.mjs')).toEqual(['node false', 'npm true', 'sshd false']);
  expect(run('scopes-on-your-data.mjs', 'comm=node,np* uid>=1000')).toEqual([
    'node true',
    'npm false',
    'sshd false',
  ]);
});

test('decode-recording counts the events of the recording of the tour', () => {
  const lines = run('decode-recording.mjs', '../packages/cli/tour/tour.spoor');
  expect(lines).toContain('exec 7');
  expect(lines.some((line) => /^\d+ sh tour\.sh /.test(line))).toBe(true);
});
