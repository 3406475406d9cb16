import { expect, it } from 'vitest';
import { append, temporaryPaths } from '../../test/recordings.js';
import { inventRecord } from '../invent-record.js';
import { paced } from './paced.js';
import { openRecording } from './reader.js';
import { RecordingWriter } from './writer.js';

const newPath = temporaryPaths();
const ms = 1_000_000n;

async function recordingAt(...times: bigint[]) {
  const writer = await RecordingWriter.create(newPath());
  for (const timeNs of times) append(writer, inventRecord('fork', { timeNs }));
  writer.mark({ kind: 'gap', reason: 'test', position: 0n });
  await writer.close();
  return openRecording(writer.path);
}

it('takes the time that it took, and no more than its speed wants', async () => {
  await using recording = await recordingAt(1000n * ms, 1030n * ms, 1030n * ms, 1060n * ms);
  const start = performance.now();
  const seen: [string, number][] = [];
  for await (const event of paced(recording, { speed: 2 }))
    seen.push([event.kind, performance.now() - start]);
  expect(seen.map(([kind]) => kind)).toEqual(['fork', 'fork', 'fork', 'fork', 'gap']);
  // Never early; a millisecond is the least that a timer keeps.
  expect(seen[1]![1]).toBeGreaterThanOrEqual(14);
  expect(seen[3]![1]).toBeGreaterThanOrEqual(29);
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
