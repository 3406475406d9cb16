import {
  type BatchResult,
  errno,
  type MapType,
  type MapTypeName,
  mapTypes,
  type RawMap,
  SpoorError,
} from '@spoor/core';
import { valueBufferSize } from '../kinds.js';
import { arrayOfMapsStore, arrayStore } from './array-store.js';
import { hashOfMapsStore, hashStore, lruStore } from './hash-store.js';
import { hashBytes } from './hash-table.js';
import { lpmStore } from './lpm-store.js';
import { type LruBatch, lruBatchSize } from './lru-list.js';
import { queueStore, stackStore } from './queue-store.js';
import { type Store, type StoreOptions, updateFlag } from './store.js';

/** One row a kind that can be had in memory. */
const stores = {
  hash: hashStore,
  percpu_hash: hashStore,
  lru_hash: lruStore,
  lru_percpu_hash: lruStore,
  array: arrayStore,
  percpu_array: arrayStore,
  lpm_trie: lpmStore,
  array_of_maps: arrayOfMapsStore,
  hash_of_maps: hashOfMapsStore,
  queue: queueStore,
  stack: stackStore,
} as const satisfies Partial<Record<MapTypeName, (options: StoreOptions) => Store>>;

export type MemoryMapKind = keyof typeof stores;

export interface MemoryMapOptions {
  readonly kind: MemoryMapKind;
  /** For messages; the kind by default. */
  readonly name?: string;
  /** Bytes; 0 (the default) for queue and stack, 4 for arrays, at least 5 for an LPM trie. */
  readonly keySize?: number;
  /** Bytes of one value; 4 for maps of maps. */
  readonly valueSize: number;
  readonly maxEntries: number;
  /** Kept and shown, not acted on. */
  readonly flags?: number;
  /** Possible CPUs, 1 by default: the slots of per-CPU values, and the local lists of LRU kinds. */
  readonly cpus?: number;
  /**
   * How many free nodes a CPU of an LRU map takes at once; `scaled`, as newer kernels, by default.
   */
  readonly lruBatch?: LruBatch;
  /** Gives the bucket of a key; one that returns a constant makes every key collide. */
  readonly hash?: (key: Uint8Array) => number;
  /**
   * For maps of maps: the id of the map behind a file descriptor, undefined when there is none
   * (EBADF).
   */
  readonly innerId?: (fd: number) => number | undefined;
  /** Without batch calls, as kernels before 5.6. */
  readonly noBatches?: boolean;
}

/** The calls of a raw map that faults can be put on. */
export type MapCall =
  | 'lookup'
  | 'update'
  | 'delete'
  | 'lookupAndDelete'
  | 'nextKey'
  | 'lookupBatch'
  | 'updateBatch'
  | 'deleteBatch';

/**
 * A map in this process's memory, with the kernel's interface, bounds, statuses and, for LRU kinds,
 * evictions: for tests, and for code that runs where no kernel is. It lives as long as it is
 * referenced.
 */
export interface MemoryMap extends RawMap {
  /**
   * The CPU that calls come from, from 0: what decides whom an LRU map evicts. May be set at any
   * time.
   */
  cpu: number;
  /** Entries now; for an array, all of them. */
  readonly count: number;
  /**
   * A BPF program's lookup: marks the entry of an LRU map as recently used. False when it is not
   * there.
   */
  touch(key: Uint8Array): boolean;
  /** Fault: the entry goes now, as if it was evicted. False when it was not there. */
  evict(key: Uint8Array): boolean;
  /** Fault: a rival stores an entry now, past all other faults. Returns 0 or -errno. */
  put(key: Uint8Array, value: Uint8Array): number;
  /** Fault: the next calls of this name (`times`, 1 by default) return -`number` and do nothing. */
  failNext(call: MapCall, number: number, times?: number): void;
  /**
   * Fault: `act` runs just before the next call of this name, with the call's key (null where there
   * is none) and free to use the map itself: how a race is staged. Several acts on one call run one
   * a call, in order.
   */
  beforeNext(call: MapCall, act: (key: Uint8Array | null) => void): void;
}

/**
 * Creates a map in memory; see `MemoryMap`.
 *
 * @throws {SpoorError} MAP_SIZE when the kernel would refuse a size for this kind of map
 *
 * @example
 * ```ts
 * const raw = memoryMap({ kind: 'hash', keySize: 4, valueSize: 8, maxEntries: 64 });
 * const sizes = typedMap(raw, { key: ctype.u32, value: ctype.u64 });
 * ```
 */
export function memoryMap(options: MemoryMapOptions): MemoryMap {
  return new InMemory(options);
}

interface Fault {
  readonly status?: number;
  readonly act?: (key: Uint8Array | null) => void;
}

class InMemory implements MemoryMap {
  readonly name: string;
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  readonly slots: number;
  cpu = 0;
  readonly lookupBatch?: NonNullable<RawMap['lookupBatch']>;
  readonly updateBatch?: NonNullable<RawMap['updateBatch']>;
  readonly deleteBatch?: NonNullable<RawMap['deleteBatch']>;
  readonly #store: Store;
  readonly #faults = new Map<MapCall, Fault[]>();

