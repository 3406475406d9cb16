import { positive, SpoorError } from '@spoor/core';
import type { Drainable, DrainOptions, RingData, RingFault, RingHandler } from './memory.js';
import { Stopwatch } from './stopwatch.js';

/**
 * The memory of one CPU's perf buffer as a reader maps it: `struct perf_event_mmap_page`, and the
 * records behind it. It belongs to its creator. A reader does not touch it after `close`.
 */
export interface PerfMemory {
  readonly cpu: number;
  /** The page of positions. Readable and writable. */
  readonly positions: ArrayBufferLike;
  /** The buffer with the records, from `offset` on for `size` bytes. */
  readonly data: ArrayBufferLike;
  /** Bytes; a multiple of 8. */
  readonly offset: number;
  /** Bytes; a power of two. */
  readonly size: number;
}

/** Options of `PerfReader`. */
export interface PerfReaderOptions {
  /** For messages and faults. Default: `perf buffer`. */
  readonly name?: string;
  /** Called when the kernel reports samples that it could not write into a full buffer. */
  readonly onLost?: (lost: number, cpu: number) => void;
  /** Called when the reader is closed and the memory is no longer touched. */
  readonly onClose?: () => void;
}

/** Offsets in `struct perf_event_mmap_page`, in words of 64 bits. */
const headWord = 1024 / 8;
const tailWord = headWord + 1;
/** Kinds of `enum perf_event_type` that a buffer of a BPF program has. */
const kind = { lost: 2, sample: 9 } as const;
/** `struct perf_event_header`, and the length of the bytes of a sample. */
const headerBytes = 8;
const sampleAt = headerBytes + 4;
const longestRecord = 0xffff;

/**
 * Reads the perf buffers of all CPUs in place: those of a map of type PERF_EVENT_ARRAY, which
 * programs fill by `bpf_perf_event_output`. `openPerfBuffer` of `@spoor/object` maps them.
 *
 * Samples of one CPU come in order; samples of several CPUs do not. The bytes of a sample begin at
 * a multiple of 4, and the kernel rounds them up: `length` is 4, 12, 20 … A sample that wraps is
 * copied.
 *
 * @example
 * ```ts
 * const perf = new PerfReader([memory]);
 * perf.drain(({ u32 }, offset) => console.log(u32[offset >>> 2]));
 * console.log(perf.lost);
 * ```
 */
export class PerfReader implements Drainable {
  readonly name: string;
  readonly #buffers: readonly PerfBuffer[];
  readonly #onLost: ((lost: number, cpu: number) => void) | undefined;
  readonly #onClose: (() => void) | undefined;
  #draining = false;
  #atBound = false;
  #closed = false;
  #leftBehind = 0;
  #lost = 0;
  #records = 0;

  /** @throws {SpoorError} RING_SIZE when a size is not a power of two, or the memory is shorter */
  constructor(memories: readonly PerfMemory[], options: PerfReaderOptions = {}) {
    const { name = 'perf buffer', onLost, onClose } = options;
    this.name = name;
    this.#onLost = onLost;
    this.#onClose = onClose;
    this.#buffers = memories.map((memory) => new PerfBuffer(memory, name));
  }

  /** Samples handed out since the reader was created. */
  get records(): number {
    return this.#records;
  }

  /** Samples that the kernel could not write into a full buffer, as it reported so far. */
  get lost(): number {
    return this.#lost;
  }

  get fault(): RingFault | undefined {
    return this.#buffers.find(({ fault }) => fault !== undefined)?.fault;
  }

  get closed(): boolean {
    return this.#closed;
  }

  get more(): 'now' | 'later' {
    return this.#atBound ? 'now' : 'later';
  }

