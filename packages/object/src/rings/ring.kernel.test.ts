import { mergeRings, type RingData, type RingReader, RingStream } from '@spoor/ring';
import { afterEach, describe, expect, it } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { type LoadedObject, type OpenRingOptions, openObject, openRing, systemInfo } from '../index.js';

/** Records that one run of the fixture makes, and that one of ours does. */
const recordsOfOne = 64;
const run = 1024;
const { pageSize } = systemInfo();

const loaded: Disposable[] = [];
afterEach(() => {
  for (const resource of loaded.splice(0).reverse()) resource[Symbol.dispose]();
});

function keep<T extends Disposable>(resource: T): T {
  loaded.push(resource);
  return resource;
}

class Flood {
  readonly object: LoadedObject;

  constructor(ringSize = 1 << 16) {
    const opened = keep(openObject(compileFixture('flood', [`RECORDS_A_RUN=${recordsOfOne}`])));
    opened.resizeMap('first', ringSize).resizeMap('second', ringSize);
    this.object = keep(opened.load());
  }

  set(name: 'discard_every' | 'both', value: number): this {
    this.object.globals.write(name, value);
    return this;
  }

  reader(name: 'first' | 'second' = 'first', options: OpenRingOptions = {}): RingReader {
    return keep(openRing(this.object.map(name), options));
  }

  run(): void {
    for (let made = 0; made < run; made += recordsOfOne)
      this.object.program('flood').testRun({ context: new Uint8Array(8) });
  }

  count(name: 'submitted' | 'discarded' | 'dropped'): number {
    return Number(this.object.globals.read(name));
  }
}

/** Takes ids, and notes every record that is not what the kernel wrote. */
function checker() {
  const ids: number[] = [];
  const wrong: number[] = [];
  const handler = ({ u32 }: RingData, offset: number, length: number) => {
    const word = offset >>> 2;
    const id = u32[word]!;
    if (length !== 72 || u32[word + 1] !== id % 5 || u32[word + 5] !== id * 3 || u32[word + 7] !== id * 7)
      wrong.push(id);
    ids.push(id);
  };
  return { ids, wrong, handler };
}

describe('the reader on a ring of the kernel', () => {
  it.each([
    ['wholly', {}],
    ['for the longest record', { longestRecord: 72 }],
  ])('reads every record in order, many times round the ring, mapped twice %s', (_, options) => {
    const flood = new Flood(1 << 17);
    const reader = flood.reader('first', options);
    expect(reader.data.u8.length).toBe((1 << 17) + ('longestRecord' in options ? pageSize : 1 << 17));
    const { ids, wrong, handler } = checker();
    for (let time = 0; time < 50; time++) {
      flood.run();
      expect(reader.drain(handler)).toBe(run);
    }
    expect(ids).toEqual(Array.from({ length: 50 * run }, (_, id) => id));
    expect(wrong).toEqual([]);
    expect(flood.count('dropped')).toBe(0);
    expect(reader.position).toBe(BigInt(50 * run * 80));
    expect(reader.backlog).toBe(0);
  });

  it('skips what the kernel discarded', () => {
    const flood = new Flood(1 << 17).set('discard_every', 3);
    const reader = flood.reader();
    const { ids, wrong, handler } = checker();
    flood.run();
    reader.drain(handler);
    expect(ids).toEqual(Array.from({ length: run }, (_, id) => id).filter((id) => id % 3 !== 0));
    expect(wrong).toEqual([]);
    expect(reader.discarded).toBe(flood.count('discarded'));
  });

  it('gives room back to a full ring; delivered and dropped are what happened', () => {
    const flood = new Flood(1 << 12);
    const reader = flood.reader();
    const { ids, wrong, handler } = checker();
    let happened = 0;
    for (let time = 0; time < 200; time++) {
      flood.run();
      happened += run;
      // Slower than the producer, and never as far as its end.
      reader.drain(handler, { max: 7 });
    }
    reader.close(handler);
    expect(wrong).toEqual([]);
    expect(ids.length).toBe(flood.count('submitted'));
    expect(ids.length + flood.count('dropped')).toBe(happened);
    expect(ids.length).toBeGreaterThan(1000);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
  });

  it('merges two rings by time', () => {
    const flood = new Flood(1 << 17).set('both', 1);
    const merge = keep(mergeRings([flood.reader('second'), flood.reader('first')], { settleMs: 0 }));
    const { ids, wrong, handler } = checker();
    for (let time = 0; time < 5; time++) {
      flood.run();
      merge.drain(handler);
    }
    merge.close(handler);
    expect(wrong).toEqual([]);
    expect(ids).toEqual(Array.from({ length: 5 * run }, (_, id) => id));
    expect(merge.misordered).toBe(0);
  });

  it('delivers at close what was submitted before, while it is iterated', async () => {
    const flood = new Flood(1 << 17);
    const source = new RingStream(flood.reader(), {
      take: ({ u32 }, offset) => u32[offset >>> 2]!,
      highWaterMark: 16,
    });
    flood.run();
    const ids: number[] = [];
    for await (const id of source) {
      ids.push(id);
      if (id === 100) source.close();
    }
    expect(ids.length).toBe(run);
  });

  it('may be closed by its handler, and closed before or after its object', () => {
    const flood = new Flood();
    const reader = openRing(flood.object.map('first'));
    flood.run();
    let seen = 0;
    reader.drain(() => {
      if (++seen < 10) return;
      reader.close();
    });
    expect(seen).toBe(10);
    expect(reader.drain(() => {})).toBe(0);
    // Another reader begins where this one has ended.
    const next = checker();
    flood.reader().drain(next.handler, { max: 1 });
    expect(next.ids).toEqual([10]);
    flood.object[Symbol.dispose]();
  });
});
