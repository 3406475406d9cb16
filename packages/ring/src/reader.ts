import { positive, SpoorError } from '@spoor/core';
import {
  checkedSize,
  type Drainable,
  type DrainOptions,
  type RingData,
  type RingFault,
  type RingHandler,
  type RingMemory,
  recordHeaderBytes,
} from './memory.js';
import { Stopwatch } from './stopwatch.js';
import { type DrainEnd, Stretch } from './stretch.js';

export interface RingReaderOptions {
  /** For messages and faults. Default: `ring`. */
  readonly name?: string;
  /**
   * How the words that the producer writes are loaded. `weak`: an acquiring load each, right on every machine.
   * `strong`: a plain load, right where the machine itself keeps loads in order (x86-64), and some 8 ns cheaper a
   * record. Default: by `process.arch`.
   */
  readonly ordering?: 'strong' | 'weak';
}

/** Every other machine that Node runs on may satisfy a later load before an earlier one. */
const defaultOrdering = process.arch === 'x64' ? 'strong' : 'weak';
const noLimit = 0x7fffffff;

/**
 * Reads one BPF ring buffer in place: no system call, no foreign call, no copy, and no allocation a record.
 *
 * One reader a ring: the kernel keeps one consumer position. The position is published every eighth of the ring,
 * and always before the reader looks whether there is more: a producer whose commit finds the reader caught up
 * then knows it. `drain` is for speed; `RingSource` and `RingPoller` wait for records. Of what was reserved a page is read ahead of
 * its records where that proves quicker; now and then a few drains are timed to find out.
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

  readonly #stretch: Stretch;
  #records = 0;
  #draining = false;
  #atBound = false;
  #closing = false;
  #leftBehind = 0;
  #fault: RingFault | undefined;

  /**
   * Begins where the ring's consumer position stands.
   * Throws `RING_SIZE` when the memory is not that of a ring.
   */
  constructor(memory: RingMemory, options: RingReaderOptions = {}) {
    this.name = options.name ?? 'ring';
    this.size = checkedSize(memory, this.name);
    const mapped = this.size + memory.overlap;
    this.data = {
      u8: new Uint8Array(memory.data, 0, mapped),
      u32: new Uint32Array(memory.data, 0, mapped / 4),
      view: new DataView(memory.data, 0, mapped),
    };
    this.#stretch = new Stretch(memory, this.data, (options.ordering ?? defaultOrdering) === 'weak');
    const { start } = this.#stretch;
    if (start & 7) this.#fail('position-unaligned', { offset: start, length: 0, available: 0 });
  }

  /** Records handed out since the reader was made; inside a handler, up to its batch. */
  get records(): number {
    return this.#records;
  }

  /** Records skipped because their producer gave them up. */
  get discarded(): number {
    return this.#stretch.discarded;
  }

  /**
   * Position of the next record to read, in bytes since the ring was created; wraps at 2^64. Inside a handler, that
   * after the record in hand.
   */
  get position(): bigint {
    return this.#stretch.after(this.#stretch.begun);
  }

  /** Position of the record that a handler was called with. */
  positionOf(offset: number): bigint {
    return this.#stretch.after((offset - recordHeaderBytes - this.#stretch.start) & (this.size - 1));
  }

  get fault(): RingFault | undefined {
    return this.#fault;
  }

  get closed(): boolean {
    return this.#stretch.closed;
  }

  get more(): 'now' | 'later' {
    return this.#atBound ? 'now' : 'later';
  }

  get backlog(): number {
    return this.closed ? this.#leftBehind : this.#available();
  }

  get fill(): number {
    return this.backlog / this.size;
  }

  /**
   * Hands out records until the ring is empty, the next one is not yet submitted, a bound is reached, or a ring's
   * worth of bytes was read. Returns the number handed out; see `fault` for a ring that contradicts itself.
   * Throws `WRONG_PHASE` inside a handler of the same reader, `INVALID_VALUE` for a bound that is none.
   */
  drain(handler: RingHandler, options: DrainOptions = {}): number {
    const max = Math.min(positive(options.max, 'max') ?? noLimit, noLimit);
    const budgetMs = positive(options.budgetMs, 'budgetMs');
    this.#assertIdle();
    if (this.closed || this.#fault !== undefined) return 0;
    this.#draining = true;
    try {
      return this.#drain(handler, max, budgetMs === undefined ? undefined : new Stopwatch(budgetMs));
    } finally {
      this.#draining = false;
      if (!this.closed) this.#stretch.advance(this.#stretch.begun);
    }
  }

  /**
   * Ends the reader. With a `handler` everything that was submitted before is handed out first: about a ring's worth
   * of bytes at most, so that a busy producer cannot hold it. Inside a handler of the same reader this works too: the
   * rest is handed out in the inner call, and the outer drain ends. What stayed behind is in `backlog`.
   */
  close(handler?: RingHandler): number {
    if (this.closed) return 0;
    const first = !this.#closing;
    this.#closing = true;
    this.#draining = false;
    try {
      return handler !== undefined && first ? this.drain(handler) : 0;
    } finally {
      if (!this.closed) {
        this.#stretch.advance(this.#stretch.begun);
        this.#leftBehind = this.#available();
        this.#stretch.close();
      }
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /** Leaves out all that the producer has reserved so far and clears a fault. Returns the bytes left out. */
  resync(): number {
    this.#assertIdle();
    if (this.closed) return 0;
    this.#fault = undefined;
    const waiting = this.#stretch.waiting();
    this.#stretch.advance(waiting);
    return waiting;
  }

  /**
   * For readers of several rings: calls `visit` for each submitted record from `skip` bytes after `position` on,
   * and reads none of them: they stay in the ring until `release`. Returns where it stopped, in bytes after
   * `position`: pass it as `skip` to go on.
   */
  walk(skip: number, visit: RingHandler): number {
    this.#assertIdle();
    if (this.closed) return skip;
    const available = this.#available();
    if (available <= skip) return skip;
    const { end, walked } = this.#stretch.walk(visit, skip, available);
    if (end === 'too-long') this.#failAtRecord();
    this.#stretch.restart();
    return walked;
  }

  /** Gives back the next `bytes` of the ring, and what a walk has shown of them: `count` records. */
  release(bytes: number, count: number): void {
    if (this.closed || bytes === 0) return;
    this.#records += count;
    this.#stretch.advance(bytes);
  }

  #drain(handler: RingHandler, max: number, stopwatch: Stopwatch | undefined): number {
    const stretch = this.#stretch;
    let count = 0;
    let end: DrainEnd = 'bound';
    stretch.refill();
    this.#atBound = false;
    while (end === 'bound') {
      const quota = stopwatch === undefined ? max - count : Math.min(max - count, stopwatch.stride);
      try {
        end = stretch.drain(handler, quota);
      } finally {
        count += stretch.passed;
        this.#records += stretch.passed;
      }
      if (end === 'too-long') this.#failAtRecord();
      if (end === 'beyond') this.#available();
      this.#atBound = end === 'bound';
      if (stopwatch === undefined || count >= max || stretch.spent || stopwatch.lap()) break;
    }
    stretch.ended(count);
    return count;
  }

  /** Bytes between what we have read and the producer's position. */
  #available(): number {
    if (this.#fault !== undefined) return 0;
    const { begun, start } = this.#stretch;
    const available = this.#stretch.waiting() - begun;
    if (available >= 0 && available <= this.size) return available;
    this.#fail('producer-beyond-ring', { offset: start + begun, length: available, available: this.size });
    return 0;
  }

  #failAtRecord(): void {
    const { offset, length, mapped, left } = this.#stretch.next();
    if (mapped < left) this.#fail('record-beyond-mapping', { offset, length, available: mapped });
    else this.#fail('record-beyond-producer', { offset, length, available: left });
  }

  #fail(reason: RingFault['reason'], at: { offset: number; length: number; available: number }): void {
    const position = this.positionOf(at.offset + recordHeaderBytes);
    this.#fault = { reason, position, length: at.length, available: at.available, ring: this.name };
    this.#atBound = false;
  }

  #assertIdle(): void {
    if (!this.#draining) return;
    throw new SpoorError('WRONG_PHASE', `${this.name} is drained inside a handler of its own`, {
      remedy: 'Let the handler return first.',
    });
  }
}
