import {
  LENGTH_MASK,
  RECORD_BUSY,
  RECORD_DISCARD,
  type RingData,
  type RingFault,
  type RingMemory,
  recordHeaderBytes,
} from './memory.js';

/**
 * Bytes whose cache lines are read before the records in them. Records differ in length, so a
 * processor cannot predict which line a walk over records needs next. It does fetch lines ahead
 * that are read in a row.
 */
const fetchBytes = 4096;
const lineBytes = 64;

/**
 * The reading position in one ring. `scan` lists the submitted records after it without moving it,
 * and `release` moves it, which gives the bytes before it back to the producer.
 *
 * Memory order: the kernel releases a record by an exchange of its length word, and reserves by a
 * release of the producer position (kernel/bpf/ringbuf.c). Both are loaded with acquire order:
 * `Atomics.load`, or on x86-64 a plain load of the length word. V8 keeps that load before those of
 * the record, because they depend on its branch. The consumer position is stored by
 * `Atomics.store`, which is sequentially consistent.
 */
export class RingScanner {
  readonly data: RingData;
  readonly name: string;
  readonly size: number;
  /** Records handed out. */
  records = 0;
  /** Records that the producer discarded, in all scans. */
  discarded = 0;
  closed = false;
  /** Of the lines that were read ahead: keeps V8 from removing loads without a use. */
  touched = 0;
  fault: RingFault | undefined;
  readonly #mapped: number;
  readonly #weak: boolean;
  readonly #consumer: BigInt64Array;
  readonly #producer: BigInt64Array;
  /** The released position: bytes since the ring was created, modulo 2^64. */
  #position: bigint;
  /** Offset of the released position in the ring. */
  #start: number;
  /** Bytes after the released position that were scanned, and that are known to be reserved. */
  #scanned = 0;
  #reserved = 0;

  constructor(memory: RingMemory, name: string, size: number, weak: boolean) {
    this.name = name;
    this.size = size;
    this.#mapped = size + memory.overlap;
    this.#weak = weak;
    this.data = {
      u8: new Uint8Array(memory.data, 0, this.#mapped),
      u32: new Uint32Array(memory.data, 0, this.#mapped / 4),
      view: new DataView(memory.data, 0, this.#mapped),
    };
    this.#consumer = new BigInt64Array(memory.consumer, 0, 1);
    this.#producer = new BigInt64Array(memory.producer, 0, 1);
    this.#position = BigInt.asUintN(64, Atomics.load(this.#consumer, 0));
    this.#start = this.#offsetOf(this.#position);
    if (this.#start & 7) this.#fail('position-unaligned', 0, 0, 0);
  }

  get scanned(): number {
    return this.#scanned;
  }

  /** The position `bytes` after the released one. */
  after(bytes: number): bigint {
    return BigInt.asUintN(64, this.#position + BigInt(bytes));
  }

  /** Bytes from the released position to the header of the record at `offset`. */
  bytesBefore(offset: number): number {
    return (offset - recordHeaderBytes - this.#start) & (this.size - 1);
  }

  /** Bytes from the released position to the end of the record at `offset`. */
  bytesThrough(offset: number): number {
    return this.bytesBefore(offset) + stepOf(this.data.u32[(offset - recordHeaderBytes) >>> 2]!);
  }

  /**
   * Reads the producer's position. Returns the reserved bytes after the released position; 0 after
   * a fault.
   */
  look(): number {
    if (this.fault !== undefined) return 0;
    const reserved = this.#waiting();
    if (reserved >= this.#scanned && reserved <= this.size) {
      this.#reserved = reserved;
      return reserved;
    }
    this.#fail('producer-beyond-ring', this.#scanned, reserved - this.#scanned, this.size);
    return 0;
  }

  /**
   * Writes the offsets of submitted records to `offsets`, from `from` until before `to`, and stops
   * at one that is not yet submitted, at a fault, or after `bytes`. Returns the index after the
   * last one. Only sees what the last `look` found to be reserved.
   */
  scan(offsets: Uint32Array, from: number, to: number, bytes = this.size): number {
    if (this.fault !== undefined) return from;
    const { u32 } = this.data;
    const mask = this.size - 1;
    const start = this.#start;
    const weak = this.#weak;
    const mapped = this.#mapped;
    const reserved = this.#reserved;
    const end = Math.min(reserved, this.#scanned + bytes);
    let scanned = this.#scanned;
    let index = from;
    let fetched = scanned;
    while (index < to && scanned < end) {
      const at = (start + scanned) & mask;
      if (scanned >= fetched) {
        fetched = Math.min(scanned + fetchBytes, end);
        const last = Math.min(at + fetched - scanned, mapped);
        let touched = 0;
        for (let line = at; line < last; line += lineBytes) touched |= u32[line >>> 2]!;
        this.touched = touched;
      }
      const word = weak ? Atomics.load(u32, at >>> 2) : u32[at >>> 2]!;
      if ((word & RECORD_BUSY) !== 0) break;
      const step = stepOf(word);
      if (step > reserved - scanned || step > mapped - at) {
        this.#failAtRecord(scanned, word & LENGTH_MASK, { mapped: mapped - at, left: reserved - scanned });
        break;
      }
      if ((word & RECORD_DISCARD) === 0) offsets[index++] = at + recordHeaderBytes;
      else this.discarded++;
      scanned += step;
    }
    this.#scanned = scanned;
    return index;
  }

  /** True if everything that the last `look` found is scanned, or a fault prevents it. */
  get complete(): boolean {
    return this.#scanned >= this.#reserved || this.fault !== undefined;
  }

  /** Scans again from `bytes` after the released position on. */
  rewind(bytes: number): void {
    for (let at = bytes; at < this.#scanned; ) {
      const word = this.data.u32[((this.#start + at) & (this.size - 1)) >>> 2]!;
      if ((word & RECORD_DISCARD) !== 0) this.discarded--;
      at += stepOf(word);
    }
    this.#scanned = bytes;
  }

  /** Moves the released position by `bytes`, all scanned before. */
  release(bytes: number): void {
    if (bytes === 0 || this.closed) return;
    this.#moveTo(this.after(bytes));
    this.#scanned -= bytes;
    this.#reserved -= bytes;
  }

  /** Releases all that is reserved, and clears a fault. Returns the bytes released. */
  skip(): number {
    const waiting = this.#waiting();
    this.fault = undefined;
    this.#moveTo(this.after(waiting));
    this.#scanned = 0;
    this.#reserved = 0;
    return waiting;
  }

  #waiting(): number {
    return Number(BigInt.asUintN(64, Atomics.load(this.#producer, 0) - this.#position));
  }

  #moveTo(position: bigint): void {
    this.#position = position;
    this.#start = this.#offsetOf(position);
    Atomics.store(this.#consumer, 0, BigInt.asIntN(64, position));
  }

  #offsetOf(position: bigint): number {
    return Number(BigInt.asUintN(32, position)) & (this.size - 1);
  }

  #failAtRecord(after: number, length: number, { mapped, left }: { mapped: number; left: number }): void {
    if (mapped < left) this.#fail('record-beyond-mapping', after, length, mapped);
    else this.#fail('record-beyond-producer', after, length, left);
  }

  #fail(reason: RingFault['reason'], after: number, length: number, available: number): void {
    this.fault = { reason, position: this.after(after), length, available, ring: this.name };
  }
}

/** Bytes of a record with its header, rounded up to 8, by its first word. */
function stepOf(word: number): number {
  return ((word & LENGTH_MASK) + recordHeaderBytes + 7) & ~7;
}
