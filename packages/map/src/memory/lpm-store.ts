import { errno } from '@spoor/core';
import { type Store, type StoreOptions, updateFlag } from './store.js';

interface Entry {
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/**
 * `lpm_trie`: a key is a prefix length in bits (u32) and data whose first byte is the most
 * significant; a lookup finds the entry with the longest prefix of the key. Deleting and replacing
 * want the exact prefix.
 *
 * Update flags are honoured, as the kernel does since 6.13; before, it took every update as
 * BPF_ANY.
 */
export function lpmStore(options: StoreOptions): Store {
  return new LpmStore(options);
}

class LpmStore implements Store {
  readonly #options: StoreOptions;
  readonly #largestPrefix: number;
  /** In the order in which the kernel walks its trie: a prefix after all that are more specific. */
  readonly #entries: Entry[] = [];

  constructor(options: StoreOptions) {
    this.#options = options;
    this.#largestPrefix = (options.keySize - 4) * 8;
  }

  get count(): number {
    return this.#entries.length;
  }

  lookup(key: Uint8Array, value: Uint8Array): number {
    let best: Entry | undefined;
    for (const entry of this.#entries) {
      if (!isPrefix(entry.key, key)) continue;
      if (best === undefined || prefixLength(entry.key) > prefixLength(best.key)) best = entry;
    }
    if (best === undefined || prefixLength(key) > this.#largestPrefix) return -errno.ENOENT;
    value.set(best.value);
    return 0;
  }

  update(key: Uint8Array, value: Uint8Array, flags: number): number {
    if (flags > updateFlag.update || prefixLength(key) > this.#largestPrefix) return -errno.EINVAL;
    const old = this.#indexOf(key);
    if (old >= 0 && flags === updateFlag.create) return -errno.EEXIST;
    if (old < 0 && flags === updateFlag.update) return -errno.ENOENT;
    if (old < 0 && this.#entries.length === this.#options.maxEntries) return -errno.ENOSPC;
    const entry = {
      key: key.slice(0, this.#options.keySize),
      value: value.slice(0, this.#options.valueSize),
    };
    if (old >= 0) this.#entries[old] = entry;
    else this.#insert(entry);
    return 0;
  }

  delete(key: Uint8Array): number {
    if (prefixLength(key) > this.#largestPrefix) return -errno.EINVAL;
    const index = this.#indexOf(key);
    if (index < 0) return -errno.ENOENT;
    this.#entries.splice(index, 1);
    return 0;
  }

  lookupAndDelete(): number {
    return -errno.ENOTSUPP;
  }

  nextKey(key: Uint8Array | null, next: Uint8Array): number {
    const entry = this.#entries[key === null ? 0 : this.#indexOf(key) + 1];
    if (entry === undefined) return -errno.ENOENT;
    next.set(entry.key);
    return 0;
  }

  #indexOf(key: Uint8Array): number {
    return this.#entries.findIndex(
      (entry) => prefixLength(entry.key) === prefixLength(key) && isPrefix(entry.key, key),
    );
  }

  #insert(entry: Entry): void {
    const at = this.#entries.findIndex((other) => walksBefore(entry.key, other.key));
    this.#entries.splice(at < 0 ? this.#entries.length : at, 0, entry);
  }
}

function prefixLength(key: Uint8Array): number {
  return new DataView(key.buffer, key.byteOffset).getUint32(0, true);
}

function bit(key: Uint8Array, index: number): number {
  return (key[4 + (index >> 3)]! >> (7 - (index & 7))) & 1;
}

function commonBits(one: Uint8Array, other: Uint8Array): number {
  const limit = Math.min(prefixLength(one), prefixLength(other));
  let bits = 0;
  while (bits < limit && bit(one, bits) === bit(other, bits)) bits++;
  return bits;
}

function isPrefix(prefix: Uint8Array, key: Uint8Array): boolean {
  return prefixLength(prefix) <= prefixLength(key) && commonBits(prefix, key) === prefixLength(prefix);
}

/** Children first, the 0 branch before the 1 branch. */
function walksBefore(one: Uint8Array, other: Uint8Array): boolean {
  if (isPrefix(other, one)) return true;
  if (isPrefix(one, other)) return false;
  const fork = commonBits(one, other);
  return bit(one, fork) < bit(other, fork);
}
