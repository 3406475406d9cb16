import { errno, SpoorError } from '@spoor/core';
import { Access } from './access.js';
import { isNotStored, mapFailure } from './map-failure.js';
import type { TypedMap } from './typed-map.js';

/** How `lookupOrInit` obtained a value; see `withInit`. */
export type InitOutcome = 'hit' | 'created' | 'raced' | 'not-stored';

/** The value, and how it was obtained. */
export interface InitResult<V> {
  readonly outcome: InitOutcome;
  readonly value: V;
}

export interface InitOptions<K, V, W, R> {
  /** Builds the value of a missing key. An error of it becomes the `cause` of INIT_FAILED. */
  readonly init: (key: K, want: W) => R;
  /** Returns true for a value of the wanted identity; by default for all. It must not throw. */
  readonly isSame?: (value: V, want: W, key: K) => boolean;
  /** Returns true if `stored`, of another identity than `mine`, is newer; then it stays. */
  readonly isNewer?: (stored: V, mine: V) => boolean;
  /**
   * Returns false for a half-written value, which is read again. For values with a sequence number.
   */
  readonly isWhole?: (value: V) => boolean;
  /** Returns false for a value that must not be stored; it is returned only. */
  readonly mayStore?: (value: V, want: W) => boolean;
  /** Read until five reads agree; true by default. See `TypedMap.getStable`. */
  readonly stable?: boolean;
}

/**
 * Calls of `lookupOrInit`, by outcome: lookups = hits + misses, and misses = created + raced +
 * notStored + failed. `created` is also the number of entries stored.
 */
export interface InitCounters {
  lookups: number;
  hits: number;
  misses: number;
  created: number;
  raced: number;
  notStored: number;
  failed: number;
  /** Calls that met an entry of another identity. */
  stale: number;
  /** Entries of another identity that were taken out and not put back. */
  replaced: number;
  /** Of the misses, calls that waited for another call's `init`. */
  joined: number;
}

/** Reads of a half-written value, and inserts of a key that keeps changing. */
const ATTEMPTS = 8;

const unfound = { state: 'missing' } as const;

/**
 * One read of a key: the wanted value, a value of another identity, none, or a half-written one.
 */
type Look<V> =
  | { readonly state: 'same' | 'other'; readonly value: V }
  | { readonly state: 'missing' | 'unreadable' };

/** The part of `lookupOrInit` that synchronous and asynchronous `init` share. */
export class InitStore<K, V, W> {
  readonly counters: InitCounters = {
    lookups: 0,
    hits: 0,
    misses: 0,
    created: 0,
    raced: 0,
    notStored: 0,
    failed: 0,
    stale: 0,
    replaced: 0,
    joined: 0,
  };
  readonly #map: TypedMap<K, V>;
  readonly #options: InitOptions<K, V, W, unknown>;
  /** Its own buffers: `init` may use the typed map. */
  readonly #access: Access<K, V>;

  constructor(map: TypedMap<K, V>, options: InitOptions<K, V, W, unknown>) {
    this.#map = map;
    this.#options = options;
    this.#access = new Access(map.raw, map.keyCodec, map.valueCodec);
  }

  keyText(key: K): string {
    return this.#access.keyText(key);
  }

  /** A hit, or undefined: then `put`, `join` or `failed` follows. */
  find(key: K, want: W): InitResult<V> | undefined {
    this.counters.lookups++;
    const look = this.#lookOrCount(key, want);
    if (look.state === 'same') {
      this.counters.hits++;
      return { outcome: 'hit', value: look.value };
    }
    this.counters.misses++;
    if (look.state === 'other') this.counters.stale++;
    return undefined;
  }

  /** Stores the value of `init`, or finds one that another writer stored. */
  put(key: K, mine: V, want: W): InitResult<V> {
    if (!this.#isSame(mine, want, key)) {
      throw this.failed(key, new SpoorError('IDENTITY_MISMATCH', 'init gave a value of another identity'));
    }
    try {
      const result = this.#settle(key, mine, want);
      this.#count(result.outcome);
      return result;
    } catch (error) {
      this.counters.failed++;
      throw error;
    }
  }

