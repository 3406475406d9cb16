import { SpoorError } from '@spoor/btf';
import type { RingMemory } from './memory.js';

const u64 = 64;

/**
 * The two positions of a ring: ours, which we publish, and the producer's, which we watch. Both count bytes since
 * the ring was created, in 64 bits: as bigints they pass 2^32, 2^53 and 2^64 without a thought, and they are touched
 * once a drain and once every eighth of a ring only.
 */
export class Positions {
  readonly #consumer: BigInt64Array;
  readonly #producer: BigInt64Array;
  readonly #mask: number;
  /** What was published. Ours is the truth: what the shared page says later is not read again. */
  #published: bigint;
  #offset: number;

  constructor({ consumer, producer, size }: RingMemory) {
    this.#consumer = new BigInt64Array(consumer, 0, 1);
    this.#producer = new BigInt64Array(producer, 0, 1);
    this.#mask = size - 1;
    this.#published = BigInt.asUintN(u64, Atomics.load(this.#consumer, 0));
    this.#offset = Number(this.#published & BigInt(this.#mask));
  }

  /** Where the published position lies in the ring. */
  get offset(): number {
    return this.#offset;
  }

  /** The position `bytes` after the published one. */
  after(bytes: number): bigint {
    return BigInt.asUintN(u64, this.#published + BigInt(bytes));
  }

  /** Bytes from the published position to the producer's: an acquiring load. */
  waiting(): number {
    return Number(BigInt.asUintN(u64, Atomics.load(this.#producer, 0) - this.#published));
  }

  /** Gives `bytes` back to the producer: a sequentially consistent store. */
  advance(bytes: number): void {
    this.#published = this.after(bytes);
    this.#offset = (this.#offset + bytes) & this.#mask;
    Atomics.store(this.#consumer, 0, this.#published);
  }
}

/** The ring's size; throws `RING_SIZE` when the memory is not that of a ring. */
export function checkedSize(memory: RingMemory, name: string): number {
  const { consumer, producer, data, size, overlap } = memory;
  const power = Number.isInteger(size) && size >= 8 && size <= 2 ** 31 && Number.isInteger(Math.log2(size));
  const twice = Number.isInteger(overlap) && overlap % 8 === 0 && overlap >= 0 && overlap <= size;
  const long = data.byteLength >= size + overlap && consumer.byteLength >= 8 && producer.byteLength >= 8;
  if (power && twice && long) return size;
  const has = `${data.byteLength} bytes of data, ${consumer.byteLength} and ${producer.byteLength} of positions`;
  throw new SpoorError('RING_SIZE', `${name}: size ${size}, overlap ${overlap}, with ${has} is no ring`, {
    remedy:
      'The size is a power of two, the overlap a multiple of 8 up to it, the data area as long as both, the positions take 8 bytes each.',
  });
}
