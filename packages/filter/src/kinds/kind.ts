import type { TaskFacts } from '../facts.js';
import type { Pattern, WrittenPattern } from '../grammar/pattern.js';
import type { NameResolver } from '../resolve/names.js';
import type { Filter, FilterValue, Operator } from '../scope.js';

/** The kernel engines of `bpf/filters/`: what tables a kind's values become. */
export type Engine = 'number' | 'either' | 'subtree' | 'members' | 'text';

/** What may be written as a value, and so what the builder offers. A `flag-or-text` may stand alone. */
export type Shape = 'number' | 'id' | 'text' | 'flag' | 'flag-or-text';

/** Whether values of the shape are texts. */
export const hasTexts = (shape: Shape): boolean => shape === 'text' || shape === 'flag-or-text';

/** Whether the name of the kind says all that is needed: `container`, `!container`. */
export const standsAlone = (shape: Shape): boolean => shape === 'flag' || shape === 'flag-or-text';

/** How values of a shape are read, written and compared; shared by filter kinds and by event fields. */
export interface ValueKind<S extends Shape = Shape> {
  readonly shape: S;
  readonly operators: readonly Operator[];
  /** What a value is, for people: `a number, a range, a user name or @PID`. */
  readonly expected: string;
  /** Where names are looked up; absent when every value stands for itself. */
  readonly names?: NameResolver;
  /** What was written, as a value; complains through `written.fail`. */
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
 * A filter kind: its values, its engine, and what it means. `matches` is the definition, in the simplest words there
 * are; the kernel is tested against it and it knows nothing of the kernel's tables.
 */
export interface FilterKind<S extends Shape = Shape> extends ValueKind<S> {
  readonly engine: Engine;
  /** One line for `spoor list filters`. */
  readonly summary: string;
  /** For `spoor explain`, where the name of the kind does not say what is judged. */
  readonly meaning?: string;
  /** Expressions that show its use. */
  readonly examples: readonly string[];
  /** The fact that it asks for. */
  readonly reads: keyof TaskFacts;
  /** `=` makes a scope follow, as `tree` does. */
  readonly follows?: boolean;
  /** The filter in the engine's words, where they are not its own: a flag is the number 1. */
  forEngine?(filter: Filter): Filter;
  /** Does the task pass? Values are resolved: none is a name. */
  matches(comparison: Comparison, facts: TaskFacts): boolean;
  /**
   * The definition for a kind of which the filters of one scope are judged together. It takes the place of `matches`, which
   * judges one filter alone.
   */
  matchesAll?(comparisons: readonly Comparison[], facts: TaskFacts): boolean;
  /** Does a task that is so named exclude itself and its descendants? Only `tree` has it. */
  excludes?(comparison: Comparison, facts: TaskFacts): boolean;
}
