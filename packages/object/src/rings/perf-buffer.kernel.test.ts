import { type LayoutOf, layoutOf } from '@spoor/btf';
import { errorOf } from '@spoor/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { type LoadedObject, openObject, openPerfBuffer, systemInfo } from '../index.js';

interface Sample {
  readonly number: bigint;
  readonly cpu: number;
  readonly twice: number;
  readonly more: bigint;
}

const file = compileFixture('records');
const sample: LayoutOf<Sample> = layoutOf(openObject(file).btf, 'sample');
const { pageSize } = systemInfo();

const loaded: LoadedObject[] = [];
afterEach(() => {
  for (const object of loaded.splice(0)) object.close();
});
function load(): LoadedObject {
  const object = openObject(file).load();
  loaded.push(object);
  return object;
}

/** Runs the program that outputs samples. */
const emit = (object: LoadedObject, first: number, count: number) =>
  object
    .program('sample_some')
    .testRun({ context: new Uint8Array(new BigUint64Array([BigInt(first), BigInt(count)]).buffer) });

const numbers = (length: number, first = 0) => Array.from({ length }, (_, index) => first + index);

describe('a perf buffer', () => {
  it('has the face of a ring buffer, many times round', async () => {
    const object = load();
    const ring = object.ring('samples', { records: [sample], bytesPerCpu: pageSize });
    const seen: Sample[] = [];
    for (let first = 0; first < 640; first += 64) {
      emit(object, first, 64);
      ring.read((record) => seen.push({ ...record }));
    }
    // The CPU may change between two runs, and each run is read at once.
    expect(seen.map(({ number }) => Number(number))).toEqual(numbers(640));
    expect(seen.filter(({ number, twice }) => twice !== Number(number) * 2)).toEqual([]);
    emit(object, 1000, 2);
    setImmediate(() => ring.close());
    for await (const { number } of ring) seen.push({ ...seen[0]!, number });
    expect(seen.slice(640).map(({ number }) => number)).toEqual([1000n, 1001n]);
    expect([ring.lost, object.globals.read('failed')]).toEqual([0, 0n]);
  });

  it('counts samples that did not fit, and tells of them', () => {
    const object = load();
    const told: number[] = [];
    const records = [sample];
    const ring = object.ring('samples', {
      records,
      bytesPerCpu: pageSize,
      onLost: (lost) => told.push(lost),
    });
    let made = 0;
    let read = 0;
    // The kernel reports lost samples in front of the next that fits on the same CPU.
    while (ring.lost === 0 && made < 100_000) {
      for (let run = 0; run < 4; run++) emit(object, made, 64);
      made += 256;
      read += ring.read(() => {});
    }
    expect(ring.lost).toBe(told.reduce((a, b) => a + b, 0));
    expect(ring.lost).toBeGreaterThan(0);
    expect(ring.lost).toBeLessThanOrEqual(Number(object.globals.read('failed')));
    expect(read + Number(object.globals.read('failed'))).toBe(made);
  });

  it('leaves the map when it is closed', () => {
    const object = load();
    const reader = openPerfBuffer(object.map('samples'));
    emit(object, 0, 1);
    expect(reader.drain(() => {})).toBe(1);
    reader.close();
    emit(object, 0, 1);
    expect(object.globals.read('failed')).toBe(1n);
    const second = openPerfBuffer(object.map('samples'));
    object.close();
    second.close();
    expect(errorOf(() => openPerfBuffer(object.map('samples')))).toMatchObject({ code: 'WRONG_PHASE' });
  });

  it('has one reader', () => {
    const object = load();
    const first = openPerfBuffer(object.map('samples'));
    for (const open of [() => openPerfBuffer(object.map('samples')), () => object.ring('samples')])
      expect(errorOf(open)).toMatchObject({
        code: 'WRONG_PHASE',
        message: 'the ring samples is open already',
      });
    emit(object, 0, 1);
    expect(first.drain(() => {})).toBe(1);
    first.close();
    object.ring('samples');
    expect(errorOf(() => openPerfBuffer(object.map('samples')))).toMatchObject({ code: 'WRONG_PHASE' });
  });

  it('is only of a perf event array, and of whole pages', () => {
    const object = load();
    expect(errorOf(() => openPerfBuffer(object.map('sized')))).toMatchObject({ code: 'MAP_KIND' });
    for (const bytesPerCpu of [0, 100, 3 * pageSize, Number.NaN]) {
      const failure = errorOf(() => openPerfBuffer(object.map('samples'), { bytesPerCpu }));
      expect(failure).toMatchObject({ code: 'RING_SIZE' });
    }
    expect(errorOf(() => openPerfBuffer(undefined as never))).toMatchObject({ code: 'INVALID_VALUE' });
  });
});
