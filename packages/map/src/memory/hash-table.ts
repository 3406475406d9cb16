/**
 * The table behind the in-memory hash kinds: buckets of slots, in the order in which the kernel
 * walks its own (newest first within a bucket), so that walking, restarting and batches behave as
 * they do there.
 *
 * A slot is a number from 0 to `entries` - 1; who owns the free ones is the caller's affair.
 */
export class HashTable {
  readonly #keySize: number;
  readonly #valueSize: number;
  readonly #keys: Uint8Array;
  readonly #values: Uint8Array;
  readonly #buckets: number[][];
  readonly #bucketOf: Int32Array;
  readonly #hash: (key: Uint8Array) => number;
  #count = 0;

  constructor(options: {
    readonly entries: number;
    readonly keySize: number;
    readonly valueSize: number;
    readonly hash: (key: Uint8Array) => number;
  }) {
    this.#keySize = options.keySize;
    this.#valueSize = options.valueSize;
    this.#hash = options.hash;
    this.#keys = new Uint8Array(options.entries * options.keySize);
    this.#values = new Uint8Array(options.entries * options.valueSize);
    this.#bucketOf = new Int32Array(options.entries).fill(-1);
    const buckets = 2 ** Math.ceil(Math.log2(options.entries));
    this.#buckets = Array.from({ length: buckets }, () => []);
  }

  get count(): number {
    return this.#count;
  }

  /** The key's slot; -1 when it is not there. */
  find(key: Uint8Array): number {
    return this.#buckets[this.#bucketIndex(key)]!.find((slot) => this.#keyIs(slot, key)) ?? -1;
  }

  insert(slot: number, key: Uint8Array, value: Uint8Array): void {
    this.#keys.set(key.subarray(0, this.#keySize), slot * this.#keySize);
    this.#values.set(value.subarray(0, this.#valueSize), slot * this.#valueSize);
    const index = this.#bucketIndex(key);
    this.#buckets[index]!.unshift(slot);
    this.#bucketOf[slot] = index;
    this.#count++;
  }

  /** False when the slot holds no entry. */
  remove(slot: number): boolean {
    const index = this.#bucketOf[slot]!;
    if (index < 0) return false;
    const bucket = this.#buckets[index]!;
    bucket.splice(bucket.indexOf(slot), 1);
    this.#bucketOf[slot] = -1;
    this.#count--;
    return true;
  }

  copyKey(slot: number, to: Uint8Array, offset = 0): void {
    to.set(this.#keys.subarray(slot * this.#keySize, (slot + 1) * this.#keySize), offset);
  }

  copyValue(slot: number, to: Uint8Array, offset = 0): void {
    to.set(this.#values.subarray(slot * this.#valueSize, (slot + 1) * this.#valueSize), offset);
  }

  /** The slot after the key's, the first one when the key is null or gone; -1 at the end. */
  after(key: Uint8Array | null): number {
    const slot = key === null ? -1 : this.find(key);
    if (slot < 0) return this.#firstFrom(0);
    const index = this.#bucketOf[slot]!;
    const bucket = this.#buckets[index]!;
    return bucket[bucket.indexOf(slot) + 1] ?? this.#firstFrom(index + 1);
  }

  /** The slots of the first bucket at or after `index` that holds any, with its index. */
  bucketFrom(index: number): { readonly index: number; readonly slots: readonly number[] } | undefined {
    for (let at = index; at < this.#buckets.length; at++) {
      const slots = this.#buckets[at]!;
      if (slots.length > 0) return { index: at, slots };
    }
    return undefined;
  }

  #firstFrom(index: number): number {
    return this.bucketFrom(index)?.slots[0] ?? -1;
  }

  #bucketIndex(key: Uint8Array): number {
    return (this.#hash(key) >>> 0) & (this.#buckets.length - 1);
  }

  #keyIs(slot: number, key: Uint8Array): boolean {
    const start = slot * this.#keySize;
    for (let byte = 0; byte < this.#keySize; byte++) {
      if (this.#keys[start + byte] !== key[byte]) return false;
    }
    return true;
  }
}

/** FNV-1a with a final mix: spreads small integer keys over the low bits. */
export function hashBytes(key: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of key) hash = Math.imul(hash ^ byte, 0x01000193);
  hash ^= hash >>> 15;
  hash = Math.imul(hash, 0x2c1b3c6d);
  return (hash ^ (hash >>> 12)) >>> 0;
}
