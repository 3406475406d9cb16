import { SpoorError } from '@spoor/btf';
import { RECORD_BUSY, RECORD_DISCARD, RECORD_HEADER, type RingMemory } from './memory.js';

export interface InventedRingOptions {
  /** Bytes; a power of two, at least 8. Default: 4096. */
  readonly size?: number;
  /** Bytes of the two position pages. Default: 4096. */
  readonly pageSize?: number;
  /** Where both positions begin. Default: 0. */
  readonly position?: bigint;
  /** Take shared memory, for a producer in another thread. Default: false. */
  readonly shared?: boolean;
}

/** A reserved record of an invented ring. */
export interface Reservation {
  submit(): void;
  discard(): void;
}

/**
 * A ring without a kernel, for tests: memory laid out as a BPF ring's, with a producer that follows the kernel's
 * rules. Each byte is written twice, where the kernel maps the data twice. One producer at a time.
 *
 * To write what no kernel would, write into `data`, `producer` and `consumer` directly.
 */
export class InventedRing implements RingMemory {
  readonly consumer: ArrayBufferLike;
  readonly producer: ArrayBufferLike;
  readonly data: ArrayBufferLike;
  readonly size: number;
  /** Reserves refused because the ring was full. */
  dropped = 0;
  readonly #consumer: BigInt64Array;
  readonly #producer: BigInt64Array;
  readonly #words: Int32Array;
  readonly #bytes: Uint8Array;

  constructor(options: InventedRingOptions = {}) {
    const { size = 4096, pageSize = 4096, position = 0n, shared = false } = options;
    if (size < 8 || !Number.isInteger(Math.log2(size)))
      throw new SpoorError('RING_SIZE', `an invented ring of ${size} bytes`, {
        remedy: 'Take a power of two.',
      });
    const allocate = (bytes: number) => (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes));
    this.size = size;
    this.consumer = allocate(pageSize);
    this.producer = allocate(pageSize);
    this.data = allocate(2 * size);
    this.#consumer = new BigInt64Array(this.consumer, 0, 1);
    this.#producer = new BigInt64Array(this.producer, 0, 1);
    this.#words = new Int32Array(this.data);
    this.#bytes = new Uint8Array(this.data);
    this.#consumer[0] = position;
    this.#producer[0] = position;
  }

  /** What the reader has published. */
  get consumerPosition(): bigint {
    return BigInt.asUintN(64, Atomics.load(this.#consumer, 0));
  }

  get producerPosition(): bigint {
    return BigInt.asUintN(64, Atomics.load(this.#producer, 0));
  }

  /** Writes one record and submits it; false, and counted as dropped, when the ring is full. */
  submit(record: Uint8Array): boolean {
    const reservation = this.reserve(record);
    reservation?.submit();
    return reservation !== undefined;
  }

  /** Writes a record that stays busy until it is submitted or discarded; `undefined` when the ring is full. */
  reserve(record: Uint8Array): Reservation | undefined {
    const position = this.producerPosition;
    const step = (record.length + RECORD_HEADER + 7) & ~7;
    const waiting = Number(BigInt.asUintN(64, position - this.consumerPosition));
    if (waiting + step > this.size) {
      this.dropped++;
      return undefined;
    }
    const offset = Number(position & BigInt(this.size - 1));
    this.#store(offset, record.length | RECORD_BUSY);
    this.#write(offset + RECORD_HEADER, record);
    Atomics.store(this.#producer, 0, BigInt.asIntN(64, position + BigInt(step)));
    return {
      submit: () => this.#store(offset, record.length),
      discard: () => this.#store(offset, record.length | RECORD_DISCARD),
    };
  }

  /** The mirrored half first: the word that a reader waits for is the one at `offset`. */
  #store(offset: number, word: number): void {
    Atomics.store(this.#words, (offset + this.size) >>> 2, word);
    Atomics.store(this.#words, offset >>> 2, word);
  }

  #write(offset: number, record: Uint8Array): void {
    const { size } = this;
    const end = offset + record.length;
    this.#bytes.set(record, offset);
    this.#bytes.copyWithin(offset + size, offset, Math.min(end, size));
    this.#bytes.copyWithin(Math.max(offset - size, 0), Math.max(offset, size), end);
  }
}
