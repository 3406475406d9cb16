import { compileCodec, ctype, type LayoutOf } from '@spoor/btf';
import type { RawMap } from '@spoor/core';
import { errno } from '@spoor/core';
import { errorOf } from '@spoor/core/testing';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { type State, s, stateCodec, stateMap, u32 } from '../test/states.js';
import { typedMap } from './map-view.js';
import { memoryMap } from './memory/memory-map.js';
import type { TypedMap } from './typed-map.js';
import { typedQueue } from './typed-queue.js';

const u64 = { kind: 'int', size: 8, signed: false } as const;

const raw = (kind: 'hash' | 'percpu_hash' | 'array' | 'queue' = 'hash', cpus = 1) =>
  memoryMap({ kind, ...(kind === 'queue' ? {} : { keySize: 4 }), valueSize: 8, maxEntries: 4, cpus });

/** A raw map that says it is of another type. */
const disguised = (type: number): RawMap => Object.create(raw(), { type: { value: type } }) as RawMap;

describe('typedMap refuses', () => {
  it('a key or value of another size, and shows both', () => {
    const key = errorOf(() => typedMap(raw(), { key: u64, value: u64 }));
    expect(key.code).toBe('MAP_LAYOUT');
    expect(key.message).toBe('map hash: its key has 4 bytes, the layout u64 has 8');
    const value = errorOf(() =>
      typedMap(raw(), { key: u32, value: { layout: { kind: 'chars', size: 16 } } }),
    );
    expect(value.code).toBe('MAP_LAYOUT');
    expect(value.message).toBe('map hash: its value has 8 bytes, the layout char[16] has 16');
    expect(value.details).toMatchObject({ mapSize: 8, layoutSize: 16 });
    expect(errorOf(() => typedQueue(raw('queue'), { value: u32 })).code).toBe('MAP_LAYOUT');
  });

  it('a per-CPU map without `perCpu`, and the reverse', () => {
    const without = errorOf(() => typedMap(raw('percpu_hash'), { key: u32, value: u64 }));
    expect(without).toMatchObject({ code: 'MAP_KIND', remedy: 'Pass `perCpu: true`.' });
    const needless = errorOf(() => typedMap(raw(), { key: u32, value: u64, perCpu: true }));
    expect(needless).toMatchObject({ code: 'MAP_KIND', remedy: 'Leave `perCpu` out.' });
  });

  it('kinds that have no keys and values, and says what to use', () => {
    const ring = errorOf(() => typedMap(disguised(27), { key: u32, value: u64 }));
    expect(ring.code).toBe('MAP_KIND');
    expect(ring.message).toContain('map hash is a ringbuf (map type 27)');
    expect(ring.remedy).toContain('ring reader');
    const unknown = errorOf(() => typedMap(disguised(15), { key: u32, value: u64 }));
    expect(unknown.message).toContain('map type 15');
    expect(errorOf(() => typedMap(raw('queue'), { key: u32, value: u64 })).code).toBe('MAP_KIND');
    expect(errorOf(() => typedQueue(raw(), { value: u64 })).code).toBe('MAP_KIND');
  });

  it('an invalid layout', () => {
    const layout = { kind: 'int', size: 3, signed: false } as never;
    expect(errorOf(() => typedMap(raw(), { key: layout, value: u64 })).code).toBe('LAYOUT_INVALID');
  });
});

describe('types', () => {
  it('come from codecs, layouts and schemas', () => {
    expectTypeOf(stateMap().map).toEqualTypeOf<TypedMap<number, State>>();
    expectTypeOf(typedMap(raw(), { key: u32, value: u64 })).toEqualTypeOf<TypedMap<number, bigint>>();
    const schema = { layout: stateCodec.layout as LayoutOf<State> };
    expectTypeOf(typedMap(raw(), { key: u32, value: schema })).toEqualTypeOf<TypedMap<number, State>>();
    expectTypeOf(typedMap(raw(), { key: ctype.u32, value: ctype.chars(8) })).toEqualTypeOf<
      TypedMap<number, string>
    >();
    const perCpu = typedMap(raw('percpu_hash'), { key: u32, value: compileCodec<bigint>(u64), perCpu: true });
    expectTypeOf(perCpu.get(1)).toEqualTypeOf<bigint[] | undefined>();
    expectTypeOf(typedQueue(raw('queue'), { value: u64 }).pop()).toEqualTypeOf<bigint | undefined>();
  });
});

