import type { KernelDefinition } from '@spoor/bpf';
import type { FactText } from '../facts.js';
import { numberTest } from '../kinds/number-values.js';
import { textMatches, textOf } from '../kinds/text-values.js';
import type { EventCondition, Scope } from '../scope.js';
import { areTexts } from './derived-fields.js';
import { type EventLike, fieldOf } from './event-like.js';
import { decidedInKernel } from './kernel-conditions.js';
import { type PathField, pathFieldOf } from './path-fields.js';
import { climbs, type FollowLinks, followedPathText, isFromCaller, pathText } from './path-text.js';

/**
 * Returns the mask of the scopes that take an event, by its own fields. Scopes without a rule for
 * such events are in the mask. The task is not evaluated.
 */
export type EventFilter = (event: EventLike) => bigint;

export interface EventFilterOptions {
  /** Skips conditions that the kernel has decided (`explain` lists them). Not for recordings. */
  readonly afterKernel?: boolean;
  /**
   * Follows the symbolic links in names from the caller, so that `open.path=TARGET/*` takes a
   * failed open of `LINK/x`. Without it, such a name is compared as written. Not for recordings,
   * whose links may have changed.
   */
  readonly followLinks?: FollowLinks;
  /** The kernel side that has the events. Default: the built-in one. */
  readonly kernel?: KernelDefinition;
}

type Test = (event: EventLike) => boolean;

interface Row {
  readonly bit: bigint;
  readonly tests: readonly Test[];
}

/**
 * Compiles the event rules of scopes. The bit of a scope is its position in the list. Fields
 * without a condition are never read.
 *
 * @example
 * ```ts
 * const takes = compileEventFilter([parseScope('exec'), parseScope('open.path=/etc/*')]);
 * takes({ kind: 'exec' }); // 1n
 * ```
 */
export function compileEventFilter(
  scopes: readonly (Scope | undefined)[],
  { afterKernel = false, followLinks, kernel }: EventFilterOptions = {},
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
        const path = pathFieldOf(event, condition.field, kernel);
        const test =
          path === undefined ? compileTest(condition, kernel) : compilePathTest(condition, path, followLinks);
        if (!(afterKernel && isDecided(event, condition, where))) return [test];
        // The kernel cannot decide every name from the caller.
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
 * Returns true if the kernel decides all conditions, so that `compileEventFilter` is not needed.
 * Conditions on paths always need it, for the names of failed calls.
 *
 * @example
 * ```ts
 * kernelDecidesAll([parseScope('connect.port=443')]); // true
 * ```
 */
export function kernelDecidesAll(scopes: readonly (Scope | undefined)[], kernel?: KernelDefinition): boolean {
  return scopes.every(
    (scope) =>
      scope?.events.every(({ event, where }) =>
        where.every(
          (condition) =>
            pathFieldOf(event, condition.field, kernel) === undefined && isDecided(event, condition, where),
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

function compileTest(condition: EventCondition, kernel: KernelDefinition | undefined): Test {
  const { field, operator, values } = condition;
  const isText = values.some((value) => 'at' in value);
  const test = isText ? textTest(values.map(textOf)) : numberTest(condition);
  const negated = isText && operator === '!=';
  return (event) => {
    const value = fieldOf(event, field, kernel);
    if (value === undefined) return false;
    if (areTexts(value)) return isText && value.some((one) => test(one as never)) !== negated;
    if ((typeof value === 'string' || value instanceof Uint8Array) !== isText) return false;
    return test(value as never) !== negated;
  };
}

/** A condition on a path compares the name as given, and the target of its links. */
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
    // Behind a link, `..` may differ from its text. Then only the target counts.
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
    // Strings of whole characters have equal beginnings and ends exactly if their bytes do.
    if (typeof value !== 'string') return textMatches({ operator: '=', values }, value);
    return (
      wholes.has(value) ||
      starts.some((start) => value.startsWith(start)) ||
      ends.some((end) => value.endsWith(end))
    );
  };
}
