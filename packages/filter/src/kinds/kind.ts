import type { TaskFacts } from '../facts.js';
import type { Pattern, WrittenPattern } from '../grammar/pattern.js';
import type { NameResolver } from '../resolve/names.js';
import type { Filter, FilterValue, Operator } from '../scope.js';

/** The kernel engines of `bpf/filters/`, each with its own table. */
export type Engine = 'number' | 'either' | 'subtree' | 'members' | 'text';

/** The form of values, and so the steps of the builder. A `flag-or-text` may have no value. */
export type Shape = 'number' | 'id' | 'text' | 'flag' | 'flag-or-text';

/** Returns true if values of the shape are texts. */
export const hasTexts = (shape: Shape): boolean => shape === 'text' || shape === 'flag-or-text';

/** Returns true if the kind may have no value: `container`, `!container`. */
export const standsAlone = (shape: Shape): boolean => shape === 'flag' || shape === 'flag-or-text';

/** Reads, writes and compares values. Filter kinds and event fields share it. */
export interface ValueKind<S extends Shape = Shape> {
  readonly shape: S;
  readonly operators: readonly Operator[];
  /** Describes a value for messages: `a number, a range, a user name or @PID`. */
  readonly expected: string;
  /** Looks names up; absent if the kind has no names. */
  readonly names?: NameResolver;
  /** Converts a written pattern to a value, or calls `written.fail`. */
  read(written: WrittenPattern): FilterValue;
  /** The inverse of `read`. */
  write(value: FilterValue): Pattern;
}

/** A condition on one fact or field, without the name of what it is about. */
export interface Comparison {
  readonly operator: Operator;
  readonly values: readonly FilterValue[];
}

/**
 * A filter kind: its values, its engine and its meaning. `matches` is the definition that the
 * kernel is tested against.
 */
export interface FilterKind<S extends Shape = Shape> extends ValueKind<S> {
  readonly engine: Engine;
  /** One line for `spoor list filters`. */
  readonly summary: string;
  /** Shown by `spoor explain` if the name of the kind does not say it. */
  readonly meaning?: string;
  /** Expressions that show its use. */
  readonly examples: readonly string[];
  /** The fact that the kind compares. */
  readonly reads: keyof TaskFacts;
  /** `=` makes a scope follow, as `tree` does. */
  readonly follows?: boolean;
  /** Converts the filter for the engine: a flag is the number 1. */
  forEngine?(filter: Filter): Filter;
  /** Returns true if the task passes. Values are resolved. */
  matches(comparison: Comparison, facts: TaskFacts): boolean;
  /**
   * Replaces `matches` for a kind whose filters in one scope are evaluated together.
   */
  matchesAll?(comparisons: readonly Comparison[], facts: TaskFacts): boolean;
  /** Returns true if the filter excludes the task and its descendants. Only `tree` has it. */
  excludes?(comparison: Comparison, facts: TaskFacts): boolean;
}
