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
import { RingScanner } from './scanner.js';
import { Stopwatch } from './stopwatch.js';

export interface RingReaderOptions {
  /** For messages and faults. Default: `ring`. */
  readonly name?: string;
  /**
   * How the words that the producer writes are loaded. `weak`: by acquiring loads, correct on every
   * machine. `strong`: by plain loads, correct only where the machine keeps loads in order
   * (x86-64), and faster. Default: by `process.arch`.
   */
  readonly ordering?: 'strong' | 'weak';
  /** Called when the reader is closed and the memory is no longer touched. */
  readonly onClose?: () => void;
}

/** Every other machine that Node.js runs on may satisfy a later load before an earlier one. */
const defaultOrdering = process.arch === 'x64' ? 'strong' : 'weak';
/** The reading position of a reader, for `mergeRings`. */
export let scannerOf: (reader: RingReader) => RingScanner;

/** Records that are scanned before the first of them is handed out. */
const batchRecords = 256;

/**
 * Reads one BPF ring buffer in place, without a system call, a copy or an allocation per record.
 *
 * Create one reader per ring, because the kernel keeps one consumer position per ring. `mergeRings`
 * reads several rings in the order of time. `RingStream` and `RingPoller` wait for records.
 *
 * @example
 * ```ts
 * using reader = openRing(object.map('events'));
 * reader.drain(({ u32 }, offset) => console.log(u32[offset >>> 2]));
 * ```
 */
export class RingReader implements Drainable {
  static {
    scannerOf = (reader) => reader.#scanner;
  }

  readonly #scanner: RingScanner;
  readonly #onClose: (() => void) | undefined;
  readonly #offsets = new Uint32Array(batchRecords);
  /** Offset of the record in hand; -1 outside of a handler. */
  #inHand = -1;
  #draining = false;
  #atBound = false;
  #closing = false;
  #leftBehind = 0;

  /**
   * Starts at the ring's consumer position.
   *
   * @throws {SpoorError} RING_SIZE when the memory does not have the layout of a ring
   */
  constructor(memory: RingMemory, options: RingReaderOptions = {}) {
    const { name = 'ring', ordering = defaultOrdering, onClose } = options;
    this.#onClose = onClose;
    this.#scanner = new RingScanner(memory, name, checkedSize(memory, name), ordering === 'weak');
  }

  get name(): string {
    return this.#scanner.name;
  }

  /** Bytes of the ring. */
  get size(): number {
    return this.#scanner.size;
  }

  /** The views that handlers get. They are valid until the memory is unmapped. */
  get data(): RingData {
    return this.#scanner.data;
  }

  /** Records handed out since the reader was created. */
  get records(): number {
    return this.#scanner.records;
  }

  /** Records skipped because their producer discarded them. */
  get discarded(): number {
    return this.#scanner.discarded;
  }

  /**
   * Position of the next record to read, in bytes since the ring was created, modulo 2^64. Inside a
   * handler, the position after the current record.
   */
  get position(): bigint {
    return this.#scanner.after(this.#inHand < 0 ? 0 : this.#scanner.bytesThrough(this.#inHand));
  }

  /** Position of the record that a handler was called with. */
  positionOf(offset: number): bigint {
    return this.#scanner.after(this.#scanner.bytesBefore(offset));
  }

  get fault(): RingFault | undefined {
    return this.#scanner.fault;
  }

  get closed(): boolean {
    return this.#scanner.closed;
  }

  get more(): 'now' | 'later' {
    return this.#atBound ? 'now' : 'later';
  }