  constructor(options: MemoryMapOptions) {
    const kind: MapType = mapTypes[options.kind];
    const cpus = options.cpus ?? 1;
    this.name = options.name ?? options.kind;
    this.type = kind.type;
    this.keySize = options.keySize ?? (kind.access === 'queue' ? 0 : 4);
    this.valueSize = options.valueSize;
    this.maxEntries = options.maxEntries;
    this.flags = options.flags ?? 0;
    this.slots = kind.perCpu ? cpus : 1;
    checkSizes(this, kind);
    const store = stores[options.kind]({
      keySize: this.keySize,
      valueSize: valueBufferSize(this),
      maxEntries: this.maxEntries,
      cpus,
      batchSize: lruBatchSize(options.lruBatch ?? 'scaled', this.maxEntries, cpus),
      hash: options.hash ?? hashBytes,
      innerId: options.innerId ?? (() => undefined),
    });
    this.#store = store;
    // Kinds that can be read in batches can be written in them.
    if (store.lookupBatch === undefined || options.noBatches === true) return;
    this.lookupBatch = (request) => {
      const fault = this.#fault('lookupBatch', null);
      return fault === 0 ? store.lookupBatch!(request) : { status: fault, done: 0 };
    };
    this.updateBatch = (keys, values, count, flags) => this.#updateEach(keys, values, count, flags);
    this.deleteBatch = (keys, count) => this.#deleteEach(keys, count);
  }

  get count(): number {
    return this.#store.count;
  }

  lookup(key: Uint8Array, value: Uint8Array): number {
    return this.#fault('lookup', key) || this.#store.lookup(key, value);
  }

  update(key: Uint8Array, value: Uint8Array, flags: number): number {
    return this.#fault('update', key) || this.#store.update(key, value, flags, this.cpu);
  }

  delete(key: Uint8Array): number {
    return this.#fault('delete', key) || this.#store.delete(key);
  }

  lookupAndDelete(key: Uint8Array, value: Uint8Array): number {
    return this.#fault('lookupAndDelete', key) || this.#store.lookupAndDelete(key, value);
  }

  nextKey(key: Uint8Array | null, next: Uint8Array): number {
    return this.#fault('nextKey', key) || this.#store.nextKey(key, next);
  }

  touch(key: Uint8Array): boolean {
    return this.#store.touch?.(key) ?? this.#store.lookup(key, new Uint8Array(valueBufferSize(this))) === 0;
  }

  evict(key: Uint8Array): boolean {
    return this.#store.delete(key) === 0;
  }

  put(key: Uint8Array, value: Uint8Array): number {
    return this.#store.update(key, value, updateFlag.any, this.cpu);
  }

  failNext(call: MapCall, number: number, times = 1): void {
    for (let time = 0; time < times; time++) this.#queue(call, { status: -number });
  }

  beforeNext(call: MapCall, act: (key: Uint8Array | null) => void): void {
    this.#queue(call, { act });
  }

  /** As generic_map_update_batch: no mode is allowed, and the first failure ends it. */
  #updateEach(keys: Uint8Array, values: Uint8Array, count: number, flags: number): BatchResult {
    const stride = valueBufferSize(this);
    let status = this.#fault('updateBatch', null) || (flags === 0 ? 0 : -errno.EINVAL);
    let done = 0;
    while (status === 0 && done < count) {
      const value = values.subarray(done * stride, (done + 1) * stride);
      status = this.put(this.#keyAt(keys, done), value);
      if (status === 0) done++;
    }
    return { status, done };
  }

  #deleteEach(keys: Uint8Array, count: number): BatchResult {
    let status = this.#fault('deleteBatch', null);
    let done = 0;
    while (status === 0 && done < count) {
      status = this.#store.delete(this.#keyAt(keys, done));
      if (status === 0) done++;
    }
    return { status, done };
  }

  #keyAt(keys: Uint8Array, index: number): Uint8Array {
    return keys.subarray(index * this.keySize, (index + 1) * this.keySize);
  }

  #queue(call: MapCall, fault: Fault): void {
    const queue = this.#faults.get(call);
    if (queue === undefined) this.#faults.set(call, [fault]);
    else queue.push(fault);
  }

  #fault(call: MapCall, key: Uint8Array | null): number {
    const fault = this.#faults.get(call)?.shift();
    fault?.act?.(key);
    return fault?.status ?? 0;
  }
}

function checkSizes(map: RawMap, kind: MapType): void {
  const wrong = sizeFault(map, kind);
  if (wrong === undefined) return;
  throw new SpoorError('MAP_SIZE', `map ${map.name}: a ${kind.name} cannot have ${wrong}`, {
    errno: errno.EINVAL,
    details: { map: map.name, kind: kind.name },
  });
}

function sizeFault(map: RawMap, kind: MapType): string | undefined {
  if (!Number.isInteger(map.maxEntries) || map.maxEntries < 1) return `${map.maxEntries} entries`;
  if (map.valueSize < 1) return `values of ${map.valueSize} bytes`;
  if (kind.ofMaps && map.valueSize !== 4) return `values of ${map.valueSize} bytes, only of 4`;
  const { keySize } = map;
  if (kind.access === 'queue') return keySize === 0 ? undefined : `keys (of ${keySize} bytes)`;
  const indexed = kind.fixed || kind.name === mapTypes.array_of_maps.name;
  if (indexed) return keySize === 4 ? undefined : `keys of ${keySize} bytes, only of 4`;
  const smallest = kind.name === mapTypes.lpm_trie.name ? 5 : 1;
  return keySize >= smallest ? undefined : `keys of ${keySize} bytes, at least ${smallest}`;
}
