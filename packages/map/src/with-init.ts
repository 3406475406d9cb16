import { type InitCounters, type InitOptions, type InitResult, InitStore } from './init-store.js';
import type { TypedMap } from './typed-map.js';

/** The arguments after the key: the wanted identity, unless the options have none. */
type Wanted<W> = [W] extends [undefined] ? [] : undefined extends W ? [want?: W] : [want: W];

/** A typed map that creates missing entries; see `withInit`. */
export interface InitMap<K, V, W> {
  readonly map: TypedMap<K, V>;
  /** Live; copy it to keep it. */
  readonly counters: Readonly<InitCounters>;
  /**
   * Returns the value, and how it was obtained.
   *
   * @throws {SpoorError} INIT_FAILED when `init` threw, or returned another identity than the
   * wanted one; `cause` is the error, and the map did not change. Codes of `TypedMap` when a call
   * failed
   */
  lookupOrInit(key: K, ...want: Wanted<W>): InitResult<V>;
}

/** `InitMap` with an `init` that may take its time. */
export interface AsyncInitMap<K, V, W> {
  readonly map: TypedMap<K, V>;
  readonly counters: Readonly<InitCounters>;
  /**
   * Like `InitMap.lookupOrInit`. Calls for one key during its `init` wait for it and share its
   * value.
   */
  lookupOrInit(key: K, ...want: Wanted<W>): Promise<InitResult<V>>;
}

/**
 * Adds `lookupOrInit` to a map: it returns the stored value, or one that `init` builds. The built
 * value is stored only if nobody stored one first. Many processes, threads and BPF programs may do
 * this on one map.
 *
 * - `hit`: the map had the wanted value.
 * - `created`: the map had none, and stored the value of `init` (BPF_NOEXIST).
 * - `raced`: another writer stored a value during `init`; that value is returned.
 * - `not-stored`: the value of `init` is returned and correct, but the map does not have it. The
 *   map was full, the key kept changing, or the stored entry is newer.
 *
 * With `isSame`, an entry of another identity is a miss. It is taken out in one step and looked at
 * again. If it is the wanted or a newer entry, it is put back. Then an insert that cannot overwrite
 * follows, because an overwrite or a delete could destroy a newer entry. Without `isNewer`, no
 * entry is newer.
 *
 * Reads repeat until five agree (see `TypedMap.getStable`), unless `stable` is false.
 *
 * @example
 * ```ts
 * const squares = withInit(typedMap(raw, { key: ctype.u32, value: ctype.u64 }), {
 *   init: (number) => BigInt(number) ** 2n,
 * });
 * const { outcome, value } = squares.lookupOrInit(12); // 'created', 144n
 * ```
 */
export function withInit<K, V, W = undefined>(
  map: TypedMap<K, V>,
  options: InitOptions<K, V, W, V>,
): InitMap<K, V, W> {
  const store = new InitStore(map, options);
  const running = new Set<string>();
  return {
    map,
    counters: store.counters,
    lookupOrInit(key, ...[want]) {
      const wanted = want as W;
      const found = store.find(key, wanted);
      if (found !== undefined) return found;
      const text = store.keyText(key);
      if (running.has(text))
        throw store.failed(key, new Error('init asked for the key that it was building'));
      running.add(text);
      let mine: V;
      try {
        mine = options.init(key, wanted);
      } catch (cause) {
        throw store.failed(key, cause);
      } finally {
        running.delete(text);
      }
      return store.put(key, mine, wanted);
    },
  };
}

/** A running call that others wait for. */
interface Flight<V, W> {
  readonly want: W;
  readonly result: Promise<InitResult<V>>;
}

/**
 * Gives a map an asynchronous `lookupOrInit`, see `withInit`. Concurrent lookups of a key share one
 * call of `init`.
 *
 * @example
 * ```ts
 * const squares = withAsyncInit(typedMap(raw, { key: ctype.u32, value: ctype.u64 }), {
 *   init: async (number) => BigInt(number) ** 2n,
 * });
 * const { outcome, value } = await squares.lookupOrInit(12);
 * ```
 */
export function withAsyncInit<K, V, W = undefined>(
  map: TypedMap<K, V>,
  options: InitOptions<K, V, W, Promise<V>>,
): AsyncInitMap<K, V, W> {
  const store = new InitStore(map, options);
  const flights = new Map<string, Flight<V, W>>();

  const fly = async (key: K, want: W): Promise<InitResult<V>> => {
    let mine: V;
    try {
      mine = await options.init(key, want);
    } catch (cause) {
      throw store.failed(key, cause);
    }
    return store.put(key, mine, want);
  };

  return {
    map,
    counters: store.counters,
    async lookupOrInit(key, ...[want]) {
      const wanted = want as W;
      const found = store.find(key, wanted);
      if (found !== undefined) return found;
      const text = store.keyText(key);
      for (let flight = flights.get(text); flight !== undefined; flight = flights.get(text)) {
        const shared = await store.join(key, flight, wanted);
        if (shared !== undefined) return shared;
      }
      const result = fly(key, wanted).finally(() => flights.delete(text));
      flights.set(text, { want: wanted, result });
      return result;
    },
  };
}
