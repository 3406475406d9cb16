import type { LENGTH_MASK, RingData, RingHandler } from './memory.js';

/**
 * Where a reader stands, also while a handler runs. Offsets are bytes from the ring's beginning; the last record of a lap may
 * end beyond the ring's end, in the overlap.
 */
export interface Cursor {
  /** Low word, as an int32, of the position of this lap's beginning, and of the next one's. */
  base: number;
  nextBase: number;
  /** High word of the published position, as an int32. */
  high: number;
  /** Offset of the published position. */
  start: number;
  /** Offset behind the record that was begun last; -1 once the reader is closed. */
  next: number;
  /** Offset up to which records are known to be reserved. */
  limit: number;
  /** Offset up to which their words were acquired; for machines that reorder loads. */
  acquired: number;
  /** Bytes that this drain may still publish. */
  room: number;
  /** Records that the last run handed out, also when a handler threw. */
  passed: number;
  /** Discarded records of all runs. */
  discarded: number;
  /** Bytes to fetch before the records in them are handed out; 0: none (`ReadAhead`). */
  ahead: number;
  /** Offset up to which they were fetched. */
  fetched: number;
  /** Of the words that were read for that: means nothing, but an engine leaves out what nothing comes of. */
  touched: number;
}

/** What a loop reads and writes. */
export interface LoopMemory {
  readonly data: RingData;
  /** The consumer's position and the producer's, each as its low word and its high one. */
  readonly consumer: Int32Array;
  readonly producer: Int32Array;
  readonly size: number;
  /** Bytes that are mapped: those of the ring and its overlap. */
  readonly mapped: number;
  /** Whether the machine may satisfy a later load before an earlier one. */
  readonly weak: boolean;
}

/**
 * How a run ended:
 *
 * - `empty`: nothing more is reserved, and what was read is published
 * - `busy`: at a record that is not yet submitted
 * - `bound`: at `max` records, or without `room`
 * - `lap`: at the end of the ring
 * - `too-long`: at a record that goes past what is reserved, or mapped
 * - `beyond`: at a producer that seems to claim more than the ring has
 * - `closed`: a handler closed the reader
 */
export type RunEnd = 'empty' | 'busy' | 'bound' | 'lap' | 'too-long' | 'beyond' | 'closed';

/**
 * Hands out the records from the cursor on, `max` at most. Publishes the position whenever `every` bytes were read, and before
 * each look at the producer's: whoever commits after it finds us caught up. With 0 it is a walk: nothing is published, and the
 * producer's position not looked at.
 */
export type Loop = (handler: RingHandler, max: number, every: number) => RunEnd;

let copies = 0;

/**
 * The hot loop of one ring, compiled for it alone: of what two rings' handlers do, one loop for both would learn too much
 * to inline either (bench/tried.md has the cost). A copy of the text has feedback and code of its own. Where none may be
 * made, all rings share one.
 */
export function ownLoop(memory: LoopMemory, cursor: Cursor): Loop {
  try {
    // The engine knows a text again, and what it learned of it: a number makes it another.
    const make = new Function(`// ${copies++}\nreturn ${makeLoop}`)() as typeof makeLoop;
    return make(memory, cursor);
  } catch {
    return makeLoop(memory, cursor);
  }
}

/**
 * Makes a loop. It refers to nothing outside of itself, which a copy of its text would not find.
 *
 * It is a closure over what never changes, and what is rare is behind the inner loop: so the engine keeps all in
 * registers, where it would load and check the fields of an object for each record. It reads a whole lap in one call: what is
 * called a few times a drain is interpreted, which takes as long as hundreds of records. Sums that cannot overflow end in
 * `| 0`, which spares the check; positions are put together by bits, since their sums do overflow, once in a while, and the
 * engine would throw its code away. So it would at whatever it compiled before that had ever been run, and then can be left
 * with code that is entered from the interpreter, at half the speed: a look publishes where nothing was read too, and
 * compares and adds what it needs in some cases alone.
 */
function makeLoop(memory: LoopMemory, cursor: Cursor): Loop {
  const { data, consumer, producer, size, mapped, weak } = memory;
  const { u32 } = data;
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: a call, even a rare one, costs each record 16 instructions
  return (handler, max, every) => {
    // The type holds it to the constant of the module.
    const lengthMask: typeof LENGTH_MASK = 0x3fffffff;
    let offset = cursor.next;
    let passed = 0;
    try {
      for (;;) {
        if (offset >= size) return 'lap';
        let end = every > 0 ? cursor.start + every : size;
        const due = offset >= end;
        if (due || offset >= cursor.limit) {
          if (every > 0) {
            Atomics.store(consumer, 0, cursor.base | offset);
            cursor.room -= offset - cursor.start;
            cursor.start = offset;
            end = offset + every;
          }
          if (offset >= cursor.limit) {
            if (every === 0) return 'empty';
            const produced = Atomics.load(producer, 0);
            const place = produced & (size - 1);
            const base = produced & ~(size - 1);
            const inNext = base === cursor.nextBase;
            const afterLap = place | size;
            let limit = -1;
            if (base === cursor.base) limit = place;
            else if (inNext) limit = afterLap;
            if (limit === offset) return Atomics.load(producer, 1) === cursor.high ? 'empty' : 'beyond';
            if (limit < offset || limit - offset > size) return 'beyond';
            cursor.limit = limit;
          }
          if (cursor.room <= 0) return 'bound';
        }
        if (end > size) end = size;
        let reach = cursor.limit;
        if (end > reach) end = reach;
        if (reach > mapped) reach = mapped;
        if (weak) {
          // Acquiring loads show how far records are submitted; up to there plain loads are in order.
          if (cursor.acquired <= offset) {
            let acquired = offset;
            while (acquired < end) {
              const word = Atomics.load(u32, acquired >>> 2) | 0;
              if (word < 0) break;
              acquired = (acquired + (((word & lengthMask) + 15) & ~7)) | 0;
            }
            if (acquired === offset) return 'busy';
            cursor.acquired = acquired;
          }
          if (end > cursor.acquired) end = cursor.acquired;
        }
        if (cursor.ahead > 0) {
          if (cursor.fetched <= offset) {
            const fetched = end - offset > cursor.ahead ? (offset + cursor.ahead) | 0 : end;
            let touched = 0;
            // A word of each cache line. The last may be the beginning of a record that goes on behind `fetched`.
            for (let line = offset; line < fetched; line = (line + 64) | 0) touched |= u32[line >>> 2]!;
            cursor.touched = touched;
            cursor.fetched = fetched;
          }
          if (end > cursor.fetched) end = cursor.fetched;
        }
        let word = 0;
        while (offset < end && passed < max) {
          word = u32[offset >>> 2]! | 0;
          if ((word & ~lengthMask) !== 0) break;
          // The record and its header of 8 bytes, rounded up to 8.
          const next = (offset + ((word + 15) & ~7)) | 0;
          if (next > reach) return 'too-long';
          // Before the call: a record whose handler throws, or closes the reader, has been read.
          cursor.next = next;
          passed++;
          handler(data, (offset + 8) | 0, word);
          if (cursor.next !== next) return 'closed';
          offset = next;
        }
        if ((word & ~lengthMask) !== 0) {
          if (word < 0) return 'busy';
          const next = (offset + (((word & lengthMask) + 15) & ~7)) | 0;
          if (next > reach) return 'too-long';
          cursor.next = next;
          cursor.discarded++;
          offset = next;
        } else if (passed >= max) {
          return 'bound';
        }
      }
    } finally {
      cursor.passed = passed;
    }
  };
}
