import type { BatchRequest, BatchResult } from '@spoor/core';
import { errno } from '@spoor/core';
import { withInnerIds } from './hash-store.js';
import { type Store, type StoreOptions, updateFlag } from './store.js';

/** `array` and its per-CPU kind: every index is there from the start, as zeros. */
export function arrayStore(options: StoreOptions): Store {
  return new ArrayStore(options);
}

/** `array_of_maps`: an index is there once a map was put into it, and can be emptied again. */
export function arrayOfMapsStore(options: StoreOptions): Store {
  const store = new ArrayStore(options);
  const empty = new Uint8Array(options.valueSize);
  const isEmpty = (value: Uint8Array): boolean =>
    value.subarray(0, options.valueSize).every((byte) => byte === 0);
  return withInnerIds(
    {
      lookup(key, value) {
        const status = store.lookup(key, value);
        return status === 0 && isEmpty(value) ? -errno.ENOENT : status;
      },
      // The kernel's fd_array_map_update_elem takes no flag but BPF_ANY.
      update: (key, value, flags) =>
        flags === updateFlag.any ? store.update(key, value, flags) : -errno.EINVAL,
      delete(key) {
        const value = new Uint8Array(options.valueSize);
        if (store.lookup(key, value) !== 0) return -errno.E2BIG;
        return isEmpty(value) ? -errno.ENOENT : store.update(key, empty, updateFlag.any);
      },
      lookupAndDelete: () => -errno.ENOTSUPP,
      nextKey: (key, next) => store.nextKey(key, next),
      get count() {
        return store.count;
      },
    },
    options,
  );
}

class ArrayStore implements Store {
  readonly #options: StoreOptions;
  readonly #values: Uint8Array;

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#values = new Uint8Array(options.maxEntries * options.valueSize);
  }

  get count(): number {
    return this.#options.maxEntries;
  }

  lookup(key: Uint8Array, value: Uint8Array): number {
    const index = readIndex(key);
    if (index >= this.#options.maxEntries) return -errno.ENOENT;
    value.set(this.#slice(index));
    return 0;
  }

  update(key: Uint8Array, value: Uint8Array, flags: number): number {
    const index = readIndex(key);
    if (flags > updateFlag.update) return -errno.EINVAL;
    if (index >= this.#options.maxEntries) return -errno.E2BIG;
    if (flags === updateFlag.create) return -errno.EEXIST;
    this.#slice(index).set(value.subarray(0, this.#options.valueSize));
    return 0;
  }

  delete(): number {
    return -errno.EINVAL;
  }

  lookupAndDelete(): number {
    return -errno.ENOTSUPP;
  }

  nextKey(key: Uint8Array | null, next: Uint8Array): number {
    const index = key === null ? -1 : readIndex(key);
    const after = index >= this.#options.maxEntries ? 0 : index + 1;
    if (after === this.#options.maxEntries) return -errno.ENOENT;
    writeIndex(next, after);
    return 0;
  }

  /** The cursor is the last index read. */
  lookupBatch(request: BatchRequest): BatchResult {
    let index = request.first ? 0 : readIndex(request.cursor) + 1;
    let done = 0;
    for (; done < request.count && index < this.#options.maxEntries; done++, index++) {
      writeIndex(request.keys, index, done * 4);
      request.values.set(this.#slice(index), done * this.#options.valueSize);
    }
    if (done > 0) writeIndex(request.cursor, index - 1);
    return { status: done < request.count ? -errno.ENOENT : 0, done };
  }

  #slice(index: number): Uint8Array {
    return this.#values.subarray(index * this.#options.valueSize, (index + 1) * this.#options.valueSize);
  }
}

function readIndex(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset).getUint32(0, true);
}

function writeIndex(to: Uint8Array, index: number, offset = 0): void {
  new DataView(to.buffer, to.byteOffset).setUint32(offset, index, true);
}
