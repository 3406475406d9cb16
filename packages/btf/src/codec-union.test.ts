import { errorOf } from '@spoor/core/testing';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileCodec } from './codec.js';
import { ctype } from './schema.js';

const Address = ctype.struct('address', 24, {
  family: [0, ctype.u32],
  v4: [4, ctype.u32],
  v6: [4, ctype.bytes(16)],
  port: [20, ctype.u16],
});
const address = compileCodec<Record<string, unknown>>(Address.layout as never);
const bytesOf = (family: number, v6: readonly number[], port: number) =>
  Uint8Array.of(family, 0, 0, 0, ...v6, port, 0, 0, 0);
const old = bytesOf(2, [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], 80);

test('the member of an anonymous union that was changed is written', () => {
  const first = address.decode(old);
  expect(first).toEqual({ family: 2, v4: 0x04030201, v6: old.subarray(4, 20), port: 80 });
  first['v4'] = 0x0a0b0c0d;
  expect(address.encode(first)).toEqual(
    bytesOf(2, [13, 12, 11, 10, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16], 80),
  );
  const second = address.decode(old);
  (second['v6'] as Uint8Array)[0] = 99;
  expect(address.encode(second).subarray(4, 8)).toEqual(Uint8Array.of(99, 2, 3, 4));
  const third = address.readInto(new DataView(old.buffer), 0, address.decode(new Uint8Array(24)));
  third['v4'] = 1;
  expect(address.encode(third).subarray(4, 9)).toEqual(Uint8Array.of(1, 0, 0, 0, 5));
});

test('a copy of a value that was read is recognized', () => {
  const value = address.decode(old);
  expect(address.encode({ ...value, v4: 1 }).subarray(4, 9)).toEqual(Uint8Array.of(1, 0, 0, 0, 5));
  expect(address.encode({ ...value })).toEqual(old);
  expect(address.encode({ ...value, port: 443, family: 10 })).toEqual(
    bytesOf(10, [...old.subarray(4, 20)], 0xbb).fill(1, 21, 22),
  );
});

test('of a new value, one member is enough, and members that agree may all be given', () => {
  expect(address.encode({ family: 2, v4: 1, port: 0 })).toEqual(bytesOf(2, [1, ...new Array(15).fill(0)], 0));
  const v6 = Uint8Array.of(1, 0, 0, 0, ...new Array(12).fill(7));
  expect(address.encode({ family: 2, v4: 1, v6, port: 0 })).toEqual(bytesOf(2, [...v6], 0));
});

test('members that contradict each other are an error, and none at all is', () => {
  const v6 = new Uint8Array(16).fill(9);
  expect(errorOf(() => address.encode({ family: 2, v4: 1, v6, port: 0 }))).toMatchObject({
    code: 'INVALID_VALUE',
    message: 'address.v6 contradicts address.v4: both are in the same bytes',
    remedy: expect.stringContaining('Give one of them'),
  });
  const changed = address.decode(old);
  changed['v4'] = 1;
  changed['v6'] = v6;
  expect(errorOf(() => address.encode(changed)).message).toContain('contradicts');
  expect(errorOf(() => address.encode({ family: 2, port: 0 })).message).toContain(
    'address.v4: expected an integer',
  );
  expect(errorOf(() => address.encode({ v4: 1, port: 0 })).message).toContain('address.family: expected');
});

test('members of a struct inside of a union are taken together', () => {
  const layout = ctype.struct('pair', 4, {
    low: [0, ctype.u16],
    high: [2, ctype.u16],
    word: [0, ctype.u32],
  }).layout;
  const pair = compileCodec<Record<string, number>>(layout as never);
  expect(pair.encode({ low: 1, high: 2 })).toEqual(Uint8Array.of(1, 0, 2, 0));
  expect(pair.encode({ word: 0x00020001 })).toEqual(Uint8Array.of(1, 0, 2, 0));
  expect(errorOf(() => pair.encode({ low: 1 })).message).toContain('pair.high: expected');
  const read = pair.decode(Uint8Array.of(1, 0, 2, 0));
  read['high'] = 3;
  expect(pair.encode(read)).toEqual(Uint8Array.of(1, 0, 3, 0));
});

test('a value that was read and not changed is written as it was, but for padding', () => {
  const bytes = fc.uint8Array({ minLength: 24, maxLength: 24 });
  fc.assert(
    fc.property(bytes, (given) => {
      const expected = given.slice().fill(0, 22);
      expect(address.encode(address.decode(given))).toEqual(expected);
    }),
  );
});
