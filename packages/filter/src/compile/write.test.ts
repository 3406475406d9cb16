import { FilterText, FilterWords, ScopeSet } from '@spoor/bpf/structs';
import { type MemoryMap, memoryMap } from '@spoor/map/testing';
import { expect, test } from 'vitest';
import { testHost } from '../../test/host.js';
import { parseScope } from '../grammar/parse.js';
import { type CompiledScopes, compileScopes } from './compile.js';
import { createScopeWriter, type ScopeMaps } from './write.js';

const index = new Uint8Array(4);

/** The maps of the kernel side in memory, and what was done with them. */
function fakeMaps({ texts = 100 } = {}) {
  const array = (name: string, valueSize: number, maxEntries: number) =>
    memoryMap({ kind: 'array', name, keySize: 4, valueSize, maxEntries });
  const strings = memoryMap({
    kind: 'lpm_trie',
    name: 'filter_strings',
    keySize: FilterText.layout.size,
    valueSize: FilterWords.layout.size,
    maxEntries: texts,
  });
  const waits: number[] = [];
  const maps = {
    scope_sets: array('scope_sets', ScopeSet.layout.size, 2),
    scope_in_force: Object.assign(array('scope_in_force', 4, 1), { fd: 41 }),
    scope_grace: array('scope_grace', 4, 1),
    filter_strings: strings,
  } satisfies ScopeMaps;
  /** An update of this map waits: what is in force then has to be the new set. */
  const grace = {
    ...maps.scope_grace,
    update(_: Uint8Array, value: Uint8Array) {
      expect(value[0]).toBe(41);
      waits.push(placeOf(maps));
      return 0;
    },
  };
  return { maps: { ...maps, scope_grace: grace }, strings, waits };
}

function placeOf({ scope_in_force }: ScopeMaps): number {
  const place = new Uint8Array(4);
  scope_in_force.lookup(index, place);
  return place[0]!;
}

/** The set in force: where it is, its version, and which half of the texts it reads. */
function inForce({ maps }: ReturnType<typeof fakeMaps>) {
  const place = placeOf(maps);
  if (place === 0) return undefined;
  const bytes = new Uint8Array(ScopeSet.layout.size);
  maps.scope_sets.lookup(new Uint8Array([place - 1, 0, 0, 0]), bytes);
  const view = new DataView(bytes.buffer);
  return { place, version: view.getBigUint64(0, true), half: view.getUint32(8, true) };
}

function countOf(map: MemoryMap): number {
  let count = 0;
  let key: Uint8Array | null = null;
  const next = new Uint8Array(map.keySize);
  while (map.nextKey(key, next) === 0) {
    count += 1;
    key = next.slice();
  }
  return count;
}

const compile = (expressions: readonly string[], previous?: CompiledScopes) =>
  compileScopes(
    expressions.map((text) => parseScope(text)),
    { host: testHost, ...(previous === undefined ? {} : { previous }) },
  );

test('sets take turns, and texts of the one before are removed', () => {
  const fake = fakeMaps();
  expect(inForce(fake)).toBeUndefined();
  const writer = createScopeWriter(fake.maps);
  expect(writer.current).toBeUndefined();
  const first = compile(['a: comm=x,y*,*z']);
  writer.replace(first);
  expect(inForce(fake)).toEqual({ place: 1, version: 1n, half: 0 });
  expect(countOf(fake.strings)).toBe(3);
  expect(writer.current).toBe(first);
  // Nothing was in force that a program could still use.
  expect(fake.waits).toEqual([]);
  const second = compile(['a: comm=x', 'b: exe=/bin/*'], first);
  writer.replace(second);
  expect(inForce(fake)).toEqual({ place: 2, version: 2n, half: 1 });
  expect(countOf(fake.strings)).toBe(2);
  writer.replace(compile(['a: comm=y'], second));
  expect(inForce(fake)).toEqual({ place: 1, version: 3n, half: 0 });
  expect(fake.waits).toEqual([2, 1]);
});

test('without room for the texts, the scopes in force stay in force', () => {
  const fake = fakeMaps({ texts: 4 });
  const writer = createScopeWriter(fake.maps);
  const first = compile(['a: comm=x,y']);
  writer.replace(first);
  expect(() => writer.replace(compile(['a: comm=1,2,3'], first))).toThrow(
    expect.objectContaining({ code: 'MAP_FULL', call: 'bpf_map_update_elem(filter_strings)' }),
  );
  expect(inForce(fake)?.version).toBe(1n);
  expect(countOf(fake.strings)).toBe(2);
  expect(writer.current).toBe(first);
  writer.replace(compile(['a: comm=1,2'], first));
  expect(inForce(fake)?.version).toBe(2n);
});

test.each(['scope_sets', 'scope_in_force', 'scope_grace'] as const)(
  'when %s cannot be written, what was in force is in force',
  (name) => {
    const fake = fakeMaps();
    const { maps } = fake;
    let works = true;
    const real = maps[name];
    const flaky = {
      ...real,
      update: (key: Uint8Array, value: Uint8Array, flags: number) => {
        if (works) return real.update(key, value, flags);
        // The call that takes it back succeeds.
        works = true;
        return -9;
      },
    };
    const writer = createScopeWriter({ ...maps, [name]: flaky });
    const first = compile(['a: comm=x']);
    writer.replace(first);
    works = false;
    expect(() => writer.replace(compile(['a: comm=y,z'], first))).toThrow(
      expect.objectContaining({ code: 'SYSCALL_FAILED', errno: 9, call: `bpf_map_update_elem(${name})` }),
    );
    expect(inForce(fake)).toEqual({ place: 1, version: 1n, half: 0 });
    expect(countOf(fake.strings)).toBe(1);
    expect(writer.current).toBe(first);
  },
);

test('scopes that were not compiled after those in force are refused', () => {
  const writer = createScopeWriter(fakeMaps().maps);
  writer.replace(compile(['a: uid=0']));
  expect(() => writer.replace(compile(['a: uid=1']))).toThrow(
    expect.objectContaining({ code: 'WRONG_PHASE' }),
  );
});

test('more numbers than there is room for are refused before anything is written', () => {
  const fake = fakeMaps();
  const writer = createScopeWriter(fake.maps);
  const even = Array.from({ length: 2049 }, (_, place) => place * 2).join(',');
  expect(() => writer.replace(compile([`a: comm=x uid=${even}`]))).toThrow(
    expect.objectContaining({
      code: 'INVALID_VALUE',
      message: expect.stringMatching(/4098 segments, but only 4096 fit/),
    }),
  );
  expect(countOf(fake.strings)).toBe(0);
});
