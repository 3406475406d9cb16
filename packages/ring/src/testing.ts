import { SpoorError } from '@spoor/core';
import { RECORD_BUSY, RECORD_DISCARD, type RingMemory, recordHeaderBytes } from './memory.js';

export interface FakeRingOptions {
  /** Bytes; a power of two, at least 8. Default: 4096. */
  readonly size?: number;
  /** Bytes of the two position pages. Default: 4096. */
  readonly pageSize?: number;
  /**
   * Bytes of the beginning that are repeated behind the end; a multiple of 8. Default: the size.
   */
  readonly overlap?: number;
  /** Initial value of both positions. Default: 0. */
  readonly position?: bigint;
  /** Allocate shared memory, for a producer in another thread. Default: false. */
  readonly shared?: boolean;
}

/** A reserved record of a `FakeRing`. */
export interface Reservation {
  submit(): void;
  discard(): void;
}

/**
 * A ring without a kernel, for tests. Its memory has the layout of a BPF ring, and its producer
 * follows the kernel's rules. It writes the overlap twice, because the kernel maps it twice. Use
 * one producer at a time.
 *
 * To write what no kernel writes, change `data`, `producer` and `consumer` directly.
 *
 * @example
 * ```ts
 * const ring = new FakeRing();
 * ring.submit(Uint8Array.of(1, 2, 3));
 * new RingReader(ring).drain((data, offset, length) => console.log(length)); // 3
 * ```
 */
export class FakeRing implements RingMemory {
  readonly consumer: ArrayBufferLike;
  readonly producer: ArrayBufferLike;
  readonly data: ArrayBufferLike;
  readonly size: number;
  readonly overlap: number;
  /** Records refused because the ring was full. */
  dropped = 0;
  readonly #consumer: BigInt64Array;
  readonly #producer: BigInt64Array;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(options: FakeRingOptions = {}) {
    const { size = 4096, overlap = size, pageSize = 4096, position = 0n, shared = false } = options;
    if (size < 8 || !Number.isInteger(Math.log2(size)))
      throw new SpoorError('RING_SIZE', `a ring of ${size} bytes`, {
        remedy: 'Give a power of two.',
      });
    const allocate = (bytes: number) => (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
    this.size = size;
    this.overlap = overlap;
    this.consumer = allocate(pageSize);
    this.producer = allocate(pageSize);
    this.data = allocate(size + overlap);
    this.#consumer = new BigInt64Array(this.consumer, 0, 1);
    this.#producer = new BigInt64Array(this.producer, 0, 1);
    this.#words = new Int32Array(this.data);
    this.#bytes = new Uint8Array(this.data);
    this.#consumer[0] = position;
    this.#producer[0] = position;
  }

  /** The position that the reader has published. */
  get consumerPosition(): bigint {
    return BigInt.asUintN(64, Atomics.load(this.#consumer, 0));
  }

  get producerPosition(): bigint {
    return BigInt.asUintN(64, Atomics.load(this.#producer, 0));
  }

  /**
   * Writes one record and submits it. If the ring is full, counts it as dropped and returns false.
   */
  submit(record: Uint8Array): boolean {
    const reservation = this.reserve(record);
    reservation?.submit();
    return reservation !== undefined;
  }

  /**
   * Writes a record that stays busy until it is submitted or discarded. Returns `undefined` if the
   * ring is full.
   */
  reserve(record: Uint8Array): Reservation | undefined {
    const position = this.producerPosition;
    const step = (record.length + recordHeaderBytes + 7) & ~7;
    const waiting = Number(BigInt.asUintN(64, position - this.consumerPosition));
    if (waiting + step > this.size) {
      this.dropped++;
      return undefined;
    }
    const offset = Number(position & BigInt(this.size - 1));
    this.#store(offset, record.length | RECORD_BUSY);
    this.#write(offset + recordHeaderBytes, record);
    Atomics.store(this.#producer, 0, BigInt.asIntN(64, position + BigInt(step)));
    return {
      submit: () => this.#store(offset, record.length),
      discard: () => this.#store(offset, record.length | RECORD_DISCARD),
    };
  }

  /** Writes the repeated word first, because a reader waits for the word at `offset`. */
  #store(offset: number, word: number): void {
    if (offset < this.overlap) Atomics.store(this.#words, (offset + this.size) >>> 2, word);
    Atomics.store(this.#words, offset >>> 2, word);
  }

  #write(offset: number, record: Uint8Array): void {
    // If the header is the last word of the ring, the record begins at the ring's beginning.
    const begin = offset & (this.size - 1);
    const first = record.subarray(0, this.size - begin);
    this.#bytes.set(first, begin);
    this.#bytes.set(record.subarray(first.length), 0);
    const repeat = (bytes: Uint8Array, at: number) => {
      if (at < this.overlap) this.#bytes.set(bytes.subarray(0, this.overlap - at), at + this.size);
    };
    repeat(first, begin);
    repeat(record.subarray(first.length), 0);
  }
}
