import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findProgram } from './run.mjs';
import { inRoot } from './workspace.mjs';

let folder: string;
const children: ChildProcess[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'spoor-lock-'));
});
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  await rm(folder, { recursive: true });
});

/** A process that takes the lock, says so, and holds it until it is killed or reads a line. */
function holder() {
  const program = `
    import { once } from 'node:events';
    import { withLock } from ${JSON.stringify(inRoot('scripts/lib/lock.mjs'))};
    const onWait = (owner) => console.log('waits for ' + owner);
    await withLock(async () => { console.log('holds'); await once(process.stdin, 'data'); }, { path: process.argv[1], onWait });
    console.log('released');
    process.exit();`;
  const child = spawn(process.execPath, ['--input-type=module', '--eval', program, join(folder, 'lock')]);
  children.push(child);
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
  return { child, line: async () => (await lines.next()).value };
}

// Without flock(1) there is no lock to test: see lock.mjs.
test.runIf(findProgram('flock'))('a second process waits, and names the first', async () => {
  const first = holder();
  expect(await first.line()).toBe('holds');
  const second = holder();
  expect(await second.line()).toBe(`waits for ${first.child.pid}`);
  first.child.stdin.write('go\n');
  expect(await first.line()).toBe('released');
  expect(await second.line()).toBe('holds');
});

test.runIf(findProgram('flock'))('the lock falls with a process that is killed', async () => {
  const first = holder();
  expect(await first.line()).toBe('holds');
  const second = holder();
  expect(await second.line()).toBe(`waits for ${first.child.pid}`);
  first.child.kill('SIGKILL');
  await once(first.child, 'close');
  expect(await second.line()).toBe('holds');
});
