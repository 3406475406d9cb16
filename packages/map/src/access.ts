import { type Codec, describeLayout, WordView } from '@spoor/btf';
import { errno, type RawMap, SpoorError } from '@spoor/core';
import { slotStride, valueBufferSize } from './kinds.js';
import { isUnsupported } from './map-failure.js';

/**
 * Reads and writes a whole value buffer of a system call: one value, for which a codec will do, or
 * one a possible CPU.
 */
export interface ValueCodec<V> {
  read(view: DataView, offset: number): V;
  readInto(view: DataView, offset: number, target: V): V;
  write(view: DataView, offset: number, value: V): void;
}

/** An array of values, one a possible CPU, each in a slot rounded up to 8 bytes. */
export function perCpuValues<V>(codec: Codec<V>, raw: RawMap): ValueCodec<V[]> {
  const stride = slotStride(codec.size);
  const { slots } = raw;
  return {
    read: (view, offset) =>
      Array.from({ length: slots }, (_, cpu) => codec.read(view, offset + cpu * stride)),
    readInto(view, offset, target) {
      target.length = slots;
      for (let cpu = 0; cpu < slots; cpu++) {
        const old = target[cpu];
        const at = offset + cpu * stride;
        target[cpu] = old === undefined ? codec.read(view, at) : codec.readInto(view, at, old);
      }
      return target;
    },
    write(view, offset, values) {
      if (!Array.isArray(values) || values.length !== slots) {
        const got = Array.isArray(values) ? `${values.length} values` : typeof values;
        throw new SpoorError(
          'INVALID_VALUE',
          `map ${raw.name}: expected ${slots} values, one a possible CPU, got ${got}`,
        );
      }
      for (let cpu = 0; cpu < slots; cpu++) codec.write(view, offset + cpu * stride, values[cpu]!);
    },
  };
}

/**
 * How many reads in a row must agree. Measured on kernel 6.18 with values of 300 bytes, which a
 * program overwrote as fast as it could: of 36 million single reads 0.5 % were torn or another
 * key's; 196 times two in a row agreed on such a value, twice three, never four (a virtual CPU that
 * is slow for a while is so at each); pauses between them changed nothing.
 */
const AGREEING = 5;
/** How many reads are tried until so many agree. */
const STABLE_READS = 24;

/**
 * The calls of one raw map with typed keys and values, and with statuses (0 or -errno) for results.
 * It owns one key buffer and two value buffers, so a call allocates nothing; a value found is in
 * the buffer until the next call.
 */
export class Access<K, V> {
  readonly raw: RawMap;
  readonly key: Codec<K>;
  readonly value: ValueCodec<V>;
  readonly #key: Uint8Array;
  readonly #keyView: DataView;
  #value: Uint8Array;
  #valueView: DataView;
  #other: Uint8Array;
  #otherView: DataView;
  #takes = true;

  constructor(raw: RawMap, key: Codec<K>, value: ValueCodec<V>) {
    this.raw = raw;
    this.key = key;
    this.value = value;
    this.#key = new Uint8Array(raw.keySize);
    this.#keyView = new WordView(this.#key.buffer);
    const size = valueBufferSize(raw);
    this.#value = new Uint8Array(size);
    this.#valueView = new WordView(this.#value.buffer);
    this.#other = new Uint8Array(size);
    this.#otherView = new WordView(this.#other.buffer);
  }

  lookup(key: K): number {
    this.key.write(this.#keyView, 0, key);
    return this.raw.lookup(this.#key, this.#value);
  }

  /**
   * Reads until five reads in a row agree. One read alone may be torn, or wholly another key's: the
   * kernel copies a value without a lock, while the element may be deleted and used for another key
   * at that very moment (also of a hash that is not an LRU: free elements are used again at once).
   *
   * @returns 0, -errno, or -EAGAIN when no five in a row of 24 reads agreed
   */
  lookupStable(key: K): number {
    let status = this.lookup(key);
    let agreeing = 1;
    for (let reads = 1; status === 0 && reads < STABLE_READS; reads++) {
      this.#swapValues();
      status = this.raw.lookup(this.#key, this.#value);
      if (status !== 0) break;
      agreeing = Buffer.compare(this.#value, this.#other) === 0 ? agreeing + 1 : 1;
      if (agreeing === AGREEING) return 0;
    }
    return status === 0 ? -errno.EAGAIN : status;
  }

  /** The value that the last call found. */
  found(): V {
    return this.value.read(this.#valueView, 0);
  }

  foundInto(target: V): V {
    return this.value.readInto(this.#valueView, 0, target);
  }

  update(key: K, value: V, flags: number): number {
    this.key.write(this.#keyView, 0, key);
    this.value.write(this.#valueView, 0, value);
    return this.raw.update(this.#key, this.#value, flags);
  }

  delete(key: K): number {
    this.key.write(this.#keyView, 0, key);
    return this.raw.delete(this.#key);
  }

  /**
   * Reads and deletes; in one step where the kernel can (hashes since 5.14). Otherwise a lookup,
   * then a delete: of several that do so at once only one has it, but an update between the two
   * steps is deleted unseen.
   */
  take(key: K): number {
    if (this.#takes) {
      this.key.write(this.#keyView, 0, key);
      const status = this.raw.lookupAndDelete(this.#key, this.#value);
      if (!isUnsupported(status)) return status;
      this.#takes = false;
    }
    const status = this.lookup(key);
    return status === 0 ? this.raw.delete(this.#key) : status;
  }

  /** The key's bytes as a string: equal for equal keys. */
  keyText(key: K): string {
    this.key.write(this.#keyView, 0, key);
    return Buffer.from(this.#key.buffer).toString('latin1');
  }

  #swapValues(): void {
    [this.#value, this.#other] = [this.#other, this.#value];
    [this.#valueView, this.#otherView] = [this.#otherView, this.#valueView];
  }
}

/** @throws {SpoorError} MAP_LAYOUT, with both sizes, when a codec does not fit the map. */
export function requireSize(raw: RawMap, part: 'key' | 'value', codec: Codec<unknown>): void {
  const size = part === 'key' ? raw.keySize : raw.valueSize;
  if (codec.size === size) return;
  throw new SpoorError(
    'MAP_LAYOUT',
    `map ${raw.name}: its ${part} has ${size} bytes, the layout ${describeLayout(codec.layout)} has ${codec.size}`,
    {
      remedy: 'Generate the layouts again from the object that is loaded.',
      details: { map: raw.name, part, mapSize: size, layoutSize: codec.size, layout: codec.layout },
    },
  );
}

/** Bytes of keys and values for `count` entries, as batches lay them out. */
export function batchBuffers(raw: RawMap, count: number): { keys: Uint8Array; values: Uint8Array } {
  return {
    keys: new Uint8Array(raw.keySize * count),
    values: new Uint8Array(valueBufferSize(raw) * count),
  };
}
