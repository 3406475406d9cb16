import { SpoorError } from '@spoor/core';

/**
 * The memory of a BPF ring buffer (kernel 5.8 and later) as a reader maps it. `openRing(map)` of
 * `@spoor/object` maps a loaded map; `FakeRing` needs no kernel.
 *
 * The memory belongs to its creator. A reader never frees it and does not touch it after `close`.
 * Layout: kernel/bpf/ringbuf.c, Documentation/bpf/ringbuf.rst.
 */
export interface RingMemory {
  /**
   * The consumer page: the position that the reader publishes, a u64 at offset 0. Readable and
   * writable.
   */
  readonly consumer: ArrayBufferLike;
  /**
   * The producer page: the position up to which records are reserved, a u64 at offset 0. Read-only.
   */
  readonly producer: ArrayBufferLike;
  /**
   * The records: `size` bytes, followed by the first `overlap` bytes again, so that no record
   * wraps. Read-only: a write kills the process. Only the first `size + overlap` bytes are touched;
   * the ffi-napi driver returns longer buffers.
   */
  readonly data: ArrayBufferLike;
  /** Bytes of the ring; a power of two. */
  readonly size: number;
  /**
   * Bytes mapped a second time, a multiple of 8: at least the longest record. `size` is enough for
   * any record.
   */
  readonly overlap: number;
}

/**
 * The data area of a ring, as a handler sees it: three views of one memory, created once. A record
 * has `length` bytes at `offset`, a multiple of 8. The bytes are borrowed: they belong to the
 * record only during the call. `u32[(offset >>> 2) + n]` is the fastest access.
 */
export interface RingData {
  readonly u8: Uint8Array;
  readonly u32: Uint32Array;
  readonly view: DataView;
}

/**
 * Called for each record, inside `drain`. If a handler throws, the record counts as read and the
 * drain ends with its error. The next drain begins at the following record.
 */
export type RingHandler = (data: RingData, offset: number, length: number) => void;

/**
 * Bounds of one drain, so that it does not block the event loop. Other records stay in the ring.
 */
export interface DrainOptions {
  /** Maximum number of records. Default: no limit. */
  readonly max?: number;
  /**
   * Milliseconds after which no further record is handed out. The clock is read after each record
   * at first, then less often while handlers are quick. Default: no limit in time.
   */
  readonly budgetMs?: number;
}

/** One ring or several merged rings, read by draining. */
export interface Drainable {
  /** Hands out records, within `options`. Returns the number of records handed out. */
  drain(handler: RingHandler, options?: DrainOptions): number;
  /**
   * Unread bytes in the ring, with headers and discarded records. After `close`, the bytes left
   * behind.
   */
  readonly backlog: number;
  /**
   * The backlog as a share of the ring, from 0 to 1. Of several rings, the share of the fullest.
   */
  readonly fill: number;
  /**
   * When to drain again. `now`: the last drain ended at one of its bounds. `soon`: records wait for
   * earlier ones to appear. `later`: the last drain left nothing that could be read.
   */
  readonly more: 'now' | 'soon' | 'later';
  /** Why a ring cannot be read any further, if it cannot. */
  readonly fault: RingFault | undefined;
  readonly closed: boolean;
  /**
   * Drains once more without bounds if there is a `handler`, then stops touching the memory.
   * Idempotent.
   */
  close(handler?: RingHandler): number;
}

/**
 * A contradiction in a ring. A ring is untrusted data, so a fault is a value and not an exception.
 */
export interface RingFault {
  readonly reason:
    | 'position-unaligned'
    | 'producer-beyond-ring'
    | 'record-beyond-producer'
    | 'record-beyond-mapping';
  /** Position of the record, counted from the ring's creation; bytes. */
  readonly position: bigint;
  /** The length in the record's header, or the unread bytes by the producer's position. */
  readonly length: number;
  /** The greatest length that is possible there. */
  readonly available: number;
  /** The ring's name. */
  readonly ring: string;
}

/**
 * Returns the ring's size. @throws {SpoorError} RING_SIZE when the memory does not have the layout
 * of a ring
 */
export function checkedSize(memory: RingMemory, name: string): number {
  const { consumer, producer, data, size, overlap } = memory;
  const power = Number.isInteger(size) && size >= 8 && size <= 2 ** 31 && Number.isInteger(Math.log2(size));
  const twice = Number.isInteger(overlap) && overlap % 8 === 0 && overlap >= 0 && overlap <= size;
  const long = data.byteLength >= size + overlap && consumer.byteLength >= 8 && producer.byteLength >= 8;
  if (power && twice && long) return size;
  const has = `${data.byteLength} bytes of data, ${consumer.byteLength} and ${producer.byteLength} of positions`;
  throw new SpoorError('RING_SIZE', `${name}: size ${size}, overlap ${overlap}, with ${has} is not a ring`, {
    remedy:
      'The size is a power of two, the overlap a multiple of 8 up to it, the data area as long as both, the positions take 8 bytes each.',
  });
}

/** Bit 31 of a record's first word: reserved and not yet submitted. */
export const RECORD_BUSY = 0x80000000;
/** Bit 30: discarded by the producer, and skipped. */
export const RECORD_DISCARD = 0x40000000;
/** The rest of the word is the length. */
export const LENGTH_MASK = 0x3fffffff;
/** Bytes in front of each record: the length word and an offset that only the kernel uses. */
export const recordHeaderBytes = 8;
