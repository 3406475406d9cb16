import { rangeOf } from '../filters/number-values.js';
import { textMatches, textOf } from '../filters/text-values.js';
import type { EventCondition, NumberRange, Scope } from '../scope.js';
import { decidedInKernel } from './kernel-conditions.js';
import { type EventLike, fieldOf } from './match.js';

/**
 * Which scopes take an event, as far as its own fields say: a word with their bits. A bit is also there for each scope
 * without a word on such events; and it says nothing of the task.
 */
export type EventFilter = (event: EventLike) => bigint;

export interface EventFilterOptions {
  /** The kernel has judged what it can (`explainScopes` says what that is); leave it out. Not for recordings. */
  readonly afterKernel?: boolean;
}

type Test = (event: EventLike) => boolean;

interface Row {
  readonly bit: bigint;
  readonly tests: readonly Test[];
}

/**
 * Compiles the event rules of scopes, each at the bit that is its place in the list. What an event's kind alone
 * decides is decided now; a field that no condition is about is never read.
 */
export function compileEventFilter(
  scopes: readonly (Scope | undefined)[],
  { afterKernel = false }: EventFilterOptions = {},
): EventFilter {
  let everyEvent = 0n;
  const kinds = new Map<string, { always: bigint; readonly rows: Row[] }>();
  for (const [index, scope] of scopes.entries()) {
    const bit = 1n << BigInt(index);
    if (scope?.events.length === 0) everyEvent |= bit;
    for (const { event, where } of scope?.events ?? []) {
      const kind = kinds.get(event) ?? { always: 0n, rows: [] };
      kinds.set(event, kind);
      const left = where.filter((condition) => !(afterKernel && isDecided(event, condition, where)));
      if (left.length === 0) kind.always |= bit;
      else kind.rows.push({ bit, tests: left.map(compileTest) });
    }
  }
  return (event) => {
    const kind = kinds.get(event.kind);
    if (kind === undefined) return everyEvent;
    let word = everyEvent | kind.always;
    for (const { bit, tests } of kind.rows) if (tests.every((test) => test(event))) word |= bit;
    return word;
  };
}

/** Is there nothing for `compileEventFilter` to do after the kernel? Then no event has to be looked at again. */
export function kernelDecidesAll(scopes: readonly (Scope | undefined)[]): boolean {
  return scopes.every(
    (scope) =>
      scope?.events.every(({ event, where }) =>
        where.every((condition) => isDecided(event, condition, where)),
      ) ?? true,
  );
}

const isDecided = (event: string, { field }: EventCondition, where: readonly EventCondition[]) =>
  decidedInKernel(
    event,
    field,
    where.filter((other) => other.field === field),
  );

function compileTest({ field, operator, values }: EventCondition): Test {
  const isText = values.some((value) => 'at' in value);
  const named = isText ? textTest(values.map(textOf)) : numberTest(operator, values.map(rangeOf));
  const negated = operator === '!=';
  return (event) => {
    const value = fieldOf(event, field);
    if (value === undefined || (typeof value === 'string' || value instanceof Uint8Array) !== isText)
      return false;
    return named(value as never) !== negated;
  };
}

function numberTest(operator: EventCondition['operator'], ranges: readonly NumberRange[]) {
  const bound = ranges[0]?.from ?? 0n;
  switch (operator) {
    case '<':
      return (value: number | bigint) => value < bound;
    case '<=':
      return (value: number | bigint) => value <= bound;
    case '>':
      return (value: number | bigint) => value > bound;
    case '>=':
      return (value: number | bigint) => value >= bound;
    default:
      return (value: number | bigint) => ranges.some(({ from, to }) => from <= value && value <= to);
  }
}

function textTest(values: readonly ReturnType<typeof textOf>[]) {
  const wholes = new Set(values.filter(({ at }) => at === 'whole').map(({ text }) => text));
  const starts = values.filter(({ at }) => at === 'start').map(({ text }) => text);
  const ends = values.filter(({ at }) => at === 'end').map(({ text }) => text);
  return (value: string | Uint8Array) => {
    // Strings of whole characters begin and end alike exactly when their bytes do.
    if (typeof value !== 'string') return textMatches({ operator: '=', values }, value);
    return (
      wholes.has(value) ||
      starts.some((start) => value.startsWith(start)) ||
      ends.some((end) => value.endsWith(end))
    );
  };
}
