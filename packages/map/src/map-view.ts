import { type Codec, WordView } from '@spoor/btf';
import { errno, type RawMap, SpoorError } from '@spoor/core';
import { Access, perCpuValues, requireSize, type ValueCodec } from './access.js';
import { Entries } from './entries.js';
import { kindOf, requireAccess, valueBufferSize } from './kinds.js';
import { deleteEach, setEach } from './many.js';
import { isUnsupported, mapFailure } from './map-failure.js';
import { codecOf, type Shape, type ValueOf } from './shape.js';
import type { SetMode, TypedMap } from './typed-map.js';
import { walkChunks } from './walk.js';

const modeFlags = { any: 0, create: 1, update: 2 } as const satisfies Record<SetMode, number>;

/** The one implementation of `TypedMap`. */
class MapView<K, V> implements TypedMap<K, V> {
  readonly raw: RawMap;
  readonly keyCodec: Codec<K>;
  readonly valueCodec: ValueCodec<V>;
  readonly #access: Access<K, V>;

  constructor(access: Access<K, V>) {
    this.raw = access.raw;
    this.keyCodec = access.key;
    this.valueCodec = access.value;
    this.#access = access;
  }

  get name(): string {
    return this.raw.name;
  }

  get kind(): string {
    return kindOf(this.raw).name;
  }

  get maxEntries(): number {
    return this.raw.maxEntries;
  }

  get(key: K): V | undefined {
    const found = this.#there(this.#access.lookup(key), 'bpf_map_lookup_elem');
    return found ? this.#access.found() : undefined;
  }

  getInto(key: K, target: V & object): boolean {
    const found = this.#there(this.#access.lookup(key), 'bpf_map_lookup_elem');
    if (found) this.#access.foundInto(target);
    return found;
  }

  getStable(key: K): V | undefined {
    const status = this.#access.lookupStable(key);
    if (status === -errno.EAGAIN) {
      throw new SpoorError('MAP_BUSY', `map ${this.name}: the value is written faster than it can be read`, {
        remedy: 'Use `get` and accept a value that is partly old and partly new.',
      });
    }
    return this.#there(status, 'bpf_map_lookup_elem') ? this.#access.found() : undefined;
  }

  has(key: K): boolean {
    return this.#there(this.#access.lookup(key), 'bpf_map_lookup_elem');
  }

  set(key: K, value: V, mode: SetMode = 'any'): boolean {
    const flags: unknown = modeFlags[mode];
    if (typeof flags !== 'number') throw unknownMode(mode);
    const status = this.#access.update(key, value, flags);
    if (status === 0) return true;
    if (mode === 'create' && status === -errno.EEXIST) return false;
    if (mode === 'update' && status === -errno.ENOENT) return false;
    if (status === -errno.E2BIG && kindOf(this.raw).fixed) {
      throw new SpoorError(
        'INVALID_VALUE',
        `map ${this.name} has ${this.maxEntries} entries, and no index ${key}`,
        {
          call: `bpf_map_update_elem(${this.name})`,
          errno: -status,
        },
      );
    }
    throw mapFailure(this.raw, 'bpf_map_update_elem', status);
  }

  delete(key: K): boolean {
    return this.#there(this.#access.delete(key), 'bpf_map_delete_elem');
  }

  take(key: K): V | undefined {
    const found = this.#there(this.#access.take(key), 'bpf_map_lookup_and_delete_elem');
    return found ? this.#access.found() : undefined;
  }

