import { EventEmitter } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { supervise } from './supervise.js';

let folder: string;
let script: string;
let started: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-supervise-'));
  script = join(folder, 'script.mjs');
  started = join(folder, 'started');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('returns the exit status of the script', async () => {
  writeFileSync(script, 'process.exitCode = Number(process.argv[2]);');
  expect(await supervise(script, ['3'], new EventEmitter())).toBe(3);
});

it('a signal ends a script that waits for a program, and removes its temporary folder', async () => {
  const text = `import { spawnSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
writeFileSync(process.argv[2] + '.tmp', process.env.TMPDIR);
renameSync(process.argv[2] + '.tmp', process.argv[2]);
spawnSync('sleep', ['600']);
`;
  writeFileSync(script, text);
  const signals = new EventEmitter();
  const ended = supervise(script, [started], signals);
  while (!existsSync(started)) await setTimeout(10);
  const temporary = readFileSync(started, 'utf8');
  expect(existsSync(temporary)).toBe(true);
  signals.emit('SIGTERM', 'SIGTERM');
  expect(await ended).toBe(143);
  expect(existsSync(temporary)).toBe(false);
  expect(signals.eventNames()).toEqual([]);
});