  get backlog(): number {
    if (this.#closed) return this.#leftBehind;
    return this.#buffers.reduce((sum, buffer) => sum + buffer.unread, 0);
  }

  get fill(): number {
    if (this.#closed) return 0;
    return Math.max(0, ...this.#buffers.map(({ unread, size }) => unread / size));
  }

  /**
   * Hands out the samples that are in the buffers now, CPU by CPU, until a bound is reached.
   *
   * @returns the number of samples; see `fault` for a buffer that contradicts itself
   * @throws {SpoorError} WRONG_PHASE when called by a handler of this reader
   * @throws {SpoorError} INVALID_VALUE when a bound is not a positive number
   */
  drain(handler: RingHandler, options: DrainOptions = {}): number {
    const max = positive(options.max, 'max') ?? Number.POSITIVE_INFINITY;
    const budgetMs = positive(options.budgetMs, 'budgetMs');
    if (this.#draining) {
      throw new SpoorError('WRONG_PHASE', `${this.name} is drained inside one of its own handlers`, {
        remedy: 'Let the handler return first.',
      });
    }
    if (this.#closed) return 0;
    const stopwatch = budgetMs === undefined ? undefined : new Stopwatch(budgetMs);
    const before = this.#records;
    this.#draining = true;
    this.#atBound = false;
    try {
      for (const buffer of this.#buffers) this.#drainOne(buffer, handler, { until: before + max, stopwatch });
    } finally {
      this.#draining = false;
    }
    return this.#records - before;
  }

  /** Closes the reader. With a `handler`, it first hands out what the buffers have. */
  close(handler?: RingHandler): number {
    if (this.#closed) return 0;
    try {
      return handler === undefined || this.#draining ? 0 : this.drain(handler);
    } finally {
      if (!this.#closed) {
        this.#leftBehind = this.backlog;
        this.#closed = true;
        this.#onClose?.();
      }
    }
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #drainOne(
    buffer: PerfBuffer,
    handler: RingHandler,
    { until, stopwatch }: { readonly until: number; readonly stopwatch: Stopwatch | undefined },
  ): void {
    buffer.look();
    let left = stopwatch?.stride ?? 0;
    try {
      while (!this.#atBound && !this.#closed && buffer.next()) {
        if (buffer.kind === kind.lost) this.#addLost(buffer.lost(), buffer.cpu);
        if (buffer.kind !== kind.sample || !buffer.sample()) continue;
        this.#records++;
        handler(buffer.shown, buffer.at, buffer.length);
        if (stopwatch !== undefined && --left <= 0) {
          this.#atBound = stopwatch.lap();
          left = stopwatch.stride;
        }
        this.#atBound ||= this.#records >= until;
      }
    } finally {
      if (!this.#closed) buffer.release();
    }
  }

  #addLost(lost: number, cpu: number): void {
    this.#lost += lost;
    this.#onLost?.(lost, cpu);
  }
}

/** The reading position in the buffer of one CPU. */
class PerfBuffer {
  readonly cpu: number;
  readonly size: number;
  fault: RingFault | undefined;
  /** The sample in hand: `length` bytes at `at` of `shown`. */
  shown: RingData;
  at = 0;
  length = 0;
  /** Of the record in hand. */
  kind = 0;
  readonly #name: string;
  readonly #offset: number;
  readonly #positions: BigInt64Array;
  readonly #data: RingData;
  /** Holds a record that wraps. */
  #scratch: RingData | undefined;
  /** The released position: bytes since the buffer was created, modulo 2^64. */
  #position: bigint;
  /** Bytes after the released position: to the record in hand, to its end, to the last record. */
  #begin = 0;
  #end = 0;
  #written = 0;

  constructor({ cpu, positions, data, offset, size }: PerfMemory, name: string) {
    if (!Number.isInteger(Math.log2(size)) || size < headerBytes || data.byteLength < offset + size) {
      throw new SpoorError(
        'RING_SIZE',
        `${name}: ${size} of ${data.byteLength} bytes are not a perf buffer`,
        {
          remedy: 'The size is a power of two, and the memory is as long.',
        },
      );
    }
    this.cpu = cpu;
    this.size = size;
    this.#name = `${name} of CPU ${cpu}`;
    this.#offset = offset;
    this.#positions = new BigInt64Array(positions, 0, tailWord + 1);
    this.#data = viewsOf(data, offset + size);
    this.shown = this.#data;
    this.#position = BigInt.asUintN(64, Atomics.load(this.#positions, tailWord));
  }

  get unread(): number {
    return Number(BigInt.asUintN(64, Atomics.load(this.#positions, headWord) - this.#position)) - this.#end;
  }

  /** Reads how far the kernel has written. */
  look(): void {
    if (this.fault !== undefined) return;
    const written = this.unread;
    if (written > this.size || written % headerBytes !== 0)
      this.#fail('producer-beyond-ring', written, this.size);
    else this.#written = written;
  }

  /** Goes on to the next record. Returns false if there is none. */
  next(): boolean {
    const left = this.#written - this.#end;
    if (left <= 0 || this.fault !== undefined) return false;
    const header = this.#place(this.#end);
    const length = this.#data.u32[(header >>> 2) + 1]! >>> 16;
    if (length < headerBytes || length % headerBytes !== 0 || length > left) {
      this.#fail('record-beyond-producer', length, left);
      return false;
    }
    this.kind = this.#data.u32[header >>> 2]!;
    this.#begin = this.#end;
    this.#end += length;
    const wraps = header + length > this.#offset + this.size;
    this.shown = wraps ? this.#copy(header, length) : this.#data;
    this.at = wraps ? 0 : header;
    return true;
  }

  /** Finds the bytes of the sample in hand. Returns false if they are longer than their record. */
  sample(): boolean {
    const length = this.shown.u32[(this.at + headerBytes) >>> 2]!;
    const most = this.#end - this.#begin - sampleAt;
    if (length > most) {
      this.#fail('record-beyond-producer', length, most);
      return false;
    }
    this.at += sampleAt;
    this.length = length;
    return true;
  }

  /** Returns the count of a record of lost samples, which is behind the id of the event. */
  lost(): number {
    return Number(this.shown.view.getBigUint64(this.at + headerBytes + 8, true));
  }

  /** Gives the space of the records up to the one in hand back to the kernel. */
  release(): void {
    if (this.#end === 0) return;
    this.#position = BigInt.asUintN(64, this.#position + BigInt(this.#end));
    this.#written -= this.#end;
    this.#end = 0;
    Atomics.store(this.#positions, tailWord, BigInt.asIntN(64, this.#position));
  }

  #place(bytes: number): number {
    const position = Number(this.#position & BigInt(this.size - 1)) + bytes;
    return this.#offset + (position & (this.size - 1));
  }

  #copy(header: number, length: number): RingData {
    this.#scratch ??= viewsOf(new ArrayBuffer(longestRecord + 1), longestRecord + 1);
    const { u8 } = this.#data;
    const first = this.#offset + this.size - header;
    this.#scratch.u8.set(u8.subarray(header, header + first));
    this.#scratch.u8.set(u8.subarray(this.#offset, this.#offset + length - first), first);
    return this.#scratch;
  }

  #fail(reason: RingFault['reason'], length: number, available: number): void {
    const position = BigInt.asUintN(64, this.#position + BigInt(this.#end));
    this.fault = { reason, position, length, available, ring: this.#name };
  }
}

const viewsOf = (memory: ArrayBufferLike, bytes: number): RingData => ({
  u8: new Uint8Array(memory, 0, bytes),
  u32: new Uint32Array(memory, 0, bytes >>> 2),
  view: new DataView(memory, 0, bytes),
});
