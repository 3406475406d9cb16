import { readFile, rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { linesOf, openAt, temporaryPaths, write } from '../../test/recordings.js';
import { eventLayouts } from '../view/generated-layouts.js';
import { openRecording } from './open-recording.js';

const newPath = temporaryPaths();

const records = Array.from({ length: 200 }, (_, index) => openAt(index));

/** A header of its own small size: each of its offsets is a file to read. */
const onlyOpen = {
  ...eventLayouts,
  kinds: { open: eventLayouts.kinds['open']! },
  events: { open: eventLayouts.events['open']! },
};

describe('a recording that was cut or damaged', () => {
  /**
   * How many records a file of these bytes gives; -1 when it explains that it gives none. Whatever
   * else, fails.
   */
  async function replayed(bytes: Uint8Array): Promise<number> {
    const path = newPath();
    await writeFile(path, bytes);
    try {
      await using recording = await openRecording(path);
      let index = 0;
      const end = await recording.eachRecord(({ u8 }, offset, length) => {
        const record = u8.subarray(offset, offset + length);
        if (Buffer.compare(record, records[index++]!) !== 0)
          throw new Error(`record ${index - 1} is another one`);
      });
      expect(end).toMatchObject({ complete: false, reason: 'cut' });
      expect(end.position).toBeLessThanOrEqual(bytes.length);
      expect(recording.records).toBe(index);
      return index;
    } catch (error) {
      expect(error).toMatchObject({ code: 'RECORDING_INVALID' });
      return -1;
    } finally {
      await rm(path);
    }
  }

  it('replays to its last whole block or explains itself, wherever it was cut', async () => {
    const blockSize = 1024;
    const path = await write(newPath(), records.length, {
      blockSize,
      compression: 'none',
      layouts: onlyOpen,
    });
    const bytes = new Uint8Array(await readFile(path));
    await using recording = await openRecording(path);
    const headerEnd = recording.position;
    // Every offset of the header and of the first block of records, then a thousand more.
    const firstEnd = headerEnd + 32 + blockSize;
    const counts = new Map<number, number>();
    for (let cut = 0; cut <= firstEnd; cut++) counts.set(cut, await replayed(bytes.subarray(0, cut)));
    for (let time = 0; time < 1000; time++) {
      const cut = firstEnd + Math.floor(Math.random() * (bytes.length - firstEnd - 1));
      counts.set(cut, await replayed(bytes.subarray(0, cut)));
    }
    expect(counts.get(headerEnd - 1)).toBe(-1);
    expect(counts.get(headerEnd)).toBe(0);
    expect(Math.max(...counts.values())).toBeGreaterThan(100);
    // More bytes never give fewer records.
    const inOrder = [...counts].sort(([a], [b]) => a - b).map(([, count]) => count);
    expect(inOrder).toEqual([...inOrder].sort((a, b) => a - b));
  }, 120_000);

  it('loses a damaged block, says so, and goes on; stops where there is no block any more', async () => {
    const path = await write(newPath(), 1000, { blockSize: 4096, compression: 'none' });
    const bytes = new Uint8Array(await readFile(path));
    const all = await linesOf(path);
    await using recording = await openRecording(path);
    const first = recording.position;
    const damaged = newPath();
    const flipped = bytes.slice();
    flipped[first + 32 + 100]! ^= 1;
    await writeFile(damaged, flipped);
    const [gap, ...rest] = await linesOf(damaged);
    const { records, ...told } = JSON.parse(gap!) as { records: number };
    expect(told).toEqual({ event: 'gap', reason: 'a damaged block of records', position: String(first) });
    expect(rest).toEqual(all.slice(records));

    flipped[first]! ^= 1;
    await writeFile(damaged, flipped);
    await using other = await openRecording(damaged);
    expect(await other.each(() => {})).toMatchObject({ complete: false, reason: 'damaged', position: first });
  });

  it('survives any change of any byte', async () => {
    const bytes = new Uint8Array(await readFile(await write(newPath(), 50, { blockSize: 1024 })));
    const path = newPath();
    for (let time = 0; time < 300; time++) {
      const changed = bytes.slice();
      for (let flips = 0; flips < 3; flips++)
        changed[Math.floor(Math.random() * bytes.length)] = Math.floor(Math.random() * 256);
      await writeFile(path, changed);
      try {
        await using recording = await openRecording(path);
        await recording.each((event) => JSON.stringify(event));
        expect(recording.end).toBeDefined();
      } catch (error) {
        expect(error).toMatchObject({ code: 'RECORDING_INVALID' });
      }
    }
  });
});
