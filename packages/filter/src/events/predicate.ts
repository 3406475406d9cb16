import type { FactText } from '../facts.js';
import { numberTest } from '../kinds/number-values.js';
import { textMatches, textOf } from '../kinds/text-values.js';
import type { EventCondition, Scope } from '../scope.js';
import { type EventLike, fieldOf } from './event-like.js';
import { decidedInKernel } from './kernel-conditions.js';
import { type PathField, pathFieldOf } from './path-fields.js';
import { climbs, type FollowLinks, followedPathText, isFromCaller, pathText } from './path-text.js';

/**
 * Which scopes take an event, as far as its own fields say: a word with their bits. A bit is also there for each scope
 * without a word on such events; and it says nothing of the task.
 */
export type EventFilter = (event: EventLike) => bigint;

export interface EventFilterOptions {
  /** The kernel has judged what it can (`explain` lists it); leave it out. Not for recordings. */
  readonly afterKernel?: boolean;
  /**
   * Follows the symbolic links in names that calls were given, so that `open.path=TARGET/*` takes a failed open of
   * `LINK/x`. Without it such a name is judged as it is written. Not for recordings: their links may have changed.
   */
  readonly followLinks?: FollowLinks;
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
  { afterKernel = false, followLinks }: EventFilterOptions = {},
): EventFilter {
  let everyEvent = 0n;
  const kinds = new Map<string, { always: bigint; readonly rows: Row[] }>();
  for (const [index, scope] of scopes.entries()) {
    const bit = 1n << BigInt(index);
    if (scope?.events.length === 0) everyEvent |= bit;
    for (const { event, where } of scope?.events ?? []) {
      const kind = kinds.get(event) ?? { always: 0n, rows: [] };
      kinds.set(event, kind);
      const tests = where.flatMap((condition) => {
        const path = pathFieldOf(event, condition.field);
        const test =
          path === undefined ? compileTest(condition) : compilePathTest(condition, path, followLinks);
        if (!(afterKernel && isDecided(event, condition, where))) return [test];
        // Of a name from the caller the kernel has decided only what it could.
        return path === undefined ? [] : [(one: EventLike) => !isFromCaller(one) || test(one)];
      });
      if (tests.length === 0) kind.always |= bit;
      else kind.rows.push({ bit, tests });
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

/**
 * Is there nothing for `compileEventFilter` to do after the kernel? Then no event has to be looked at again. Conditions on
 * paths always leave something: the names of failed calls.
 */
export function kernelDecidesAll(scopes: readonly (Scope | undefined)[]): boolean {
  return scopes.every(
    (scope) =>
      scope?.events.every(({ event, where }) =>
        where.every(
          (condition) =>
            pathFieldOf(event, condition.field) === undefined && isDecided(event, condition, where),
        ),
      ) ?? true,
  );
}

const isDecided = (event: string, { field }: EventCondition, where: readonly EventCondition[]) =>
  decidedInKernel(
    event,
    field,
    where.filter((other) => other.field === field),
  );

function compileTest(condition: EventCondition): Test {
  const { field, operator, values } = condition;
  const isText = values.some((value) => 'at' in value);
  const test = isText ? textTest(values.map(textOf)) : numberTest(condition);
  const negated = isText && operator === '!=';
  return (event) => {
    const value = fieldOf(event, field);
    if (value === undefined || (typeof value === 'string' || value instanceof Uint8Array) !== isText)
      return false;
    return test(value as never) !== negated;
  };
}

/** A condition on a path holds of the name as it was given, or of where the links in it lead; `!=` of both. */
function compilePathTest(
  { field, operator, values }: EventCondition,
  path: PathField,
  follow: FollowLinks | undefined,
): Test {
  const named = textTest(values.map(textOf));
  const negated = operator === '!=';
  const isNamed = (event: EventLike, text: FactText) => {
    if (follow === undefined || !climbs(event, field)) {
      if (named(text)) return true;
      if (follow === undefined) return false;
    }
    const followed = followedPathText(event, field, path, follow);
    // Behind a link, `..` is not what the text says: then only where it leads is certain.
    return named(followed ?? text);
  };
  return (event) => {
    const text = pathText(event, field, path);
    return text !== undefined && isNamed(event, text) !== negated;
  };
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
