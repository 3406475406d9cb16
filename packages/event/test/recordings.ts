import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import {
  type EventContext,
  openRecording,
  RecordingWriter,
  type RecordingWriterOptions,
  type RecordMemory,
} from '../src/index.js';
import { fakeRecord } from '../src/testing.js';

/** Gives a test file paths in a folder of its own, which goes with it. */
export function temporaryPaths(): () => string {
  let folder = '';
  let files = 0;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'spoor-recording-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  return () => join(folder, `${files++}.spoor`);
}

export const context: EventContext = {
  clockOffsetNs: 1_700_000_000_000_000_000n,
  scopeNames: ['build', undefined],
  bootId: '0f5a9ba8-7a8b-4b6d-8d5e-0f5a9ba87a8b',
  architecture: 'x64',
};

/** Memory as a ring has it, the record at byte 8. */
export function inMemory(record: Uint8Array): RecordMemory {
  const u8 = new Uint8Array(((record.length + 7) & ~7) + 8);
  u8.set(record, 8);
  return { u8, u32: new Uint32Array(u8.buffer), view: new DataView(u8.buffer) };
}

export function append(writer: RecordingWriter, record: Uint8Array): boolean {
  return writer.append(inMemory(record), 8, record.length);
}

/** A record of some length, different for each index. */
export const openAt = (index: number) =>
  fakeRecord('open', {
    timeNs: BigInt(index),
    tgid: index,
    matchedScopes: 1n,
    path: `/file/${'x'.repeat(index % 90)}`,
  });

/** A recording of `openAt(0)`, `openAt(1)` … at `path`. */
export async function write(
  path: string,
  count: number,
  options: RecordingWriterOptions = {},
): Promise<string> {
  const writer = await RecordingWriter.create(path, { context, ...options });
  for (let index = 0; index < count; index++) append(writer, openAt(index));
  await writer.close();
  return path;
}

export async function linesOf(path: string): Promise<string[]> {
  const recording = await openRecording(path);
  const lines: string[] = [];
  for await (const event of recording) lines.push(JSON.stringify(event));
  await recording.close();
  return lines;
}
