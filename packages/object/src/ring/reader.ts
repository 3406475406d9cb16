import { SpoorError } from '@spoor/btf';
import {
  type Drainable,
  type DrainOptions,
  LENGTH_MASK,
  RECORD_DISCARD,
  RECORD_HEADER,
  type RingData,
  type RingFault,
  type RingHandler,
  type RingMemory,
} from './memory.js';
import { positive, Stopwatch } from './stopwatch.js';

export interface RingReaderOptions {
  /** For messages and faults. Default: `ring`. */
  readonly name?: string;
  /**
   * How the words that the producer writes are loaded. `weak`: an acquiring load each, right on every machine.
   * `strong`: a plain load, right where the machine itself keeps loads in order (x86-64), and 5 to 8 ns cheaper a
   * record. Default: by `process.arch`.
   */
  readonly ordering?: 'strong' | 'weak';
}

/** Every other machine that Node runs on may satisfy a later load before an earlier one. */
const defaultOrdering = process.arch === 'x64' ? 'strong' : 'weak';
const noLimit = 0x7fffffff;
const u64 = 64;

/**
 * Reads one BPF ring buffer in place: no system call, no foreign call, no copy, and no allocation a record.
 *
 * One reader a ring: the kernel keeps one consumer position. The position is published every eighth of the ring,
 * and always before the reader looks whether there is more: a producer whose commit finds the reader caught up
 * then knows it. `drain` is for speed; `RingSource` and `RingPoller` wait for records.
 *
 * Memory order: the kernel releases a record by an exchange of its length word, and reserves by a release of the
 * producer position (kernel/bpf/ringbuf.c). Both are loaded with acquire order: `Atomics.load`, or on x86-64 a
 * plain load of the length, which V8 keeps in front of the record's own loads since they hang on its branch. The
 * consumer position is stored by `Atomics.store`, which is sequentially consistent.
 */
export class RingReader implements Drainable {
  readonly name: string;
  readonly size: number;
  /** The views that handlers get; valid until the memory is unmapped. */
  readonly data: RingData;

  readonly #consumer: BigInt64Array;
  readonly #producer: BigInt64Array;
  readonly #words: Int32Array;
  readonly #weak: boolean;
  readonly #publishEvery: number;
  /** The published position. Ours is the truth: what the shared page says later is not read again. */
  #position: bigint;
  /** Bytes read since. */
  #taken = 0;
  #records = 0;
  #passed = 0;
  #discarded = 0;
  #draining = false;
  #closing = false;
  #closed = false;
  #leftBehind = 0;
  #atBound = false;
  #fault: RingFault | undefined;

