import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readlinkSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setImmediate, setTimeout } from 'node:timers/promises';
import { openRing } from '@spoor/object';
import { RingWakeup, shareMap, useSharedMap } from '@spoor/object/system';
import { expect, it, vi } from 'vitest';
import { trace } from '../index.js';

/** Opens a file per line that it reads, and prints a line then. */
const opener = 'while read -r _; do : </dev/null; echo; done';
const ringSize = 64 * 1024;
const eighth = ringSize / 8;
/**
 * The most bytes by which a record and its header are rounded up in the ring. The kernel side
 * assumes this number.
 */
const rounding = 16;

/** Returns the number of epoll descriptors of this process. */
function epolls(): number {
  const names = readdirSync('/proc/self/fd').map((fd) => {
    try {
      return readlinkSync(`/proc/self/fd/${fd}`);
    } catch {
      // The descriptor of the folder itself was closed.
      return '';
    }
  });
  return names.filter((name) => name.includes('[eventpoll]')).length;
}

it('programs wake the reader for each further eighth of a ring that fills', async () => {
  const child = spawn('sh', ['-c', opener], { stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout });
  try {
    await using tracer = await trace({
      scopes: [`pid=${child.pid}`],
      maxLatencyMs: 1e9,
      ringSizes: { activity: ringSize },
    });
    const map = tracer.object.map('activity');
    using wakeup = new RingWakeup([map]);
    // Only its backlog is read: the reader of the tracer takes the records.
    using reader = openRing(useSharedMap(shareMap(map)));
    let eighths = 0;
    // Nobody reads.
    for (let before = reader.backlog; before < ringSize - 2 * eighth; before = reader.backlog) {
      child.stdin.write('\n');
      await once(lines, 'line');
      const after = reader.backlog;
      expect(after).toBeGreaterThan(before);
      const filled = Math.floor(after / eighth) - Math.floor(before / eighth);
      const woken = await wakeup.wait(0);
      if (filled > 0) expect({ after, woken }).toEqual({ after, woken: true });
      else if (eighth - (after % eighth) > rounding)
        expect({ after, woken }).toEqual({ after, woken: false });
      eighths += filled;
    }
    expect(eighths).toBe(6);
  } finally {
    child.stdin.end();
    child.kill();
  }
});

it('programs wake nobody without a longer latency', async () => {
  await using tracer = await trace({ command: ['true'], events: ['open'], ringSizes: { activity: 4096 } });
  using wakeup = new RingWakeup([tracer.object.map('activity'), tracer.object.map('lifecycle')]);
  // Skips the records so far.
  await wakeup.wait(0);
  expect(await tracer.exit).toEqual({ code: 0, signal: null });
  expect(await wakeup.wait(0)).toBe(false);
  const { submitted, dropped } = tracer.stats().events['open']!;
  expect(submitted + (dropped['ring-full'] ?? 0)).toBeGreaterThan(0);
});

it('the next record wakes a sleeping reader, which sleeps again', async () => {
  const before = epolls();
  const child = spawn('sh', ['-c', opener], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await using tracer = await trace({ scopes: [`pid=${child.pid}`], tuning: { sleepsWhenIdle: true } });
    const { globals } = tracer.object;
    const events = tracer[Symbol.asyncIterator]();
    for (let sleeps = 0; sleeps < 2; sleeps++) {
      const next = events.next();
      while (globals.read('reader_asleep') !== 1) await setTimeout(20);
      // A reader that sleeps does not look at the ring by itself.
      child.stdin.write('\n');
      expect((await next).value).toMatchObject({ kind: 'open', path: '/dev/null' });
      expect(globals.read('reader_asleep')).toBe(0);
    }
  } finally {
    child.stdin.end();
    child.kill();
  }
  while (epolls() > before) await setImmediate();
});

it('the latency is 40 ms at most if no thread can wait', async () => {
  vi.stubEnv('UV_THREADPOOL_SIZE', '1');
  const before = epolls();
  const child = spawn('sh', ['-c', opener], { stdio: ['pipe', 'pipe', 'inherit'] });
  try {
    await using tracer = await trace({ scopes: [`pid=${child.pid}`], events: ['open'], maxLatencyMs: 1e9 });
    expect(epolls()).toBe(before);
    const events = tracer[Symbol.asyncIterator]();
    // A reader that doubles its pauses would take minutes.
    for (let opens = 0; opens < 20; opens++) {
      child.stdin.write('\n');
      expect((await events.next()).value).toMatchObject({ kind: 'open', path: '/dev/null' });
    }
  } finally {
    vi.unstubAllEnvs();
    child.stdin.end();
    child.kill();
  }
});

it('no thread waits after the loop over events was left', async () => {
  const before = epolls();
  await using tracer = await trace({ command: ['sleep', '600'], maxLatencyMs: 1e9 });
  for await (const _ of tracer) {
    expect(epolls()).toBe(before + 1);
    break;
  }
  while (epolls() > before) await setImmediate();
  expect(tracer.running).toBe(true);
  expect(tracer.kill('SIGKILL')).toBe(true);
});
