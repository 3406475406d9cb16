import { SpoorError } from '@spoor/core';

/**
 * The memory of a BPF ring buffer (kernel 5.8 and later) as a reader maps it; `mapRing(map)` makes one of a loaded
 * map, `InventedRing` one without a kernel.
 *
 * The memory belongs to whoever made it. A reader never frees it, and touches it no more once it is closed: close
 * the reader first, then unmap. Layout: kernel/bpf/ringbuf.c, Documentation/bpf/ringbuf.rst.
 */
export interface RingMemory {
  /** The consumer page: the position that the reader publishes, a u64 at offset 0. Readable and writable. */
  readonly consumer: ArrayBufferLike;
  /** The producer page: the position up to which records are reserved, a u64 at offset 0. Read-only. */
  readonly producer: ArrayBufferLike;
  /**
   * The records: `size` bytes, and behind them the first `overlap` once more, so that no record wraps. Read-only: a
   * write kills the process. A longer ArrayBuffer will do (the ffi-napi driver makes no other): only the first
   * `size + overlap` bytes are touched.
   */
  readonly data: ArrayBufferLike;
  /** Bytes of the ring; a power of two. */
  readonly size: number;
  /** Bytes that are mapped a second time, a multiple of 8: at least those of the longest record. `size` suffices for any. */
  readonly overlap: number;
}

/**
 * The whole data area, as a handler sees it: three views of the same memory, made once. A record lies at
 * `offset` (a multiple of 8) with `length` bytes. Borrowed: the bytes are the record's only during the call.
 * `u32[(offset >>> 2) + n]` is the fastest access.
 */
export interface RingData {
  readonly u8: Uint8Array;
  readonly u32: Uint32Array;
  readonly view: DataView;
}

/**
 * Called for each record, inside `drain`. Nothing is allocated for it. When it throws, the record counts as read,
 * the drain ends with its error, and the next one begins at the following record.
 */
export type RingHandler = (data: RingData, offset: number, length: number) => void;

/** How much one drain may do. Both bounds keep the event loop breathing; what is left stays in the ring. */
export interface DrainOptions {
  /** Most records that are handed out. Default: no limit. */
  readonly max?: number;
  /**
   * Milliseconds after which no further record is begun. Looked at between records, at first after each, then
   * less often as they prove cheap. Default: no limit but the size of the ring, which one drain never exceeds.
   */
  readonly budgetMs?: number;
}

/** Something that hands out records until it is empty: one ring, or several. */
export interface Drainable {
  /** Hands out what is there, within `options`; returns how many records were handed out. */
  drain(handler: RingHandler, options?: DrainOptions): number;
  /** Bytes that wait in the ring, headers and discarded records included; once closed, those left behind. */
  readonly backlog: number;
  /** The same as a share of the ring, from 0 to 1; of several, that of the fullest. */
  readonly fill: number;
  /**
   * When to drain again. `now`: the last drain ended at one of its bounds. `soon`: records wait for their turn in
   * time. `later`: nothing was left that could be read.
   */
  readonly more: 'now' | 'soon' | 'later';
  /** Why reading stopped for good, if it did. */
  readonly fault: RingFault | undefined;
  readonly closed: boolean;
  /** A last drain without bounds when there is a `handler`; after it the memory is not touched. Idempotent. */
  close(handler?: RingHandler): number;
}

/** What a ring says that cannot be. It is data from outside: a fault is a value, not an exception. */
export interface RingFault {
  readonly reason:
    | 'position-unaligned'
    | 'producer-beyond-ring'
    | 'record-beyond-producer'
    | 'record-beyond-mapping';
  /** Position of the record, counted from the ring's creation; bytes. */
  readonly position: bigint;
  /** The length that the record claims, or the bytes that the producer claims to have waiting. */
  readonly length: number;
  /** The bytes that could be there. */
  readonly available: number;
  /** The ring's name, when it has one. */
  readonly ring: string;
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

/** Bit 31 of a record's first word: reserved and not yet submitted. */
export const RECORD_BUSY = 0x80000000;
/** Bit 30: given up by the producer; skipped. */
export const RECORD_DISCARD = 0x40000000;
/** The rest of the word is the length. */
export const LENGTH_MASK = 0x3fffffff;
/** Bytes in front of each record: the length word and an offset that only the kernel uses. */
export const recordHeaderBytes = 8;
