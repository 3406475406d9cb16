import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Codec, compileCodec, ctype, WordView } from './index.js';

const Nested = ctype.struct('nested', 16, { at: [0, ctype.s64], flags: [8, ctype.u32] });
const Sample = ctype.struct('sample', 56, {
  first: [0, ctype.u64],
  signed: [8, ctype.s64],
  small: [16, ctype.u32],
  nested: [24, Nested],
  list: [40, ctype.array(ctype.u64, 2)],
});

const big = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const signed = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const small = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const samples = fc.record({
  first: big,
  signed,
  small,
  nested: fc.record({ at: signed, flags: small }),
  list: fc.tuple(big, big),
});

describe.each(['generate', 'interpret'] as const)('a view of words, of a codec to %s', (mode) => {
  const codec = compileCodec(Sample.layout, { mode });

  it('is written and read as a plain one is, at any offset, be its last word whole or not', () => {
    fc.assert(
      fc.property(
        samples,
        fc.integer({ min: 0, max: 17 }),
        fc.integer({ min: 0, max: 9 }),
        (sample, at, more) => {
          const used = () => new Uint8Array(at + codec.size + more).fill(0xa5);
          const written = used();
          const { buffer } = written;
          codec.write(new WordView(buffer), at, sample);
          const plain = used();
          codec.write(new DataView(plain.buffer), at, sample);
          expect(written).toEqual(plain);
          const target = codec.decode(new Uint8Array(codec.size));
          for (const view of [new WordView(buffer), new DataView(buffer)]) {
            expect(codec.read(view, at)).toEqual(sample);
            expect(codec.readInto(view, at, target)).toEqual(sample);
          }
        },
      ),
    );
  });

  it.each<[string, Codec<unknown>, number]>([
    ['of words', codec, 8],
    ['of less than a word', compileCodec(ctype.u32.layout, { mode }), 4],
  ])('is neither read nor written past its end, a value %s', (_, some, step) => {
    const view = new WordView(new ArrayBuffer(some.size + step - 1));
    const value = some.read(view, 0);
    some.write(view, 0, value);
    const malformed = expect.objectContaining({ code: 'RECORD_MALFORMED' });
    for (const at of [step, -step, Number.NaN, 2 ** 32]) {
      expect(() => some.read(view, at)).toThrow(malformed);
      expect(() => some.write(view, at, value)).toThrow(malformed);
    }
  });
});
