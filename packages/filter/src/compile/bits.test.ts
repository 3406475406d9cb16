import fc from 'fast-check';
import { expect, test } from 'vitest';
import { assignBits, noBits, type ScopeBits } from './bits.js';

const bitOf = ({ names }: ScopeBits, name: string) => names.indexOf(name);

test('a name keeps its bit, a new one gets one that was free before', () => {
  const first = assignBits(['a', 'b', 'c'], noBits);
  expect(first.version).toBe(1n);
  expect(['a', 'b', 'c'].map((name) => bitOf(first, name))).toEqual([0, 1, 2]);
  const second = assignBits(['c', 'd', 'a'], first);
  expect(['a', 'c'].map((name) => bitOf(second, name))).toEqual([0, 2]);
  // Bit 1 was freed just now: a late program may still set it for b.
  expect(bitOf(second, 'd')).toBe(3);
  expect(second.born[3]).toBe(2n);
  expect(second.born[0]).toBe(1n);
  const third = assignBits(['c', 'd', 'a', 'e'], second);
  expect(bitOf(third, 'e')).toBe(1);
  expect(third.born[1]).toBe(3n);
});

test('a name that left and came back is new', () => {
  const first = assignBits(['a'], noBits);
  const gone = assignBits([], first);
  const back = assignBits(['a'], gone);
  expect(back.born[bitOf(back, 'a')]).toBe(3n);
});

test('64 fit, 65 do not, and no name fits twice', () => {
  const names = Array.from({ length: 64 }, (_, index) => `s${index}`);
  const full = assignBits(names, noBits);
  expect(full.names.every((name) => name !== undefined)).toBe(true);
  // All others at once: there is no other bit than those that this change frees.
  const others = assignBits(
    names.map((name) => `t${name}`),
    full,
  );
  expect(others.born.every((version) => version === 2n)).toBe(true);
  expect(() => assignBits([...names, 'more'], full)).toThrow(
    expect.objectContaining({ code: 'TOO_MANY_SCOPES' }),
  );
  expect(() => assignBits(['a', 'a'], noBits)).toThrow(
    expect.objectContaining({ code: 'INVALID_VALUE', remedy: expect.stringMatching(/Rename one of them/) }),
  );
});

test('bits are distinct and kept, and freed bits are used last', () => {
  const set = fc.uniqueArray(fc.integer({ min: 0, max: 99 }).map(String), { maxLength: 64, size: 'max' });
  fc.assert(
    fc.property(fc.array(set, { minLength: 2, maxLength: 8 }), (sets) => {
      let before = noBits;
      for (const names of sets) {
        const after = assignBits(names, before);
        const bits = names.map((name) => bitOf(after, name));
        expect(new Set(bits).size).toBe(names.length);
        expect(bits.every((bit) => bit >= 0)).toBe(true);
        for (const name of names) {
          const old = bitOf(before, name);
          if (old >= 0) expect(bitOf(after, name)).toBe(old);
          else expect(after.born[bitOf(after, name)]).toBe(after.version);
        }
        const union = new Set([...names, ...before.names.filter((name) => name !== undefined)]);
        if (union.size <= 64) {
          for (const [bit, name] of before.names.entries()) {
            if (name !== undefined && after.names[bit] !== undefined) expect(after.names[bit]).toBe(name);
          }
        }
        before = after;
      }
    }),
  );
});
