import { errno } from '@spoor/core';
import { type Store, type StoreOptions, updateFlag } from './store.js';

/** `queue`: first in, first out. */
export function queueStore(options: StoreOptions): Store {
  return new QueueStore(options, () => 0);
}

/** `stack`: last in, first out. */
export function stackStore(options: StoreOptions): Store {
  return new QueueStore(options, (values) => values.length - 1);
}

/**
 * The store has no keys. An update pushes, a lookup peeks, a lookup-and-delete pops; the rest is
 * EINVAL.
 */
class QueueStore implements Store {
  readonly #options: StoreOptions;
  readonly #top: (values: readonly Uint8Array[]) => number;
  readonly #values: Uint8Array[] = [];

  constructor(options: StoreOptions, top: (values: readonly Uint8Array[]) => number) {
    this.#options = options;
    this.#top = top;
  }

  get count(): number {
    return this.#values.length;
  }

  lookup(_key: Uint8Array, value: Uint8Array): number {
    const top = this.#values[this.#top(this.#values)];
    if (top === undefined) return -errno.ENOENT;
    value.set(top);
    return 0;
  }

  /** BPF_EXIST makes room by dropping the oldest value, of a stack too. */
  update(_key: Uint8Array, value: Uint8Array, flags: number): number {
    if (flags !== updateFlag.any && flags !== updateFlag.update) return -errno.EINVAL;
    if (this.#values.length === this.#options.maxEntries) {
      if (flags !== updateFlag.update) return -errno.E2BIG;
      this.#values.shift();
    }
    this.#values.push(value.slice(0, this.#options.valueSize));
    return 0;
  }

  delete(): number {
    return -errno.EINVAL;
  }

  lookupAndDelete(key: Uint8Array, value: Uint8Array): number {
    const status = this.lookup(key, value);
    if (status === 0) this.#values.splice(this.#top(this.#values), 1);
    return status;
  }

  nextKey(): number {
    return -errno.EINVAL;
  }
}