describe('a failure', () => {
  it.each([
    ['get', 'lookup', 'bpf_map_lookup_elem'],
    ['has', 'lookup', 'bpf_map_lookup_elem'],
    ['delete', 'delete', 'bpf_map_delete_elem'],
    ['take', 'lookupAndDelete', 'bpf_map_lookup_and_delete_elem'],
  ] as const)('of %s names map, call and errno', (method, call, name) => {
    const { raw: faulty, map } = stateMap();
    faulty.failNext(call, errno.EPERM);
    const error = errorOf(() => map[method](1));
    expect(error).toMatchObject({ code: 'NO_PRIVILEGE', errno: errno.EPERM, call: `${name}(hash)` });
    expect(error.message).toContain('map hash');
    expect(error.message).toContain('EPERM');
  });

  it('shows an errno that has no name', () => {
    const { raw: faulty, map } = stateMap();
    faulty.failNext('lookup', 71);
    expect(errorOf(() => map.get(1))).toMatchObject({ code: 'SYSCALL_FAILED', errno: 71 });
  });

  it('of a key or value that cannot be written changes nothing', () => {
    const { map } = stateMap();
    expect(errorOf(() => map.set(-1, s(1))).code).toBe('INVALID_VALUE');
    expect(errorOf(() => map.set(1, { start: 1.5, fact: 0 })).code).toBe('INVALID_VALUE');
    expect(map.count()).toBe(0);
  });
});

describe('many', () => {
  it('says how many were stored before a failure', () => {
    const { raw: faulty, map } = stateMap({ noBatches: true });
    faulty.beforeNext('update', () => undefined);
    faulty.failNext('update', errno.EPERM);
    const error = errorOf(() => map.setMany([1, 2, 3].map((key) => [key, s(key)] as const)));
    expect(error).toMatchObject({ code: 'NO_PRIVILEGE', details: { done: 1 } });
    expect([...map.keys()]).toEqual([1]);
  });

  it.each([errno.EINVAL, errno.ENOTSUPP])('goes one by one where a batch is refused (%i)', (number) => {
    const { raw: faulty, map } = stateMap();
    faulty.failNext('updateBatch', number);
    expect(map.setMany([1, 2, 3].map((key) => [key, s(key)] as const))).toBe(3);
    faulty.failNext('deleteBatch', number);
    expect(map.deleteMany([1, 2, 9])).toBe(2);
    expect([...map.keys()]).toEqual([3]);
  });

  it('goes one by one where there are no batches', () => {
    const { map } = stateMap({ noBatches: true });
    expect(map.setMany([1, 2, 3].map((key) => [key, s(key)] as const))).toBe(3);
    expect(map.deleteMany([1, 9, 2])).toBe(2);
    expect(map.getMany([1, 2, 3])).toEqual([undefined, undefined, s(3)]);
  });

  it('stops at what is neither there nor missing', () => {
    const { raw: faulty, map } = stateMap();
    faulty.failNext('deleteBatch', errno.EPERM);
    expect(errorOf(() => map.deleteMany([1]))).toMatchObject({ code: 'NO_PRIVILEGE' });
  });
});

describe('getInto', () => {
  it('allocates no objects: what was nested is filled in place', () => {
    const nested = compileCodec<{ inner: { a: number }; b: number }>({
      kind: 'struct',
      name: 'outer',
      size: 8,
      fields: [
        {
          name: 'inner',
          offset: 0,
          layout: { kind: 'struct', name: 'inner', size: 4, fields: [{ name: 'a', offset: 0, layout: u32 }] },
        },
        { name: 'b', offset: 4, layout: u32 },
      ],
    });
    const map = typedMap(raw(), { key: u32, value: nested });
    map.set(1, { inner: { a: 5 }, b: 6 });
    const inner = { a: 0 };
    const target = { inner, b: 0 };
    expect(map.getInto(1, target)).toBe(true);
    expect(target).toEqual({ inner: { a: 5 }, b: 6 });
    expect(target.inner).toBe(inner);
  });
});
