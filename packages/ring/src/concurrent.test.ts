import { once } from 'node:events';
import { setImmediate as turn } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import type { RingData } from './memory.js';
import { RingReader } from './reader.js';
import { FakeRing } from './testing.js';

/**
 * A producer in another thread, which follows the kernel's steps: busy word, reserve, data, length
 * word. Record `n` has 1 + n % 13 words, all of them `n`; every seventh is discarded, and then has
 * the wrong words.
 */
const producer = `
  const { workerData: { consumer, producer, data, size, count } } = require('node:worker_threads');
  const words = new Int32Array(data);
  const read = new BigInt64Array(consumer), reserved = new BigInt64Array(producer);
  let position = reserved[0];
  for (let n = 0; n < count; n++) {
    const length = 4 * (1 + n % 13);
    const step = (length + 15) & ~7;
    while (Number(position - Atomics.load(read, 0)) + step > size);
    const offset = Number(position & BigInt(size - 1));
    const put = (at, word) => {
      words[at >> 2] = word;
      words[(at < size ? at + size : at - size) >> 2] = word;
    };
    put(offset + size, length | 0x80000000);
    Atomics.store(words, offset >> 2, length | 0x80000000);
    position += BigInt(step);
    Atomics.store(reserved, 0, position);
    const discard = n % 7 === 6;
    for (let at = offset + 8; at < offset + 8 + length; at += 4) put(at, discard ? -1 : n);
    Atomics.store(words, offset >> 2, discard ? length | 0x40000000 : length);
  }
`;

describe.each(['strong', 'weak'] as const)('a producer in another thread, %s loads', (ordering) => {
  // Machines that reorder loads must not be read with plain ones.
  it.skipIf(ordering === 'strong' && process.arch !== 'x64')(
    'is read whole and in order',
    async () => {
      const count = 100_000;
      const ring = new FakeRing({ size: 16384, position: 2n ** 32n - 8192n, shared: true });
      const reader = new RingReader(ring, { ordering });
      const { consumer, producer: reserved, data, size } = ring;
      const worker = new Worker(producer, {
        eval: true,
        workerData: { consumer, producer: reserved, data, size, count },
      });
      const wrong: number[] = [];
      let next = 0;
      const handler = ({ u32 }: RingData, offset: number, length: number) => {
        if (next % 7 === 6) next++;
        if (length !== 4 * (1 + (next % 13))) wrong.push(next);
        for (let at = offset >>> 2; at < (offset + length) >>> 2; at++)
          if (u32[at] !== next) wrong.push(next);
        next++;
      };
      const ended = once(worker, 'exit');
      let running = true;
      void ended.then(() => {
        running = false;
      });
      while ((running || reader.backlog > 0) && reader.fault === undefined && wrong.length === 0) {
        reader.drain(handler, { max: 5000 });
        await turn();
      }
      await worker.terminate();
      expect(wrong).toEqual([]);
      expect(reader.records + reader.discarded).toBe(count);
      expect(reader.fault).toBeUndefined();
    },
    60_000,
  );
});
