import { setTimeout as delay } from 'node:timers/promises';
import { expect, it, vi } from 'vitest';
import { append, temporaryPaths } from '../../test/recordings.js';
import { fakeRecord } from '../testing.js';
import { openRecording } from './open-recording.js';
import { paced } from './paced.js';
import { RecordingWriter } from './writer.js';

vi.mock('node:timers/promises', async (original) => {
  const real = await original<typeof import('node:timers/promises')>();
  return { ...real, setTimeout: vi.fn(real.setTimeout) };
});

const newPath = temporaryPaths();
const ms = 1_000_000n;

async function recordingAt(...times: bigint[]) {
  const writer = await RecordingWriter.create(newPath());
  for (const timeNs of times) append(writer, fakeRecord('fork', { timeNs }));
  writer.mark({ kind: 'gap', reason: 'test', position: 0n });
  await writer.close();
  return openRecording(writer.path);
}

/** A clock that only waiting moves, so that no machine is too slow for it. */
function clockOfWaiting() {
  const start = 5000;
  const waits: number[] = [];
  let now = start;
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now);
  const timer = vi.mocked(delay).mockImplementation(async (wait, value) => {
    waits.push(wait!);
    now += wait!;
    return value!;
  });
  return {
    waits,
    get passedMs() {
      return now - start;
    },
    [Symbol.dispose]() {
      clock.mockRestore();
      timer.mockReset();
    },
  };
}

it('takes the time that it took, as often as its speed wants, and waits for nothing that is due', async () => {
  await using recording = await recordingAt(1000n * ms, 1030n * ms, 1030n * ms, 1060n * ms, 1061n * ms);
  using clock = clockOfWaiting();
  const seen: [string, number][] = [];
  for await (const event of paced(recording, { speed: 2 })) seen.push([event.kind, clock.passedMs]);
  expect(seen).toEqual([
    ['fork', 0],
    ['fork', 15],
    ['fork', 15],
    ['fork', 30],
    // Half a millisecond is less than a timer keeps.
    ['fork', 30],
    ['gap', 30],
  ]);
  expect(clock.waits).toEqual([15, 15]);
});

it('does not wait for a time that goes back, and ends with its signal', async () => {
  await using recording = await recordingAt(1000n * ms, 500n * ms, 9_000_000n * ms);
  const controller = new AbortController();
  const seen: string[] = [];
  for await (const event of paced(recording, { signal: controller.signal })) {
    seen.push(event.kind);
    if (seen.length === 2) setImmediate(() => controller.abort());
  }
  expect(seen).toEqual(['fork', 'fork']);
});

it('waits by timers that Node.js has for what happened a century later', async () => {
  await using recording = await recordingAt(0n, 2n ** 62n);
  using clock = clockOfWaiting();
  const seen: string[] = [];
  for await (const event of paced(recording)) seen.push(event.kind);
  expect(seen).toEqual(['fork', 'fork', 'gap']);
  expect(clock.waits.length).toBeGreaterThan(2000);
  expect(Math.max(...clock.waits)).toBeLessThan(2 ** 31);
});