  /**
   * Begins where the ring's consumer position stands.
   * Throws `RING_SIZE` when the memory is not that of a ring.
   */
  constructor(memory: RingMemory, options: RingReaderOptions = {}) {
    this.name = options.name ?? 'ring';
    this.size = checkedSize(memory, this.name);
    this.data = {
      u8: new Uint8Array(memory.data),
      u32: new Uint32Array(memory.data),
      view: new DataView(memory.data),
    };
    this.#words = new Int32Array(memory.data);
    this.#consumer = new BigInt64Array(memory.consumer, 0, 1);
    this.#producer = new BigInt64Array(memory.producer, 0, 1);
    this.#weak = (options.ordering ?? defaultOrdering) === 'weak';
    this.#publishEvery = this.size >>> 3;
    this.#position = BigInt.asUintN(u64, Atomics.load(this.#consumer, 0));
    if (this.#position & 7n) this.#fail('position-unaligned', 0, 0);
  }

  /** Records handed out since the reader was made. */
  get records(): number {
    return this.#records;
  }

  /** Records skipped because their producer gave them up. */
  get discarded(): number {
    return this.#discarded;
  }

  /** Position of the next record to read, in bytes since the ring was created; wraps at 2^64. */
  get position(): bigint {
    return BigInt.asUintN(u64, this.#position + BigInt(this.#taken));
  }

  get fault(): RingFault | undefined {
    return this.#fault;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get more(): 'now' | 'later' {
    return this.#atBound ? 'now' : 'later';
  }

  get backlog(): number {
    return this.#closed ? this.#leftBehind : this.#available();
  }

  /**
   * Hands out records until the ring is empty, the next one is not yet submitted, a bound is reached, or a ring's
   * worth of bytes was read. Returns the number handed out; see `fault` for a ring that contradicts itself.
   * Throws `WRONG_PHASE` inside a handler of the same reader, `INVALID_VALUE` for a bound that is none.
   */
  drain(handler: RingHandler, options?: DrainOptions): number {
    this.#assertIdle('drain');
    const max = Math.min(positive(options?.max, 'max') ?? noLimit, noLimit);
    const budgetMs = positive(options?.budgetMs, 'budgetMs');
    if (this.#closed) return 0;
    return this.#drain(handler, max, budgetMs === undefined ? undefined : new Stopwatch(budgetMs));
  }

  /**
   * Ends the reader. With a `handler` everything that was submitted before is handed out first: a ring's worth of
   * bytes at most, so that a busy producer cannot hold it. Inside a handler of the same reader this works too: the
   * rest is handed out in the inner call, and the outer drain ends. What stayed behind is in `backlog`.
   */
  close(handler?: RingHandler): number {
    if (this.#closed) return 0;
    const first = !this.#closing;
    this.#closing = true;
    try {
      return handler !== undefined && first ? this.#drain(handler, noLimit, undefined) : 0;
    } finally {
      if (!this.#closed) {
        this.#publish();
        this.#leftBehind = this.#available();
        this.#closed = true;
      }
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Leaves out all that the producer has reserved so far and clears a fault. Returns the bytes left out. */
  resync(): number {
    this.#assertIdle('resync');
    if (this.#closed) return 0;
    const from = this.position;
    this.#fault = undefined;
    this.#taken = 0;
    this.#position = BigInt.asUintN(u64, Atomics.load(this.#producer, 0));
    Atomics.store(this.#consumer, 0, this.#position);
    return Number(BigInt.asUintN(u64, this.#position - from));
  }

  /**
   * For readers of several rings: calls `visit` for each submitted record from `skip` bytes after `position` on,
   * and reads none of them: they stay in the ring until `release`. Returns where it stopped, in bytes after
   * `position`: pass it as `skip` to go on.
   */
  walk(skip: number, visit: RingHandler): number {
    if (this.#closed) return skip;
    const available = this.#available();
    const start = this.#taken + Number(this.#position & BigInt(this.size - 1));
    let distance = skip;
    while (distance < available) {
      const offset = (start + distance) & (this.size - 1);
      const word = this.#weak ? Atomics.load(this.#words, offset >>> 2) : this.#words[offset >>> 2]!;
      if (word < 0) break;
      const length = word & LENGTH_MASK;
      const step = (length + RECORD_HEADER + 7) & ~7;
      if (step > available - distance) {
        this.#fail('record-beyond-producer', length, available - distance, distance);
        break;
      }
      if (word & RECORD_DISCARD) this.#discarded++;
      else visit(this.data, offset + RECORD_HEADER, length);
      distance += step;
    }
    return distance;
  }

  /** Gives back the next `bytes` of the ring, and what a walk has shown of them: `count` records. */
  release(bytes: number, count: number): void {
    if (this.#closed || bytes === 0) return;
    this.#taken += bytes;
    this.#records += count;
    this.#publish();
  }

  #drain(handler: RingHandler, max: number, stopwatch: Stopwatch | undefined): number {
    let count = 0;
    let room = this.size;
    this.#draining = true;
    this.#atBound = true;
    try {
      while (count < max && room > 0) {
        // Before the look at the producer's position: whoever commits after it finds us caught up.
        this.#publish();
        const available = this.#available();
        if (available === 0) {
          this.#atBound = false;
          break;
        }
        const taken = this.#pass(handler, { available, room, max: max - count, stopwatch });
        count += this.#passed;
        room -= taken;
        if (this.#closed || taken < available) break;
      }
    } finally {
      this.#draining = false;
      if (!this.#closed) this.#publish();
    }
    return count;
  }

  /** The hot loop. Returns the bytes read; how many records were handed out is in `#passed`. */
  #pass(handler: RingHandler, { available, room, max, stopwatch }: Pass): number {
    const { data } = this;
    const words = this.#words;
    const weak = this.#weak;
    const mask = this.size - 1;
    const publishEvery = this.#publishEvery;
    let offset = Number(this.#position & BigInt(mask));
    // The record that goes past the room is still read: only the ring's end could cut it.
    const enough = Math.max(available - room, 0);
    let left = available;
    let quota = max;
    try {
      while (left > enough && quota > 0) {
        const word = weak ? Atomics.load(words, offset >>> 2) : words[offset >>> 2]!;
        if (word < 0) {
          this.#atBound = false;
          break;
        }
        const length = word & LENGTH_MASK;
        const step = (length + RECORD_HEADER + 7) & ~7;
        if (step > left) {
          this.#fail('record-beyond-producer', length, left);
          break;
        }
        // Before the call: a record whose handler throws, or closes the reader, has been read.
        this.#taken += step;
        left -= step;
        if (word & RECORD_DISCARD) {
          this.#discarded++;
        } else {
          quota--;
          handler(data, offset + RECORD_HEADER, length);
          // Its memory may be gone.
          if (this.#closed) break;
        }
        offset = (offset + step) & mask;
        if (this.#taken >= publishEvery) this.#publish();
        if (stopwatch?.expired()) break;
      }
    } finally {
      this.#passed = max - quota;
      this.#records += this.#passed;
    }
    return available - left;
  }

  /** Bytes between our position and the producer's. */
  #available(): number {
    if (this.#fault !== undefined) return 0;
    const producer = Atomics.load(this.#producer, 0);
    const waiting = Number(BigInt.asUintN(u64, producer - this.#position)) - this.#taken;
    if (waiting < 0 || waiting > this.size) {
      this.#fail('producer-beyond-ring', waiting, this.size);
      return 0;
    }
    return waiting;
  }

  #publish(): void {
    if (this.#taken === 0) return;
    this.#position = BigInt.asUintN(u64, this.#position + BigInt(this.#taken));
    this.#taken = 0;
    Atomics.store(this.#consumer, 0, this.#position);
  }

  #fail(reason: RingFault['reason'], length: number, available: number, ahead = 0): void {
    this.#atBound = false;
    const position = BigInt.asUintN(u64, this.position + BigInt(ahead));
    this.#fault = { reason, position, length, available, ring: this.name };
  }

  #assertIdle(what: string): void {
    if (!this.#draining) return;
    throw new SpoorError('WRONG_PHASE', `${this.name}: ${what} inside a handler of the same ring`, {
      remedy: 'Let the handler return first.',
    });
  }
}

interface Pass {
  /** Bytes that are reserved, so that every record begins and ends in them. */
  readonly available: number;
  /** Bytes after which it is enough. */
  readonly room: number;
  readonly max: number;
  readonly stopwatch: Stopwatch | undefined;
}

function checkedSize({ consumer, producer, data, size }: RingMemory, name: string): number {
  const power = Number.isInteger(size) && size >= 8 && size <= 2 ** 31 && Number.isInteger(Math.log2(size));
  if (power && data.byteLength === 2 * size && consumer.byteLength >= 8 && producer.byteLength >= 8)
    return size;
  throw new SpoorError(
    'RING_SIZE',
    `${name}: size ${size} with ${data.byteLength} bytes of data, ${consumer.byteLength} and ${producer.byteLength} of positions is no ring`,
    {
      remedy: 'The size is a power of two, the data area is twice as long, the positions take 8 bytes each.',
    },
  );
}