  entries(): IterableIterator<[K, V]> {
    return new Entries(this.#access);
  }

  forEach(handle: (value: V, key: K) => void): void {
    const { raw, keyCodec, valueCodec } = this;
    const stride = valueBufferSize(raw);
    for (const { keys, values, count } of walkChunks(raw)) {
      const keyView = new WordView(keys.buffer);
      const valueView = new WordView(values.buffer);
      for (let index = 0; index < count; index++) {
        handle(valueCodec.read(valueView, index * stride), keyCodec.read(keyView, index * raw.keySize));
      }
    }
  }

  *keys(): IterableIterator<K> {
    for (const { keys, count } of walkChunks(this.raw)) {
      const view = new WordView(keys.buffer);
      for (let index = 0; index < count; index++) yield this.keyCodec.read(view, index * this.raw.keySize);
    }
  }

  *values(): IterableIterator<V> {
    for (const { values, count } of walkChunks(this.raw)) {
      const view = new WordView(values.buffer);
      const stride = valueBufferSize(this.raw);
      for (let index = 0; index < count; index++) yield this.valueCodec.read(view, index * stride);
    }
  }

  [Symbol.iterator](): IterableIterator<[K, V]> {
    return this.entries();
  }

  count(): number {
    let total = 0;
    for (const { count } of walkChunks(this.raw)) total += count;
    return total;
  }

  getMany(keys: Iterable<K>): (V | undefined)[] {
    return Array.from(keys, (key) => this.get(key));
  }

  setMany(entries: Iterable<readonly [K, V]>, mode: SetMode = 'any'): number {
    return setEach(this, entries, mode);
  }

  deleteMany(keys: Iterable<K>): number {
    return deleteEach(this, keys);
  }

  /** False for a miss; an error for everything else that is not success. */
  #there(status: number, call: string): boolean {
    return status === 0 || this.#missing(status, call);
  }

  #missing(status: number, call: string): false {
    if (status === -errno.ENOENT) return false;
    const { fixed, name } = kindOf(this.raw);
    if (fixed && (status === -errno.EINVAL || isUnsupported(status))) {
      throw new SpoorError('UNSUPPORTED', `map ${this.name}: nothing can be deleted from a ${name}`, {
        call: `${call}(${this.name})`,
        errno: -status,
        remedy: 'Set the value to zeros.',
      });
    }
    throw mapFailure(this.raw, call, status);
  }
}

function unknownMode(mode: unknown): SpoorError {
  return new SpoorError('INVALID_VALUE', `set(): unknown mode ${JSON.stringify(String(mode))}`, {
    remedy: `Modes are ${Object.keys(modeFlags).join(', ')}.`,
  });
}

export interface TypedMapOptions<KS extends Shape, VS extends Shape> {
  readonly key: KS;
  /** Of one value, also for per-CPU kinds. */
  readonly value: VS;
  /**
   * Required for per-CPU kinds, and refused for all others: a value is an array, one element a
   * possible CPU.
   */
  readonly perCpu?: false;
}

export interface PerCpuMapOptions<KS extends Shape, VS extends Shape> {
  readonly key: KS;
  readonly value: VS;
  readonly perCpu: true;
}

/**
 * Gives a raw map typed keys and values.
 *
 * @param options `key` and `value`: generated schemas, schemas of `C`, layouts or codecs
 * @throws {SpoorError} MAP_LAYOUT when a size differs; MAP_KIND when the raw map is a queue or a
 * stack, or `perCpu` does not fit it; INVALID_VALUE for an argument of another type
 *
 * @example
 * ```ts
 * const sizes = typedMap(raw, { key: ctype.u32, value: ctype.u64 });
 * sizes.set(1, 4096n);
 * for (const [id, bytes] of sizes) console.log(id, bytes);
 * ```
 */
export function typedMap<const KS extends Shape, const VS extends Shape>(
  raw: RawMap,
  options: TypedMapOptions<KS, VS>,
): TypedMap<ValueOf<KS>, ValueOf<VS>>;
export function typedMap<const KS extends Shape, const VS extends Shape>(
  raw: RawMap,
  options: PerCpuMapOptions<KS, VS>,
): TypedMap<ValueOf<KS>, ValueOf<VS>[]>;
export function typedMap(
  raw: RawMap,
  options: TypedMapOptions<Shape, Shape> | PerCpuMapOptions<Shape, Shape>,
): TypedMap<unknown, unknown> {
  const kind = requireAccess(raw, 'keyed');
  const key = codecOf(options?.key, 'key') as Codec<unknown>;
  const value = codecOf(options?.value, 'value') as Codec<unknown>;
  requireSize(raw, 'key', key);
  requireSize(raw, 'value', value);
  const perCpu = options.perCpu ?? false;
  if (perCpu !== kind.perCpu) {
    throw new SpoorError(
      'MAP_KIND',
      `map ${raw.name} is a ${kind.name}: its values are ${kind.perCpu ? '' : 'not '}arrays, one element a possible CPU`,
      { remedy: kind.perCpu ? 'Pass `perCpu: true`.' : 'Leave `perCpu` out.', details: { map: raw.name } },
    );
  }
  const values = perCpu ? (perCpuValues(value, raw) as ValueCodec<unknown>) : value;
  return new MapView(new Access(raw, key, values));
}
