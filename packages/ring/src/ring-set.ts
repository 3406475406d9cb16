import { positive, SpoorError } from '@spoor/core';
import type { Drainable, DrainOptions, RingFault, RingHandler } from './memory.js';
import type { RingReader } from './reader.js';

/**
 * Several rings as one, each in its own order; nothing is said about the order between them (for that, see
 * `RingMerge`). A drain begins with the ring after the one that the last drain began with, so that a flood in
 * one cannot starve the others.
 */
export class RingSet implements Drainable {
  readonly readers: readonly RingReader[];
  #first = 0;
  #cutShort = false;

  /** Throws `INVALID_VALUE` without a reader. The set closes its readers when it is closed. */
  constructor(readers: readonly RingReader[]) {
    this.readers = someReaders(readers);
  }

  get backlog(): number {
    return this.readers.reduce((sum, reader) => sum + reader.backlog, 0);
  }

  get fill(): number {
    return fillOf(this.readers);
  }

  get more(): 'now' | 'later' {
    return this.#cutShort || this.readers.some((reader) => reader.more === 'now') ? 'now' : 'later';
  }

  /** The first fault of any ring. The others are read on. */
  get fault(): RingFault | undefined {
    return this.readers.find((reader) => reader.fault !== undefined)?.fault;
  }

  get closed(): boolean {
    return this.readers.every((reader) => reader.closed);
  }

  /** The bounds are for all rings together. */
  drain(handler: RingHandler, options: DrainOptions = {}): number {
    const max = positive(options.max, 'max') ?? Number.POSITIVE_INFINITY;
    const budgetMs = positive(options.budgetMs, 'budgetMs') ?? Number.POSITIVE_INFINITY;
    const start = performance.now();
    const { length } = this.readers;
    const first = this.#first;
    this.#first = (first + 1) % length;
    let count = 0;
    this.#cutShort = false;
    for (let index = 0; index < length; index++) {
      const left = budgetMs - (performance.now() - start);
      if (count >= max || left <= 0) {
        // Some were not even looked at.
        this.#cutShort = true;
        break;
      }
      const bounds =
        left === Number.POSITIVE_INFINITY ? { max: max - count } : { max: max - count, budgetMs: left };
      count += this.readers[(first + index) % length]!.drain(handler, bounds);
    }
    return count;
  }

  close(handler?: RingHandler): number {
    return this.readers.reduce((sum, reader) => sum + reader.close(handler), 0);
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

export function fillOf(readers: readonly RingReader[]): number {
  let fullest = 0;
  for (const { fill } of readers) if (fill > fullest) fullest = fill;
  return fullest;
}

export function someReaders(readers: readonly RingReader[]): readonly RingReader[] {
  if (readers.length > 0) return readers;
  throw new SpoorError('INVALID_VALUE', 'a set of no rings', { remedy: 'Give at least one reader.' });
}
