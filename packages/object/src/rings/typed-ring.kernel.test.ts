import { type LayoutOf, layoutOf } from '@spoor/btf';
import { errorOf } from '@spoor/core/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { compileFixture } from '../../test/compile.js';
import { type LoadedObject, openObject, openRing } from '../index.js';

interface Fork {
  readonly kind: number;
  readonly child: number;
  readonly timeNs: bigint;
}
interface Exit {
  readonly kind: number;
  readonly code: number;
  readonly comm: string;
}
type Sized = { readonly number: number; readonly more: number } | { readonly number: bigint; text: string };

const file = compileFixture('records');
const { btf } = openObject(file);
const layout = <T>(name: string): LayoutOf<T> => layoutOf(btf, name);
const tagged = {
  tag: 'kind',
  records: { 1: layout<Fork>('fork_record'), 2: layout<Exit>('exit_record') },
} as const;
const sized = { records: [layout<Sized>('small'), layout<Sized>('large')] };

const loaded: LoadedObject[] = [];
afterEach(() => {
  for (const object of loaded.splice(0)) object.close();
});
function load(): LoadedObject {
  const object = openObject(file).load();
  loaded.push(object);
  return object;
}

const run = (object: LoadedObject, program: string, ...args: number[]) =>
  object.program(program).testRun({ context: new Uint8Array(new BigUint64Array(args.map(BigInt)).buffer) });

describe('a typed ring', () => {
  it('tells records of equal length apart by their tag', async () => {
    const object = load();
    const ring = object.ring('tagged', tagged);
    run(object, 'fork_and_exit', 5);
    run(object, 'fork_and_exit', 6);
    const seen: string[] = [];
    for await (const record of ring) {
      seen.push(
        record.kind === 1 ? `fork ${record.child} ${record.timeNs}` : `exit ${record.code} ${record.comm}`,
      );
      if (seen.length === 4) break;
    }
    expect(seen).toEqual(['fork 5 7', 'exit -5 true', 'fork 6 7', 'exit -6 true']);
  });

  it('tells records apart by their length', async () => {
    const object = load();
    const ring = object.ring('sized', sized);
    run(object, 'small_and_large', 3);
    const seen: Sized[] = [];
    setImmediate(() => ring.close());
    for await (const record of ring) seen.push(record);
    expect(seen).toEqual([
      { number: 3, more: 0 },
      { number: 3n, text: 'large' },
    ]);
  });

  it('has bytes without types', () => {
    const object = load();
    run(object, 'small_and_large', 3);
    const lengths: number[] = [];
    object.ring('sized').read((bytes) => lengths.push(bytes.length));
    expect(lengths).toEqual([8, 24]);
  });

  it('lends records to read(), and bytes in place to drain()', () => {
    const object = load();
    const ring = object.ring('sized', sized);
    const held: Sized[] = [];
    for (const number of [1, 2]) run(object, 'small_and_large', number);
    expect(ring.read((record) => held.push(record))).toBe(4);
    // The second of each type has overwritten the first.
    expect(held[0]).toBe(held[2]);
    expect(held.map(({ number }) => Number(number))).toEqual([2, 2, 2, 2]);
    run(object, 'small_and_large', 9);
    const words: number[] = [];
    expect(ring.drain(({ u32 }, offset, length) => words.push(length, u32[offset >>> 2]!))).toBe(2);
    expect(words).toEqual([8, 9, 24, 9]);
  });

  it('cannot be opened without a way to tell its records apart', () => {
    const object = load();
    const { records } = tagged;
    const refused = (options: Parameters<typeof object.ring>[1], message: string) =>
      expect(() => object.ring('tagged', options)).toThrow(
        expect.objectContaining({ code: 'INVALID_VALUE', message: expect.stringContaining(message) }),
      );
    refused(
      { records: [records[1], records[2]] } as object,
      'struct fork_record and struct exit_record both have records of 16 bytes',
    );
    refused({ ...tagged, tag: 'king' } as object, 'has no field king');
    refused({ tag: 'timeNs', records: { 1: records[1] } } as object, 'not an integer of at most 32 bits');
    refused({ tag: 'number', records: { 1: layout('small'), 2: layout('large') } } as object, '32 bits');
    refused({ tag: 'kind', records: {} } as object, 'needs the records');
  });

  it.each([
    [[7, 0], 'a record has kind 7, which is not one of 1, 2'],
    [[1, 1], 'a record with kind 1 has 12 bytes: struct fork_record has 16'],
  ])('ends with an error at the record %j, after those before it', async (args, message) => {
    const object = load();
    const ring = object.ring('tagged', tagged);
    run(object, 'fork_and_exit', 1);
    run(object, 'odd_kind', ...args);
    run(object, 'fork_and_exit', 2);
    let seen = 0;
    const read = async () => {
      for await (const _ of ring) seen++;
    };
    await expect(read()).rejects.toThrow(
      expect.objectContaining({ code: 'RECORD_MALFORMED', message: expect.stringContaining(message) }),
    );
    expect([seen, ring.closed]).toEqual([2, true]);
  });

  it('skips malformed records if it is told of them', async () => {
    const object = load();
    const codes: string[] = [];
    const ring = object.ring('tagged', { ...tagged, onMalformed: ({ code }) => codes.push(code) });
    run(object, 'fork_and_exit', 1);
    run(object, 'odd_kind', 7, 0);
    run(object, 'fork_and_exit', 2);
    const children: number[] = [];
    expect(ring.read((record) => record.kind === 1 && children.push(record.child))).toBe(5);
    expect([children, codes]).toEqual([[1, 2], ['RECORD_MALFORMED']]);
  });

  it('ends at once with its signal, and gives back its memory', async () => {
    const object = load();
    const controller = new AbortController();
    const ring = object.ring('sized', { ...sized, signal: controller.signal });
    const next = ring[Symbol.asyncIterator]().next();
    controller.abort();
    expect(await next).toEqual({ done: true, value: undefined });
    expect(ring.closed).toBe(true);
    // Another one may be opened now, and a signal that is over ends it from the start.
    const signal = AbortSignal.abort();
    for await (const _ of object.ring('sized', { ...sized, signal })) throw new Error('a record');
    object.ring('sized', sized);
    expect(() => object.ring('sized')).toThrow(expect.objectContaining({ code: 'WRONG_PHASE' }));
  });

  it('gives what was submitted, and ends, when its object is closed', async () => {
    const object = load();
    run(object, 'small_and_large', 1);
    const seen: Sized[] = [];
    setImmediate(() => object.close());
    for await (const record of object.ring('sized', sized)) seen.push(record);
    expect(seen.length).toBe(2);
  });

  it('is only of maps that have records', () => {
    const object = openObject(compileFixture('generated')).load();
    loaded.push(object);
    expect(() => object.ring('last')).toThrow(expect.objectContaining({ code: 'MAP_KIND' }));
    expect(() => object.ring('lost')).toThrow(expect.objectContaining({ code: 'MAP_UNKNOWN' }));
  });
});

