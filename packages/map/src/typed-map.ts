import type { Codec } from '@spoor/btf';
import type { RawMap } from '@spoor/core';
import type { ValueCodec } from './access.js';

/**
 * `any`: create or replace. `create`: only when the key is not there. `update`: only when it is.
 */
export type SetMode = 'any' | 'create' | 'update';

/**
 * A map with typed keys and values over any raw map: hash, LRU, array, their per-CPU kinds (a value
 * is then an array, one element per possible CPU), LPM trie, maps of maps, task storage (its key is
 * a pidfd).
 *
 * A miss is `undefined` or `false`, never an exception. Any other failure is a `SpoorError` that
 * names the map, the call and the errno: MAP_FULL when the map is full, NO_PRIVILEGE, UNSUPPORTED
 * when this kind has no such call, WRONG_PHASE when the object is not loaded, else SYSCALL_FAILED.
 * A key or value that cannot be written is INVALID_VALUE, naming the field.
 *
 * Values are copies: nothing that is returned changes with the map. One call is one system call on
 * a kernel map, and the calls of different threads and programs may come between any two. A typed
 * map owns nothing of its raw map and needs no disposal; it must not be shared between threads, its
 * raw map may be.
 */
export interface TypedMap<K, V> extends Iterable<[K, V]> {
  readonly name: string;
  /** `hash`, `lru_hash`, …; see `mapTypes`. */
  readonly kind: string;
  readonly maxEntries: number;
  readonly raw: RawMap;
  readonly keyCodec: Codec<K>;
  readonly valueCodec: ValueCodec<V>;

  /**
   * The value, or undefined. For an LPM trie, that of the longest prefix. An array always has one.
   * A hash may miss a key that another CPU replaces at this moment (measured: 1 in 700 while a
   * program overwrote it without pause).
   */
  get(key: K): V | undefined;
  /**
   * `get` without allocation: fills `target`, which must be complete, as one that `get` returned.
   * False on a miss, which leaves `target` as it is. Fields that are arrays, texts or bytes are new
   * all the same.
   */
  getInto(key: K, target: V & object): boolean;
  /**
   * `get` for values that must be whole. One read may be torn, or another key's: the kernel copies
   * without a lock, and an element that is deleted or replaced is used again at once (measured: up
   * to 2 % of the reads of a key that a program overwrites without pause). This one reads until
   * five reads in a row agree: five system calls. A wrong value becomes unlikely that way, not
   * impossible.
   *
   * @throws {SpoorError} MAP_BUSY when no five in a row of 24 did: the value is being changed all
   * the time
   */
  getStable(key: K): V | undefined;
  has(key: K): boolean;
  /**
   * Stores the value; false when `mode` forbids it. An LPM trie honours `mode` since kernel 6.13.
   * In a map of maps the value is the file descriptor of a map, while reading gives that map's id.
   */
  set(key: K, value: V, mode?: SetMode): boolean;
  /** True when the key was there. */
  delete(key: K): boolean;
  /**
   * Reads and deletes. In one step for hashes since 5.14; otherwise in two: then, of several
   * takers, only one has the value, but an update that comes between the two steps is deleted
   * unseen.
   */
  take(key: K): V | undefined;

  /**
   * The entries, while others may change them: one that stays is seen exactly once, one that comes
   * or goes at most once, and it always ends. Deleting the entry in hand is safe. Read in batches
   * where the kernel has them (hashes since 5.6): a value may then be as old as its batch, and is
   * whole unless a program changes it in place, since the kernel locks the bucket.
   */
  entries(): IterableIterator<[K, V]>;
  /**
   * Calls `handle(value, key)` for every entry. Faster than iterating: allocates no result objects.
   */
  forEach(handle: (value: V, key: K) => void): void;
  keys(): IterableIterator<K>;
  values(): IterableIterator<V>;
  /** Counts by walking; the kernel keeps no count. */
  count(): number;

  /**
   * The value, or undefined, of each key in order. One system call a key: the kernel has no batch
   * by keys.
   */
  getMany(keys: Iterable<K>): (V | undefined)[];
  /**
   * Stores all entries, by batches where the kernel has them and `mode` is `any`. Returns how many
   * were stored: those that `mode` forbids are passed over. On a failure `details.done` says how
   * many were stored before it.
   */
  setMany(entries: Iterable<readonly [K, V]>, mode?: SetMode): number;
  /** Deletes all keys, by batches where the kernel has them. Returns how many were there. */
  deleteMany(keys: Iterable<K>): number;
}
