/**
 * A value as it is written, before a filter kind has said what it means: its text without quotes
 * and escapes, and where it had a star that stands for anything.
 */
export interface Pattern {
  readonly text: string;
  /** A star in front: `*.sh`. */
  readonly starBefore: boolean;
  /** A star at the end: `ba*`. A star alone is `starAfter` with an empty text. */
  readonly starAfter: boolean;
}

/** A pattern that somebody wrote, with the place to complain about. */
export interface WrittenPattern extends Pattern {
  /**
   * Throws the error of this place. `problem` follows the value and a colon: `expected a number`.
   */
  fail(problem: string, remedy?: string): never;
}

/** A pattern without stars: `plain('nobody')`. */
export const plain = (text: string): Pattern => ({ text, starBefore: false, starAfter: false });