describe('the options of a ring', () => {
  const fork = layout<Fork>('fork_record');

  it.each([
    [{ signal: new AbortController() }, 'INVALID_VALUE', 'signal: expected an AbortSignal, got an object'],
    [{ sgnal: 1 }, 'UNKNOWN_OPTION', 'unknown option "sgnal"'],
    [
      { highWaterMark: -1 },
      'INVALID_VALUE',
      'highWaterMark: expected a whole number of records above 0, got -1',
    ],
    [{ onMalformed: 5 }, 'INVALID_VALUE', 'onMalformed: expected a function, got 5'],
    [{ delayMs: 0 }, 'INVALID_VALUE', 'delayMs: expected milliseconds: a number above 0, got 0'],
    [{ records: [] }, 'INVALID_VALUE', 'records: expected an array of layouts'],
    [{ records: [5] }, 'INVALID_VALUE', 'records: expected an array of layouts'],
    [{ tag: 'kind' }, 'INVALID_VALUE', 'the tag kind needs the records of its values'],
    [{ tag: 'kind', records: [fork] }, 'INVALID_VALUE', 'the tag kind needs the records of its values'],
    [{ records: { 1: fork } }, 'INVALID_VALUE', 'records by value need the tag that has the value'],
    [{ tag: 'kind', records: { FORK: fork } }, 'INVALID_VALUE', 'FORK is not a value of the field kind'],
    [null, 'INVALID_VALUE', 'expected an object of options, got null'],
  ])('%o are refused before the ring is open', (options, code, message) => {
    const object = load();
    const error = errorOf(() => object.ring('tagged', options as never));
    expect(error).toMatchObject({ code, remedy: expect.any(String) });
    expect(error.message).toContain(message);
    object.ring('tagged', tagged);
  });

  it('are checked by openRing', () => {
    const map = load().map('sized');
    expect(errorOf(() => openRing(map, { longestRecrd: 64 } as never))).toMatchObject({
      code: 'UNKNOWN_OPTION',
      remedy: 'Did you mean longestRecord?',
    });
  });
});

describe('a ring has one reader', () => {
  const isOpen = expect.objectContaining({
    code: 'WRONG_PHASE',
    message: 'the ring sized is open already',
    remedy: 'Use the reader that was opened before, or close that first: a ring has one reader.',
  });

  it('of ring, until that is closed', () => {
    const object = load();
    const first = object.ring('sized');
    expect(() => openRing(object.map('sized'))).toThrow(isOpen);
    expect(() => object.ring('sized')).toThrow(isOpen);
    first.close();
    openRing(object.map('sized')).close();
    object.ring('sized');
  });

  it('of openRing, until that is closed', () => {
    const object = load();
    const first = openRing(object.map('sized'));
    expect(() => object.ring('sized')).toThrow(isOpen);
    expect(() => openRing(object.map('sized'))).toThrow(isOpen);
    first.close();
    object.ring('sized');
  });
});
