import type { Comparison, ValueKind } from '../kinds/kind.js';
import { type FilterValue, maxScopes, type Operator } from '../scope.js';

/** What a comparison is checked against. */
export interface ComparisonCheck {
  /** As people write it: `uid`, `open.path`. */
  readonly name: string;
  readonly kind: ValueKind;
  readonly operator: Operator;
  readonly values: readonly FilterValue[];
  /** Comparisons of the same name that the scope has already. */
  readonly before: readonly Comparison[];
}

export interface Problem {
  readonly problem: string;
  readonly remedy?: string;
}

/** Values in one list. More is a table, and wants a kind of its own. */
const maxValues = 4096;

/** What is wrong with a comparison in its scope, or undefined. The same rules for all three ways to write one. */
export function problemOf({ name, kind, operator, values, before }: ComparisonCheck): Problem | undefined {
  if (!kind.operators.includes(operator)) {
    return { problem: `${name} does not know ${operator}; it has ${kind.operators.join(' ')}` };
  }
  if (kind.shape === 'flag') {
    if (values.length > 0) return { problem: `${name} takes no value: write ${name} or !${name}` };
    return before.length === 0 ? undefined : { problem: `${name} is here twice` };
  }
  const alone = kind.shape === 'flag-or-text' && values.length === 0;
  const lonely = before.some((other) => other.operator === '!=' && other.values.length === 0);
  // `!container` leaves nothing to ask about the container.
  if (lonely || (alone && operator === '!=' && before.length > 0))
    return { problem: `${name} is here twice` };
  if (values.length === 0 && !alone) return { problem: `${name}${operator} needs a value` };
  if (values.length > maxValues) {
    return { problem: `${values.length} values are more than the ${maxValues} that one filter takes` };
  }
  if (operator !== '=' && operator !== '!=') {
    const [value] = values;
    const range = value !== undefined && 'from' in value && value.from !== value.to;
    if (values.length > 1 || range) return { problem: `${name}${operator} takes one number` };
  }
  if (operator === '=' && before.some((other) => other.operator === '=')) {
    return {
      problem: `${name}= is here twice, and both would have to hold`,
      remedy: `One of several values is a list: ${name}=A,B.`,
    };
  }
  return undefined;
}

/** What is wrong with the number of scopes, or undefined. */
export const tooMany = (count: number): string | undefined =>
  count > maxScopes ? `${count} scopes are more than ${maxScopes}, one for each bit of a word` : undefined;
