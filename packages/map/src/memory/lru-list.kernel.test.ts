import { readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import type { RawMap } from '@spoor/core';
import { features, openObject } from '@spoor/object';
import { expect, it, onTestFinished } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { pinThread } from '../../test/pin.js';
import { type MemoryMap, memoryMap } from './memory-map.js';

const bytes = (value: number): Uint8Array => new Uint8Array(Uint32Array.of(value).buffer);

/** `0-1` or `0,2-5`: how many CPUs this kernel may ever have. */
function possibleCpus(): number {
  const ranges = readFileSync('/sys/devices/system/cpu/possible', 'utf8').trim().split(',');
  return ranges.reduce((count, range) => {
    const [first, last = first] = range.split('-').map(Number);
    return count + last! - first! + 1;
  }, 0);
}

/** Numbers that look random, the same at every run. */
function* numbers(seed: number): Generator<number, never, undefined> {
  for (let state = seed; ; ) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state >>> 8;
  }
}

function survivors(map: RawMap): number[] {
  const found: number[] = [];
  const next = new Uint8Array(4);
  for (let key: Uint8Array | null = null; map.nextKey(key, next) === 0; ) {
    key = next.slice();
    found.push(new DataView(key.buffer).getUint32(0, true));
  }
  return found.sort((one, other) => one - other);
}

/** One map of the kernel's, and what a program can do to it. */
function loadLru(maxEntries: number): { map: RawMap; touch(key: number): boolean; close(): void } {
  const opened = openObject(compileFixture('maps'));
  for (const name of opened.maps.keys()) opened.enableMap(name, name === 'lru');
  const loaded = opened.resizeMap('lru', maxEntries).enableProgram('touch_lru').load();
  const program = loaded.program('touch_lru');
  return {
    map: loaded.map('lru'),
    touch: (key) => {
      const { context } = program.testRun({ context: new Uint8Array(Uint32Array.of(key, 0).buffer) });
      return context[4] === 1;
    },
    close: () => loaded.close(),
  };
}

// A program that is run on demand touches entries.
it.runIf(features.has('syscall_programs')).each([
  [64, 1],
  [300, 2],
  [1024, 3],
])('evicts what the kernel evicts, on every CPU (%i entries)', (maxEntries, seed) => {
  const kernel = loadLru(maxEntries);
  onTestFinished(() => kernel.close());
  // Kernels differ in the size of the batch alone; this one is one of the two.
  const possible = possibleCpus();
  let models: readonly MemoryMap[] = (['scaled', 'fixed'] as const).map((lruBatch) =>
    memoryMap({ kind: 'lru_hash', keySize: 4, valueSize: 4, maxEntries, cpus: possible, lruBatch }),
  );
  const random = numbers(seed);
  const below = (limit: number): number => random.next().value % limit;
  const pin = pinThread();
  onTestFinished(() => pin[Symbol.dispose]());
  let inserted = 0;
  for (let round = 0; round < 24; round++) {
    const cpu = below(cpus().length);
    pin.moveTo(cpu);
    for (const model of models) model.cpu = cpu;
    for (let step = 0; step < maxEntries; step++) {
      const key = below(maxEntries + (maxEntries >> 2));
      const act = below(10);
      if (act < 6) {
        const flags = act === 0 ? 1 : 0;
        const status = kernel.map.update(bytes(key), bytes(step), flags);
        models = models.filter((model) => model.update(bytes(key), bytes(step), flags) === status);
        if (status === 0) inserted++;
      } else if (act < 7) {
        const status = kernel.map.delete(bytes(key));
        models = models.filter((model) => model.delete(bytes(key)) === status);
      } else {
        const there = kernel.touch(key);
        models = models.filter((model) => model.touch(bytes(key)) === there);
      }
      expect(models.length, `round ${round}, step ${step}`).toBeGreaterThan(0);
    }
    const left = survivors(kernel.map).join();
    models = models.filter((model) => survivors(model).join() === left);
    expect(models.length, `after round ${round}`).toBeGreaterThan(0);
  }
  expect(inserted).toBeGreaterThan(maxEntries * 10);
});
