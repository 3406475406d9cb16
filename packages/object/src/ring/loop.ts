import type { LENGTH_MASK, RingData, RingHandler } from './memory.js';

/** Where a loop stands, also while a handler runs. Nothing wraps while it runs: the last record may end in the overlap. */
export interface Cursor {
  /** Offset behind the record that was begun last. */
  next: number;
  /** Offset that no record may go past: the end of what is reserved, or of what is mapped. */
  reach: number;
  /** Records that the last run handed out, also when a handler threw. */
  passed: number;
  /** Discarded records of all runs. */
  discarded: number;
}

/**
 * How a run ended: at its bound, at a record that is not yet submitted, at one that goes past what it may reach, or
 * because a handler moved the cursor, as one does that closes the reader.
 */
export type RunEnd = 'bound' | 'busy' | 'too-long' | 'closed';

/** Hands out the records from the cursor to the offset `end`, `max` at most. */
export type Loop = (handler: RingHandler, end: number, max: number) => RunEnd;

let copies = 0;

/**
 * The hot loop of one ring, compiled for it alone: of what two rings' handlers do, one loop for both would learn too much
 * to inline either (bench/tried.md has the cost). A copy of the text has feedback and code of its own. Where none may be
 * made, all rings share one.
 */
export function ownLoop(data: RingData, cursor: Cursor): Loop {
  try {
    // The engine knows a text again, and what it learned of it: a number makes it another.
    const make = new Function(`// ${copies++}\nreturn ${makeLoop}`)() as typeof makeLoop;
    return make(data, cursor);
  } catch {
    return makeLoop(data, cursor);
  }
}

/**
 * Makes a loop. It refers to nothing outside of itself, which a copy of its text would not find.
 *
 * It is a closure over what never changes, and what is rare is behind the inner loop: so the engine keeps all in
 * registers, where it would load and check the fields of an object for each record. With five fields read, a record takes
 * Node 20 67 instructions instead of 107, Node 26 70 instead of 88.
 */
function makeLoop(data: RingData, cursor: Cursor): Loop {
  const { u32 } = data;
  // biome-ignore lint/complexity/noExcessiveCognitiveComplexity: a call, even a rare one, costs each record 16 instructions
  return (handler, end, max) => {
    // The type holds it to the constant of the module.
    const lengthMask: typeof LENGTH_MASK = 0x3fffffff;
    const { reach } = cursor;
    let offset = cursor.next;
    let passed = 0;
    try {
      for (;;) {
        let word = 0;
        while (offset < end && passed < max) {
          word = u32[offset >>> 2]! | 0;
          if ((word & ~lengthMask) !== 0) break;
          // The record and its header of 8 bytes, rounded up to 8.
          const next = offset + ((word + 15) & ~7);
          if (next > reach) return 'too-long';
          // Before the call: a record whose handler throws, or closes the reader, has been read.
          cursor.next = next;
          passed++;
          handler(data, offset + 8, word);
          if (cursor.next !== next) return 'closed';
          offset = next;
        }
        if ((word & ~lengthMask) === 0) return 'bound';
        if (word < 0) return 'busy';
        const next = offset + (((word & lengthMask) + 15) & ~7);
        if (next > reach) return 'too-long';
        cursor.next = next;
        cursor.discarded++;
        offset = next;
      }
    } finally {
      cursor.passed = passed;
    }
  };
}
