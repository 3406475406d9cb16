import type { BatchRequest, BatchResult } from '@spoor/core';
import { errno } from '@spoor/core';
import { HashTable } from './hash-table.js';
import { LruList } from './lru-list.js';
import { type Store, type StoreOptions, updateFlag } from './store.js';

/** Provides slots for new entries, the only difference between `hash` and `lru_hash`. */
interface SlotSource {
  /** -1 when there is none. May recycle another entry's. */
  take(cpu: number): number;
  release(slot: number): void;
  touch(slot: number): void;
  /** -errno when `take` found none. */
  readonly exhausted: number;
  /**
   * An LRU map takes a slot before it looks for the old key, and so may lose another entry to a
   * mere overwrite (htab_lru_map_update_elem); a plain one takes it when it is needed.
   */
  readonly takesFirst: boolean;
}

/** `hash` and its per-CPU kind: a new key is refused when the map is full. */
export function hashStore(options: StoreOptions): Store {
  const free = Array.from({ length: options.maxEntries }, (_, index) => options.maxEntries - 1 - index);
  return new HashStore(options, newTable(options), {
    take: () => free.pop() ?? -1,
    release: (slot) => void free.push(slot),
    touch: () => undefined,
    exhausted: -errno.E2BIG,
    takesFirst: false,
  });
}

/**
 * `lru_hash` and its per-CPU kind: a new key recycles another's slot, by the kernel's own lists.
 */
export function lruStore(options: StoreOptions): Store {
  const table = newTable(options);
  const list = new LruList({
    entries: options.maxEntries,
    cpus: options.cpus,
    batchSize: options.batchSize,
    unlink: (node) => table.remove(node),
  });
  return new HashStore(options, table, {
    take: (cpu) => list.take(cpu),
    release: (slot) => list.release(slot),
    touch: (slot) => list.touch(slot),
    exhausted: -errno.ENOMEM,
    takesFirst: true,
  });
}

/** `hash_of_maps`: an update takes a file descriptor, a lookup gives a map id. */
export function hashOfMapsStore(options: StoreOptions): Store {
  return withInnerIds(hashStore(options), options);
}

/**
 * Turns descriptors into ids on the way in. No batches: the kernel had none for these kinds for
 * long.
 */
export function withInnerIds(store: Store, options: StoreOptions): Store {
  const scratch = new Uint8Array(4);
  return {
    lookup: (key, value) => store.lookup(key, value),
    update(key, value, flags, cpu) {
      const id = options.innerId(new DataView(value.buffer, value.byteOffset).getUint32(0, true));
      if (id === undefined) return -errno.EBADF;
      new DataView(scratch.buffer).setUint32(0, id, true);
      return store.update(key, scratch, flags, cpu);
    },
    delete: (key) => store.delete(key),
    lookupAndDelete: () => -errno.ENOTSUPP,
    nextKey: (key, next) => store.nextKey(key, next),
    get count() {
      return store.count;
    },
  };
}

function newTable(options: StoreOptions): HashTable {
  const { keySize, valueSize, hash } = options;
  return new HashTable({ entries: options.maxEntries, keySize, valueSize, hash });
}

class HashStore implements Store {
  readonly #options: StoreOptions;
  readonly #table: HashTable;
  readonly #slots: SlotSource;

  constructor(options: StoreOptions, table: HashTable, slots: SlotSource) {
    this.#options = options;
    this.#table = table;
    this.#slots = slots;
  }

  get count(): number {
    return this.#table.count;
  }

  lookup(key: Uint8Array, value: Uint8Array): number {
    const slot = this.#table.find(key);
    if (slot < 0) return -errno.ENOENT;
    this.#table.copyValue(slot, value);
    return 0;
  }

  touch(key: Uint8Array): boolean {
    const slot = this.#table.find(key);
    if (slot >= 0) this.#slots.touch(slot);
    return slot >= 0;
  }

  update(key: Uint8Array, value: Uint8Array, flags: number, cpu: number): number {
    if (flags > updateFlag.update) return -errno.EINVAL;
    return this.#slots.takesFirst
      ? this.#updateTakingFirst(key, value, flags, cpu)
      : this.#updateInPlace(key, value, flags, cpu);
  }

  delete(key: Uint8Array): number {
    const slot = this.#table.find(key);
    if (slot < 0) return -errno.ENOENT;
    this.#drop(slot);
    return 0;
  }

  lookupAndDelete(key: Uint8Array, value: Uint8Array): number {
    const status = this.lookup(key, value);
    return status === 0 ? this.delete(key) : status;
  }

  nextKey(key: Uint8Array | null, next: Uint8Array): number {
    const slot = this.#table.after(key);
    if (slot < 0) return -errno.ENOENT;
    this.#table.copyKey(slot, next);
    return 0;
  }

  /**
   * Whole buckets only, as the kernel: a bucket that alone exceeds the buffer is ENOSPC. The cursor
   * is a bucket.
   */
  lookupBatch(request: BatchRequest): BatchResult {
    const cursor = new DataView(request.cursor.buffer, request.cursor.byteOffset);
    let index = request.first ? 0 : cursor.getUint32(0, true);
    let done = 0;
    for (;;) {
      const bucket = this.#table.bucketFrom(index);
      if (bucket === undefined) return { status: -errno.ENOENT, done };
      if (bucket.slots.length > request.count - done) {
        if (done === 0) return { status: -errno.ENOSPC, done };
        break;
      }
      for (const slot of bucket.slots) {
        this.#table.copyKey(slot, request.keys, done * this.#options.keySize);
        this.#table.copyValue(slot, request.values, done * this.#options.valueSize);
        done++;
      }
      index = bucket.index + 1;
    }
    cursor.setUint32(0, index, true);
    return { status: 0, done };
  }

  #updateInPlace(key: Uint8Array, value: Uint8Array, flags: number, cpu: number): number {
    const old = this.#table.find(key);
    const refused = refusal(old, flags);
    if (refused !== 0) return refused;
    if (old >= 0) this.#drop(old);
    const slot = this.#slots.take(cpu);
    if (slot < 0) return this.#slots.exhausted;
    this.#table.insert(slot, key, value);
    return 0;
  }

  #updateTakingFirst(key: Uint8Array, value: Uint8Array, flags: number, cpu: number): number {
    const slot = this.#slots.take(cpu);
    if (slot < 0) return this.#slots.exhausted;
    const old = this.#table.find(key);
    const refused = refusal(old, flags);
    if (refused !== 0) {
      this.#slots.release(slot);
      return refused;
    }
    if (old >= 0) {
      this.#slots.touch(slot);
      this.#table.remove(old);
    }
    this.#table.insert(slot, key, value);
    if (old >= 0) this.#slots.release(old);
    return 0;
  }

  #drop(slot: number): void {
    this.#table.remove(slot);
    this.#slots.release(slot);
  }
}

function refusal(old: number, flags: number): number {
  if (old >= 0 && flags === updateFlag.create) return -errno.EEXIST;
  if (old < 0 && flags === updateFlag.update) return -errno.ENOENT;
  return 0;
}
