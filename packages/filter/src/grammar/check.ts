import type { Comparison, ValueKind } from '../kinds/kind.js';
import { type FilterValue, maxScopes, type Operator, scopeNamePattern } from '../scope.js';
import { quoted } from './syntax-error.js';

/** A comparison to check, and its surroundings. */
export interface ComparisonCheck {
  /** The written name: `uid`, `open.path`. */
  readonly name: string;
  readonly kind: ValueKind;
  readonly operator: Operator;
  readonly values: readonly FilterValue[];
  /** Earlier comparisons of this name in the scope. */
  readonly before: readonly Comparison[];
}

export interface Problem {
  readonly problem: string;
  readonly remedy?: string;
}

/** The most values in one list. */
const maxValues = 4096;

/** Checks a comparison. The rules apply to expressions, the builder and policies. */
export function problemOf({ name, kind, operator, values, before }: ComparisonCheck): Problem | undefined {
  if (!kind.operators.includes(operator)) {
    return { problem: unsupported(name, kind, operator) };
  }
  if (kind.shape === 'flag') {
    if (values.length > 0) return { problem: `${name} takes no value (use ${name} or !${name})` };
    return before.length === 0 ? undefined : { problem: duplicate(name) };
  }
  const alone = kind.shape === 'flag-or-text' && values.length === 0;
  const lonely = before.some((other) => other.operator === '!=' && other.values.length === 0);
  // `!container` leaves nothing to ask about the container.
  if (lonely || (alone && operator === '!=' && before.length > 0)) return { problem: duplicate(name) };
  if (values.length === 0 && !alone) return { problem: `${name}: missing value` };
  if (values.length > maxValues) {
    return { problem: `${name}: ${values.length} values exceed the limit of ${maxValues}` };
  }
  if (operator !== '=' && operator !== '!=') {
    const [value] = values;
    const range = value !== undefined && 'from' in value && value.from !== value.to;
    if (values.length > 1 || range) return { problem: `${name}${operator} takes a single number` };
  }
  if (operator === '=' && before.some((other) => other.operator === '=')) {
    return {
      problem: duplicate(`${name}=`),
      remedy: `To match any of several values, write a list: ${name}=A,B.`,
    };
  }
  return undefined;
}

/** Says that a name occurs a second time where it may occur once. */
export const duplicate = (name: string): string => `duplicate ${quoted(name)}`;

/** Says that `name` does not have the operator, and which operators it has. */
export function unsupported(name: string, { operators }: ValueKind, operator: string): string {
  const use = operators.join(', ').replace(/, (\S+)$/, ' or $1');
  return `operator ${operator} is not supported for ${name} (use ${use})`;
}

/** Returns what is wrong with the name of a scope, or undefined. */
export function nameProblem(name: unknown): Required<Problem> | undefined {
  if (typeof name === 'string' && scopeNamePattern.test(name)) return undefined;
  return {
    problem: `invalid scope name ${typeof name === 'string' ? quoted(name) : `of type ${typeof name}`}`,
    remedy: 'A name has up to 64 letters, digits, _, ., / and -. It starts with a letter, a digit or _.',
  };
}

/** Returns what is wrong with the number of scopes, or undefined. */
export const tooMany = (count: number): string | undefined =>
  count > maxScopes ? `${count} scopes exceed the limit of ${maxScopes}` : undefined;
