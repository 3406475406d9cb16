import { type InitCounters, type InitOptions, type InitResult, InitStore } from './init-store.js';
import type { TypedMap } from './typed-map.js';

/** The arguments after the key: what is wanted, unless the options want nothing. */
type Wanted<W> = [W] extends [undefined] ? [] : undefined extends W ? [want?: W] : [want: W];

/** A typed map whose misses are filled in; see `withInit`. */
export interface InitMap<K, V, W> {
  readonly map: TypedMap<K, V>;
  /** Live; copy it to keep it. */
  readonly counters: Readonly<InitCounters>;
  /**
   * The value, and how it was obtained. It is there in every case.
   *
   * @throws SpoorError INIT_FAILED, with the cause, when `init` threw or gave another identity than was wanted; the
   * map is then as it was. Other codes as those of `TypedMap`, for failures that are neither misses nor lack of room
   */
  lookupOrInit(key: K, ...want: Wanted<W>): InitResult<V>;
}

/** `InitMap` with an `init` that may take its time. */
export interface AsyncInitMap<K, V, W> {
  readonly map: TypedMap<K, V>;
  readonly counters: Readonly<InitCounters>;
  /** As `InitMap.lookupOrInit`; calls for one key while its `init` runs wait for that one and share what it gives. */
  lookupOrInit(key: K, ...want: Wanted<W>): Promise<InitResult<V>>;
}

/**
 * Gives a map `lookupOrInit`: the value, or one that `init` builds and that is stored only when nobody, in the
 * kernel or here, stored one first. One process, thread or BPF program among many that do the same.
 *
 * - `hit`: it was there, and is the one that was wanted.
 * - `created`: it was not; `init`'s value was stored (BPF_NOEXIST).
 * - `raced`: another one stored it while `init` ran; the value is theirs.
 * - `not-stored`: there was no room, or the key changed hands all the time, or the entry that is there is newer than
 *   what was wanted; the value is `init`'s and right, and the map does not have it.
 *
 * With `isSame` an entry of another identity counts as a miss, is never returned, and is replaced: taken out in one
 * step, looked at again, put back when it turns out to be the wanted or a newer one that another stored meanwhile,
 * and only then followed by an insert that cannot overwrite. A plain overwrite, or a delete, could destroy that
 * newer entry. Without `isNewer` nothing is known to be newer.
 *
 * Reads are repeated until five agree (see `TypedMap.getStable`), unless `stable` is false.
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

/** A call that is under way, for others to wait for. */
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