  /** Counts a failure and makes its error. */
  failed(key: K, cause: unknown): SpoorError {
    this.counters.failed++;
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new SpoorError(
      'INIT_FAILED',
      `map ${this.#map.name}: no value for ${describeKey(key)}: ${reason}`,
      {
        details: { map: this.#map.name, key },
        cause,
      },
    );
  }

  /**
   * Waits for the value of another call, which counts as a lost race. Returns `undefined` if that
   * call wanted another identity; then this call runs `init` itself.
   */
  async join(
    key: K,
    flight: { readonly want: W; readonly result: Promise<InitResult<V>> },
    want: W,
  ): Promise<InitResult<V> | undefined> {
    let theirs: InitResult<V>;
    try {
      theirs = await flight.result;
    } catch (error) {
      if (!Object.is(flight.want, want)) return undefined;
      this.counters.joined++;
      this.counters.failed++;
      throw error;
    }
    if (!this.#isSame(theirs.value, want, key)) return undefined;
    const outcome = theirs.outcome === 'not-stored' ? 'not-stored' : 'raced';
    this.counters.joined++;
    this.#count(outcome);
    return { outcome, value: theirs.value };
  }

  #settle(key: K, mine: V, want: W): InitResult<V> {
    const notStored = { outcome: 'not-stored', value: mine } as const;
    if (this.#options.mayStore?.(mine, want) === false) {
      const look = this.#look(key, want);
      return look.state === 'same' ? { outcome: 'raced', value: look.value } : notStored;
    }
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const status = this.#access.update(key, mine, 1);
      if (status === 0) return { outcome: 'created', value: mine };
      if (status !== -errno.EEXIST && !isNotStored(status)) {
        throw mapFailure(this.#map.raw, 'bpf_map_update_elem', status);
      }
      const look = this.#look(key, want);
      if (look.state === 'same') return { outcome: 'raced', value: look.value };
      if (status !== -errno.EEXIST) return notStored;
      if (look.state !== 'other') continue;
      if (this.#isNewer(look.value, mine)) return notStored;
      const kept = this.#takeOut(key, mine, want);
      if (kept !== undefined) return kept;
    }
    return notStored;
  }

  /**
   * Takes out the entry of another identity. The wanted or a newer entry may have replaced it since
   * the read; such an entry goes back, unless the key has another one by then. Returns `undefined`
   * if the key is free.
   */
  #takeOut(key: K, mine: V, want: W): InitResult<V> | undefined {
    const status = this.#access.take(key);
    if (status === -errno.ENOENT) return undefined;
    if (status !== 0) throw mapFailure(this.#map.raw, 'bpf_map_lookup_and_delete_elem', status);
    this.counters.replaced++;
    const taken = this.#access.found();
    if (this.#options.isWhole?.(taken) === false) return undefined;
    const wanted = this.#isSame(taken, want, key);
    if (!wanted && !this.#isNewer(taken, mine)) return undefined;
    const back = this.#access.update(key, taken, 1);
    if (back === 0) this.counters.replaced--;
    if (!wanted) return { outcome: 'not-stored', value: mine };
    return { outcome: back === 0 || back === -errno.EEXIST ? 'raced' : 'not-stored', value: taken };
  }

  #count(outcome: InitOutcome): void {
    if (outcome === 'created') this.counters.created++;
    else if (outcome === 'raced') this.counters.raced++;
    else if (outcome === 'not-stored') this.counters.notStored++;
  }

  #lookOrCount(key: K, want: W): Look<V> {
    try {
      return this.#look(key, want);
    } catch (error) {
      // A failed call is a lookup too, and the books must balance.
      this.counters.misses++;
      this.counters.failed++;
      throw error;
    }
  }

  #look(key: K, want: W): Look<V> {
    for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
      const status =
        this.#options.stable === false ? this.#access.lookup(key) : this.#access.lookupStable(key);
      if (status === -errno.ENOENT) return unfound;
      if (status === -errno.EAGAIN) break;
      if (status !== 0) throw mapFailure(this.#map.raw, 'bpf_map_lookup_elem', status);
      const value = this.#access.found();
      if (this.#options.isWhole?.(value) === false) continue;
      return { state: this.#isSame(value, want, key) ? 'same' : 'other', value };
    }
    return { state: 'unreadable' };
  }

  #isSame(value: V, want: W, key: K): boolean {
    return this.#options.isSame?.(value, want, key) ?? true;
  }

  #isNewer(stored: V, mine: V): boolean {
    return this.#options.isNewer?.(stored, mine) ?? false;
  }
}

/** Formats a key for a message: numbers plain, structs as JSON. */
function describeKey(key: unknown): string {
  if (typeof key !== 'object' || key === null) return String(key);
  return JSON.stringify(key, (_, part) => (typeof part === 'bigint' ? String(part) : part));
}
