import { SpoorError } from '@spoor/core';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BtfBuilder } from '../test/btf-builder.js';
import { sampleObject } from '../test/sample-object.js';
import type { Btf } from './btf.js';
import { compileCodec } from './codec.js';
import { generate, generateModule } from './generate/index.js';
import { layoutOf } from './layout-of.js';
import { mapsOf } from './map-definitions.js';
import { parseBtf } from './parse-btf.js';
import { parseObject } from './parse-object.js';
import { assertValidLayout } from './validate-layout.js';

/** A type of every kind, so that a changed byte has something to break. */
function everyKind(): Uint8Array {
  const btf = new BtfBuilder();
  const int = btf.int('int', 4, 'signed');
  const array = btf.array(int, 3);
  const fields = [int, array].map((type, index) => ({ name: `field${index}`, type, bitOffset: index * 32 }));
  const struct = btf.struct('task', 16, fields);
  const union = btf.struct('', 16, fields, 'union');
  btf.struct('outer', 32, [
    { name: 'bits', type: int, bitOffset: 0, bitSize: 3 },
    { name: '', type: union, bitOffset: 128 },
  ]);
  const alias = btf.refer('typedef', btf.refer('const', btf.refer('volatile', struct)), 'task_t');
  const tagged = btf.refer('restrict', btf.pointer(btf.refer('typeTag', alias, 'rcu')));
  btf.enum('kind', 4, { A: 1, B: 2 });
  btf.enum64('wide', { C: 2n ** 63n });
  btf.forward('later', 'struct');
  const proto = btf.functionProto(int, [['task', tagged]]);
  btf.declTag('tag', btf.function('run', proto), 0);
  btf.refer('typedef', btf.pointer(proto), 'btf_trace_run');
  btf.datasec('.bss', [[btf.variable('count', alias), 0, 16]]);
  btf.float('double', 8);
  return btf.build();
}

function attempt(run: () => unknown): 'done' | 'refused' {
  try {
    run();
    return 'done';
  } catch (error) {
    if (error instanceof SpoorError) return 'refused';
    throw error;
  }
}

/** Everything that can be asked of BTF; returns how many answers were refused. */
function askAll(btf: Btf): number {
  let refused = 0;
  const ask = (run: () => unknown) => {
    if (attempt(run) === 'refused') refused++;
  };
  ask(() => btf.datasecs());
  for (const name of ['task', 'kind', 'wide', 'task_t', 'run', 'btf_trace_run', 'proc_info']) {
    ask(() => btf.functionPrototype(name));
    ask(() => layoutOf(btf, name));
  }
  for (let id = 0; id < btf.typeCount; id++) {
    ask(() => btf.typeById(id));
    ask(() => btf.sizeOf(id));
    ask(() => {
      const layout = layoutOf(btf, id);
      assertValidLayout(layout);
      if (layout.size < 4096) compileCodec(layout, { mode: 'interpret' }).decode(new Uint8Array(layout.size));
    });
  }
  return refused;
}

/**
 * Bytes changed at random places: to anything, to the extremes of a length or an offset; or the end
 * cut off.
 */
const mutations = fc.record({
  changes: fc.array(
    fc.record({ place: fc.nat(), value: fc.oneof(fc.nat(255), fc.constantFrom(0, 1, 0x7f, 0x80, 0xff)) }),
    { minLength: 1, maxLength: 6 },
  ),
  cut: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: fc.nat() }),
});

type Mutation = typeof mutations extends fc.Arbitrary<infer M> ? M : never;

function mutate(bytes: Uint8Array, { changes, cut }: Mutation): Uint8Array {
  const mutated = bytes.slice(0, cut === null ? bytes.length : cut % bytes.length);
  if (mutated.length > 0) for (const { place, value } of changes) mutated[place % mutated.length] = value;
  return mutated;
}

test('5000 broken BTF blobs give answers or a SpoorError', { timeout: 120_000 }, () => {
  const original = everyKind();
  const clean = askAll(parseBtf(original));
  const seen = { whole: 0, refused: 0, partly: 0 };
  fc.assert(
    fc.property(mutations, (mutation) => {
      const bytes = mutate(original, mutation);
      const outcome = attempt(() => {
        if (askAll(parseBtf(bytes)) > clean) seen.partly++;
        else seen.whole++;
      });
      if (outcome === 'refused') seen.refused++;
    }),
    { numRuns: 5000, unbiased: true },
  );
  // The mutations reach past the header, and do break things.
  expect(Math.min(seen.whole, seen.refused, seen.partly)).toBeGreaterThan(100);
});

test('5000 broken objects give answers or a SpoorError', { timeout: 120_000 }, () => {
  const original = sampleObject();
  const seen = { whole: 0, refused: 0 };
  fc.assert(
    fc.property(mutations, (mutation) => {
      const outcome = attempt(() => {
        const bytes = mutate(original, mutation);
        const object = parseObject(bytes);
        attempt(() => mapsOf(object));
        attempt(() => generateModule(bytes, { file: 'x.bpf.o' }));
        attempt(() => generate(object, { source: 'x.bpf.o' }));
        askAll(object.btf);
        seen.whole++;
      });
      if (outcome === 'refused') seen.refused++;
    }),
    { numRuns: 5000, unbiased: true },
  );
  expect(Math.min(seen.whole, seen.refused)).toBeGreaterThan(100);
});