  get backlog(): number {
    if (this.closed) return this.#leftBehind;
    const read = this.#inHand < 0 ? 0 : this.#scanner.bytesThrough(this.#inHand);
    return Math.max(this.#scanner.look() - read, 0);
  }

  get fill(): number {
    return this.backlog / this.size;
  }

  /**
   * Hands out records until the ring is empty, the next record is not yet submitted, a bound is
   * reached, or as many bytes as the ring has were read. Space is given back each eighth of the
   * ring.
   *
   * @returns the number of records handed out; see `fault` for a ring that contradicts itself
   * @throws {SpoorError} WRONG_PHASE when called by a handler of this reader
   * @throws {SpoorError} INVALID_VALUE when a bound is not a positive number
   */
  drain(handler: RingHandler, options: DrainOptions = {}): number {
    const max = positive(options.max, 'max') ?? Number.POSITIVE_INFINITY;
    const budgetMs = positive(options.budgetMs, 'budgetMs');
    this.#assertIdle();
    if (this.closed) return 0;
    this.#draining = true;
    this.#atBound = false;
    try {
      return this.#drain(handler, max, budgetMs === undefined ? undefined : new Stopwatch(budgetMs));
    } finally {
      this.#draining = false;
    }
  }

  /**
   * Closes the reader. With a `handler`, `close` first hands out the records that are already
   * submitted, one ring of bytes at most. A handler may close its own reader: the inner call hands
   * out the rest, and the outer drain ends. `backlog` then has the bytes left behind.
   *
   * @returns the number of records handed out
   */
  close(handler?: RingHandler): number {
    if (this.closed) return 0;
    const first = !this.#closing;
    this.#closing = true;
    this.#releaseInHand();
    this.#draining = false;
    try {
      return handler !== undefined && first ? this.drain(handler) : 0;
    } finally {
      if (!this.closed) {
        this.#leftBehind = this.backlog;
        this.#scanner.closed = true;
        this.#onClose?.();
      }
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  /**
   * Skips everything that the producer has reserved so far and clears a fault.
   *
   * @returns the number of bytes skipped
   * @throws {SpoorError} WRONG_PHASE when called by a handler of this reader
   */
  resync(): number {
    this.#assertIdle();
    return this.closed ? 0 : this.#scanner.skip();
  }

  #drain(handler: RingHandler, max: number, stopwatch: Stopwatch | undefined): number {
    const scanner = this.#scanner;
    const batchBytes = Math.max(this.size >>> 3, recordHeaderBytes);
    let count = 0;
    let room = this.size;
    while (scanner.look() > 0) {
      this.#atBound = count >= max || room <= 0;
      if (this.#atBound) break;
      const wanted = Math.min(max - count, stopwatch?.stride ?? batchRecords, batchRecords);
      const found = scanner.scan(this.#offsets, 0, wanted, batchBytes);
      const { scanned } = scanner;
      if (scanned === 0) break;
      room -= scanned;
      count += this.#handOut(handler, found);
      if (this.closed) break;
      this.#atBound = stopwatch?.lap() ?? false;
      if (this.#atBound) break;
    }
    return count;
  }

  /**
   * Hands out the first `found` records of the batch and releases the batch. Returns how many
   * records were handed out.
   */
  #handOut(handler: RingHandler, found: number): number {
    const scanner = this.#scanner;
    const { data } = scanner;
    const { u32 } = data;
    const offsets = this.#offsets;
    let index = 0;
    try {
      while (index < found) {
        const offset = offsets[index++]!;
        this.#inHand = offset;
        handler(data, offset, u32[(offset - recordHeaderBytes) >>> 2]!);
        // The handler closed the reader.
        if (this.#inHand !== offset) return index;
      }
      this.#inHand = -1;
      scanner.release(scanner.scanned);
      return index;
    } finally {
      scanner.records += index;
      this.#releaseInHand();
    }
  }

  /**
   * Releases up to the end of the record in hand, if there is one. The rest of its batch is scanned
   * again.
   */
  #releaseInHand(): void {
    if (this.#inHand < 0) return;
    const bytes = this.#scanner.bytesThrough(this.#inHand);
    this.#inHand = -1;
    this.#scanner.rewind(bytes);
    this.#scanner.release(bytes);
  }

  #assertIdle(): void {
    if (!this.#draining) return;
    throw new SpoorError('WRONG_PHASE', `${this.name} is drained inside one of its own handlers`, {
      remedy: 'Let the handler return first.',
    });
  }
}
