import { SpoorError } from '@spoor/btf';
import {
  type Drainable,
  type DrainOptions,
  LENGTH_MASK,
  RECORD_DISCARD,
  RECORD_HEADER,
  type RingBatchHandler,
  type RingData,
  type RingFault,
  type RingHandler,
  type RingMemory,
} from './memory.js';
import { Positions } from './positions.js';
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

/** Records that are looked at ahead of their handling. */
const BATCH = 256;
const NONE = -1;

/**
 * Reads one BPF ring buffer in place: no system call, no foreign call, no copy, and no allocation a record.
 *
 * One reader a ring: the kernel keeps one consumer position. The position is published every eighth of the ring,
 * and always before the reader looks whether there is more: a producer whose commit finds the reader caught up
 * then knows it. `drain` calls a handler a record, `drainBatches` one a batch, which is the fastest; `RingSource`
 * and `RingPoller` wait for records.
 *
 * Memory order: the kernel releases a record by an exchange of its length word, and reserves by a release of the
 * producer position (kernel/bpf/ringbuf.c). Both are loaded with acquire order: `Atomics.load`, or on x86-64 a
 * plain load of the length word, which V8 keeps in front of the record's own loads since they hang on its branch.
 * The consumer position is stored by `Atomics.store`, which is sequentially consistent.
 */
export class RingReader implements Drainable {
  readonly name: string;
  readonly size: number;
  /** The views that handlers get; valid until the memory is unmapped. */
  readonly data: RingData;

  readonly #positions: Positions;
  readonly #words: Int32Array;
  readonly #weak: boolean;
  /** Bytes read since the position was published, without those of the batch in hand. */
  #taken = 0;
  /** The batch in hand: where its records lie, how many there are, and the bytes that it takes with all between. */
  readonly #offsets = new Uint32Array(BATCH);
  #batchCount = 0;
  #batchBytes = 0;
  #batchDiscarded = 0;
  /** The record of the batch that a handler has now. */
  #current = NONE;
  #records = 0;
  #discarded = 0;
  #draining = false;
  #atBound = false;
  #closing = false;
  #closed = false;
  #leftBehind = 0;
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
    this.#weak = (options.ordering ?? defaultOrdering) === 'weak';
    this.#positions = new Positions(memory);
    if (this.#positions.offset & 7) this.#fail('position-unaligned', 0, 0);
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
    return this.#positions.after(this.#taken);
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
    return this.#drain((count) => this.#hand(handler, count), bounds(options));
  }

  /**
   * The same, up to 256 records a call: what a loop of the handler's own reads costs no call a record. All of them
   * count as read when the handler is called, whatever it throws.
   */
  drainBatches(handler: RingBatchHandler, options?: DrainOptions): number {
    return this.#drain((count) => {
      this.#finish();
      if (count > 0) handler(this.data, this.#offsets, count);
    }, bounds(options));
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
    this.#abandonBatch();
    this.#draining = false;
    try {
      return handler !== undefined && first ? this.drain(handler) : 0;
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
    this.#assertIdle();
    if (this.#closed) return 0;
    this.#fault = undefined;
    const waiting = this.#positions.waiting();
    this.#positions.advance(waiting);
    const leftOut = waiting - this.#taken;
    this.#taken = 0;
    return leftOut;
  }

  /**
   * For readers of several rings: calls `visit` for each submitted record from `skip` bytes after `position` on,
   * and reads none of them: they stay in the ring until `release`. Returns where it stopped, in bytes after
   * `position`: pass it as `skip` to go on.
   */
  walk(skip: number, visit: RingHandler): number {
    this.#assertIdle();
    let distance = skip;
    if (this.#closed) return distance;
    for (;;) {
      const bytes = this.#scan(distance, this.#available() - distance, BATCH);
      if (bytes === 0) return distance;
      for (let index = 0; index < this.#batchCount; index++) {
        const offset = this.#offsets[index]!;
        visit(this.data, offset, this.#lengthAt(offset));
      }
      this.#discarded += this.#batchDiscarded;
      distance += bytes;
    }
  }

  /** Gives back the next `bytes` of the ring, and what a walk has shown of them: `count` records. */
  release(bytes: number, count: number): void {
    if (this.#closed || bytes === 0) return;
    this.#taken += bytes;
    this.#records += count;
    this.#publish();
  }

  /** `handle` gets the batch that was scanned, and ends it by `#finish`. */
  #drain(handle: (count: number) => void, { max, stopwatch }: Bounds): number {
    this.#assertIdle();
    if (this.#closed) return 0;
    let count = 0;
    let room = this.size;
    let left = 0;
    this.#draining = true;
    this.#atBound = true;
    try {
      while (count < max && room > 0 && !stopwatch?.expired) {
        if (left === 0) {
          // Before the look at the producer's position: whoever commits after it finds us caught up.
          this.#publish();
          left = this.#available();
        }
        const bytes = this.#scan(this.#taken, left, Math.min(max - count, stopwatch?.stride ?? BATCH));
        if (bytes === 0) {
          this.#atBound = false;
          break;
        }
        left -= bytes;
        room -= bytes;
        const before = this.#records;
        handle(this.#batchCount);
        if (this.#closed) return count + 1;
        count += this.#records - before;
        stopwatch?.lap();
        if (this.#taken >= this.size >>> 3) this.#publish();
      }
    } finally {
      this.#abandonBatch();
      this.#draining = false;
      if (!this.#closed) this.#publish();
    }
    return count;
  }
}
