import { FilterText, FilterWords, ScopeSet } from '@spoor/bpf';
import { type MemoryMap, memoryMap } from '@spoor/map';
import { expect, test } from 'vitest';
import { testHost } from '../../test/host.js';
import { parseScope } from '../grammar/parse.js';
import { type CompiledScopes, compileScopes } from './compile.js';
import { createScopeWriter, type ScopeMaps } from './write.js';

const index = new Uint8Array(4);

/** The maps of the kernel side in memory, and what was done with them. */
function fakeMaps({ texts = 100 } = {}) {
  const set = (name: string, fd: number) => {
    const map = memoryMap({
      kind: 'array',
      name,
      keySize: 4,
      valueSize: ScopeSet.layout.size,
      maxEntries: 1,
    });
    return Object.assign(map, { fd });
  };
  const strings = memoryMap({
    kind: 'lpm_trie',
    name: 'filter_strings',
    keySize: FilterText.layout.size,
    valueSize: FilterWords.layout.size,
    maxEntries: texts,
  });
  const sets = memoryMap({ kind: 'array', name: 'scope_sets', keySize: 4, valueSize: 4, maxEntries: 1 });
  const maps: ScopeMaps = {
    scope_set_0: set('scope_set_0', 40),
    scope_set_1: set('scope_set_1', 41),
    scope_sets: sets,
    filter_strings: strings,
  };
  return { maps, strings, sets };
}

/** The set in force: its version, and which half of the texts it reads. */
function inForce({ maps, sets }: ReturnType<typeof fakeMaps>) {
  const fd = new Uint8Array(4);
  sets.lookup(index, fd);
  const bytes = new Uint8Array(ScopeSet.layout.size);
  (fd[0] === 41 ? maps.scope_set_1 : maps.scope_set_0).lookup(index, bytes);
  const view = new DataView(bytes.buffer);
  return { fd: fd[0], version: view.getBigUint64(0, true), half: view.getUint32(8, true) };
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
  const writer = createScopeWriter(fake.maps);
  expect(writer.current).toBeUndefined();
  const first = compile(['a: comm=x,y*,*z']);
  writer.replace(first);
  expect(inForce(fake)).toEqual({ fd: 41, version: 1n, half: 1 });
  expect(countOf(fake.strings)).toBe(3);
  expect(writer.current).toBe(first);
  writer.replace(compile(['a: comm=x', 'b: exe=/bin/*'], first));
  expect(inForce(fake)).toEqual({ fd: 40, version: 2n, half: 0 });
  expect(countOf(fake.strings)).toBe(2);
});

test('without room for the texts, the scopes in force stay in force', () => {
  const fake = fakeMaps({ texts: 4 });
  const writer = createScopeWriter(fake.maps);
  const first = compile(['a: comm=x,y']);
  writer.replace(first);
  expect(() => writer.replace(compile(['a: comm=1,2,3'], first))).toThrow(
    expect.objectContaining({ code: 'MAP_FULL', call: 'bpf_map_update_elem(filter_strings)' }),
  );
  expect(inForce(fake).version).toBe(1n);
  expect(countOf(fake.strings)).toBe(2);
  expect(writer.current).toBe(first);
  writer.replace(compile(['a: comm=1,2'], first));
  expect(inForce(fake).version).toBe(2n);
});

test('a failed flip takes back what was written', () => {
  const fake = fakeMaps();
  const writer = createScopeWriter({ ...fake.maps, scope_sets: { ...fake.sets, update: () => -9 } });
  expect(() => writer.replace(compile(['a: comm=x']))).toThrow(
    expect.objectContaining({ code: 'SYSCALL_FAILED', errno: 9, call: 'bpf_map_update_elem(scope_sets)' }),
  );
  expect(countOf(fake.strings)).toBe(0);
  expect(writer.current).toBeUndefined();
});

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
    expect.objectContaining({ code: 'INVALID_VALUE', message: expect.stringMatching(/4098 places of 4096/) }),
  );
  expect(countOf(fake.strings)).toBe(0);
});
