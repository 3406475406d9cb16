import { ctype } from '@spoor/btf';
import { expect, it } from 'vitest';
import { typedMap } from './map-view.js';
import { memoryMap } from './testing.js';
import { typedQueue } from './typed-queue.js';

const raw = memoryMap({ kind: 'hash', keySize: 4, valueSize: 4, maxEntries: 8 });
const queue = memoryMap({ kind: 'queue', keySize: 0, valueSize: 4, maxEntries: 8 });
const shapes = { key: ctype.u32, value: ctype.u32 };
const invalid = (message: string) =>
  expect.objectContaining({ name: 'SpoorError', code: 'INVALID_VALUE', message });
const any = (value: unknown) => value as never;

it('typedMap and typedQueue reject what is not a map', () => {
  for (const wrong of [undefined, null, 5, {}]) {
    for (const call of [() => typedMap(any(wrong), shapes), () => typedQueue(any(wrong), shapes)]) {
      expect(call).toThrow(invalid(expect.stringMatching(/^expected a map, got /)));
    }
  }
});

it.each([undefined, null, {}, { key: 5, value: 5 }])(
  'typedMap and typedQueue reject the options %j',
  (wrong) => {
    const expected = (option: string) =>
      invalid(expect.stringMatching(`^${option}: expected a schema, a layout or a codec, got `));
    expect(() => typedMap(raw, any(wrong))).toThrow(expected('key'));
    expect(() => typedQueue(queue, any(wrong))).toThrow(expected('value'));
  },
);

it.each(['nope', '__proto__', 'toString', null])('set and setMany reject the mode %j', (mode) => {
  const map = typedMap(raw, shapes);
  const error = invalid(`set(): unknown mode "${mode}"`);
  expect(() => map.set(1, 2, any(mode))).toThrow(error);
  expect(() => map.setMany([[1, 2]], any(mode))).toThrow();
  expect(map.has(1)).toBe(false);
});
