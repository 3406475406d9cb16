import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Launched } from './launched.js';
import { usageOf } from './usage.js';
import { startPulse, startWork, workName } from './work.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-launched-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const { signal } = new AbortController();
const shell = (script: string, abort = signal) => new Launched(['/bin/sh', '-c', script], { signal: abort });
const lives = (pid: number) =>
  existsSync(`/proc/${pid}/stat`) && !/\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'latin1'));

async function untilGone(pid: number): Promise<void> {
  while (lives(pid)) await setTimeout(5);
}

test('hears lines of both streams, and knows when it began', async () => {
  const before = process.hrtime.bigint();
  await using launched = shell('echo one; echo two >&2; read _; echo three');
  const { atNs } = await launched.line((text) => text === 'two');
  const begunNs = await launched.begunNs;
  expect(begunNs).toBeGreaterThan(before);
  expect(atNs).toBeGreaterThan(begunNs);
  const third = launched.line((text) => text === 'three');
  launched.tell('');
  await third;
});

test('reports a program that ends too early, with its output', async () => {
  await using launched = shell('echo no such luck >&2; exit 3');
  await expect(launched.line((text) => text === 'ready')).rejects.toThrow(
    /^\/bin\/sh ended \(3\) too early:\n {2}no such luck$/,
  );
  await expect(launched.do('anything')).rejects.toThrow('ended (3)');
});

test('kills a disposed program and all its descendants', async () => {
  let child = 0;
  {
    await using launched = shell('sleep 1000 & echo $!; wait');
    child = Number((await launched.line(() => true)).text);
    expect(lives(child)).toBe(true);
  }
  await untilGone(child);
});

test('an interruption kills it, and is what its waiters are told', async () => {
  const interrupt = new AbortController();
  await using launched = shell('echo here; sleep 1000', interrupt.signal);
  await launched.line(() => true);
  const waiting = launched.line((text) => text === 'never');
  interrupt.abort(new Error('SIGINT'));
  await expect(waiting).rejects.toThrow('SIGINT');
  expect(() => shell('echo', interrupt.signal)).toThrow('SIGINT');
});

test('its output can go to a file', async () => {
  const output = join(folder, 'output');
  await using launched = new Launched(['/bin/echo', 'written'], { signal, output });
  await launched.finish();
  expect(readFileSync(output, 'utf8')).toBe('written\n');
});

test('does work, by its own clock, and is measured', async () => {
  await using work = startWork(folder, { signal });
  const before = usageOf(work.pid);
  for (const line of ['pin 0', 'closes 1000', 'opens 1000', 'execs 3', 'forks 3', 'connects 3', 'hold 2']) {
    expect(await work.do(line), line).toBeGreaterThan(0);
  }
  const after = usageOf(work.pid);
  expect(after.cpuNs).toBeGreaterThan(before.cpuNs);
  expect(after.peakMemory).toBeGreaterThanOrEqual(after.memory);
  expect(readFileSync(`/proc/${work.pid}/comm`, 'utf8')).toBe(`${workName}\n`);
  await work.finish();
});

test('a pulse goes on until it is let go', async () => {
  let pid = 0;
  {
    await using pulse = startPulse(folder, { signal });
    pid = pulse.pid;
    const before = usageOf(pid);
    while (usageOf(pid).cpuNs === before.cpuNs) await setTimeout(5);
  }
  expect(lives(pid)).toBe(false);
});
