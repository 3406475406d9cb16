import type { EventParts } from '@spoor/bpf';
import type { FilterKindName } from '@spoor/bpf/enums';
import type { AskedFields, ListParts } from '@spoor/bpf/events';
import { SpoorError } from '@spoor/core';
import { type EventName, eventFields } from '../events/fields.js';
import { filterKinds } from '../kinds/filter-kinds.js';
import type { FilterKind, Shape, ValueKind } from '../kinds/kind.js';
import {
  defaultScopeName,
  type EventCondition,
  type Filter,
  type FilterValue,
  type Operator,
  type Scope,
} from '../scope.js';
import { duplicate, nameProblem, type Problem, problemOf } from './check.js';
import { type Pattern, plain } from './pattern.js';
import { quoted } from './syntax-error.js';

/**
 * Matches texts by their beginning.
 *
 * @example
 * ```ts
 * scope().comm(startsWith('ba')); // comm=ba*
 * ```
 */
export const startsWith = (text: string): Pattern => ({ text, starBefore: false, starAfter: true });

/**
 * Matches texts by their end.
 *
 * @example
 * ```ts
 * scope().exe(endsWith('.sh')); // exe=*.sh
 * ```
 */
export const endsWith = (text: string): Pattern => ({ text, starBefore: true, starAfter: false });

/**
 * Matches numbers from `from` to `to`, both included.
 *
 * @example
 * ```ts
 * scope().uid(between(1000, 1999)); // uid=1000-1999
 * ```
 */
export const between = (from: number | bigint, to: number | bigint): Between => ({
  from: BigInt(from),
  to: BigInt(to),
});

export interface Between {
  readonly from: bigint;
  readonly to: bigint;
}

/** A number, or a name where the kind takes names: `nobody`, `@1234`. */
export type NumberInput = number | bigint | string;

/** Comparisons of a number. Each returns a builder with one more condition. */
export interface NumberSteps<Next> {
  /** One of these. */
  (...values: [NumberInput | Between, ...(NumberInput | Between)[]]): Next;
  /** None of these. */
  not(...values: [NumberInput | Between, ...(NumberInput | Between)[]]): Next;
  atLeast(value: NumberInput): Next;
  atMost(value: NumberInput): Next;
  above(value: NumberInput): Next;
  below(value: NumberInput): Next;
}

/** Comparisons of a number without an order. */
export interface IdSteps<Next> {
  (...values: [NumberInput, ...NumberInput[]]): Next;
  not(...values: [NumberInput, ...NumberInput[]]): Next;
}

/** Comparisons of a text. A plain string is a whole text, and a star in it is literal. */
export interface TextSteps<Next> {
  (...values: [string | Pattern, ...(string | Pattern)[]]): Next;
  not(...values: [string | Pattern, ...(string | Pattern)[]]): Next;
  startsWith(text: string): Next;
  endsWith(text: string): Next;
}

/** Comparisons of a flag. */
export interface FlagSteps<Next> {
  (): Next;
  not(): Next;
}

/** Comparisons of a flag that may have values; without any it is the flag. */
export interface FlagOrTextSteps<Next> {
  (...values: (string | Pattern)[]): Next;
  not(...values: (string | Pattern)[]): Next;
  startsWith(text: string): Next;
  endsWith(text: string): Next;
}

interface StepsOf<Next> extends Record<Shape, unknown> {
  number: NumberSteps<Next>;
  id: IdSteps<Next>;
  text: TextSteps<Next>;
  flag: FlagSteps<Next>;
  'flag-or-text': FlagOrTextSteps<Next>;
}

type ShapeOf<Kind> = Kind extends ValueKind<infer S> ? S : never;

/** The own fields of an event, and their comparisons. */
export type EventSteps<Event extends EventName> = {
  readonly [Name in OwnFields<Event>]: FieldSteps<EventParts[Event][Name], EventSteps<Event>>;
} & {
  readonly [Name in Exclude<AskedFields<Event, 'Number'>, OwnFields<Event>>]: NumberSteps<EventSteps<Event>>;
} & {
  readonly [Name in AskedFields<Event, 'Address'>]: TextSteps<EventSteps<Event>>;
} & EventConditions;

/** The conditions so far. */
export interface EventConditions {
  readonly conditions: readonly EventCondition[];
}

type OwnFields<Event extends EventName> = {
  [Name in Exclude<keyof EventParts[Event], ListParts<Event>>]: EventParts[Event][Name] extends
    | number
    | bigint
    | string
    | VarBytesLike
    ? Name
    : never;
}[Exclude<keyof EventParts[Event], ListParts<Event>>];

interface VarBytesLike {
  readonly offset: number;
  readonly fullLength: number;
}

type FieldSteps<Field, Next> = Field extends number | bigint ? NumberSteps<Next> : TextSteps<Next>;

/** A scope that grows by calls; see `scope`. */
export type ScopeBuilder = Scope & {
  readonly [Kind in FilterKindName]: StepsOf<ScopeBuilder>[ShapeOf<(typeof filterKinds)[Kind]>];
} & {
  /** Also takes descendants of a match. */
  follow(): ScopeBuilder;
  /**
   * Takes only such events; `.on('open', (open) => open.path.startsWith('/etc/'))` adds conditions.
   */
  on<Event extends EventName>(
    event: Event,
    where?: (event: EventSteps<Event>) => EventConditions,
  ): ScopeBuilder;
};

/**
 * Builds a scope by calls. The builder is a `Scope` at any point, and no call changes it.
 *
 * @param name up to 64 letters, digits, `_`, `.`, `/` and `-`
 * @throws {SpoorError} INVALID_VALUE when the name or a later value does not fit
 *
 * @example
 * ```ts
 * const build = scope('build').comm('node', 'npm').uid.atLeast(1000).follow();
 * ```
 */
export function scope(name: string = defaultScopeName): ScopeBuilder {
  throwIf(nameProblem(name));
  return grown({ name, filters: [], follows: false, events: [] });
}

function grown(data: Scope): ScopeBuilder {
  const builder = { ...data } as Record<string, unknown>;
  for (const [name, kind] of Object.entries(filterKinds) as [FilterKindName, FilterKind][]) {
    const add = (operator: Operator, values: FilterValue[]) => {
      const before = data.filters.filter((other) => other.kind === name);
      throwIf(problemOf({ name, kind, operator, values, before }));
      const filter: Filter = { kind: name, operator, values };
      return grown({ ...data, filters: [...data.filters, filter] });
    };
    define(builder, name, () => stepsOf(name, kind, add));
  }
  define(builder, 'follow', () => () => grown({ ...data, follows: true }));
  define(builder, 'on', () => (event: EventName, where?: (steps: unknown) => EventConditions) => {
    const conditions = where?.(eventSteps(event, [])).conditions ?? [];
    if (eventFields(event) === undefined)
      throw new SpoorError('UNKNOWN_EVENT', `unknown event ${quoted(String(event))}`);
    if (data.events.some((rule) => rule.event === event)) {
      throwIf({ problem: duplicate(event), remedy: 'Put all conditions into one call of on().' });
    }
    return grown({ ...data, events: [...data.events, { event, where: conditions }] });
  });
  return builder as unknown as ScopeBuilder;
}

/** Not enumerable, so that a builder equals and prints as its data. */
function define(target: object, name: string, get: () => unknown): void {
  Object.defineProperty(target, name, { get, enumerable: false, configurable: false });
}

function throwIf(wrong: Problem | undefined): void {
  if (wrong === undefined) return;
  throw new SpoorError(
    'INVALID_VALUE',
    wrong.problem,
    wrong.remedy === undefined ? {} : { remedy: wrong.remedy },
  );
}

type Add = (operator: Operator, values: FilterValue[]) => unknown;

function stepsOf(name: string, kind: ValueKind, add: Add): unknown {
  const read = (inputs: readonly unknown[]) => inputs.map((input) => readInput(name, kind, input));
  const say =
    (operator: Operator, wrap: (input: never) => unknown = (input) => input) =>
    (...inputs: never[]) =>
      add(operator, kind.shape === 'flag' ? [] : read(inputs.map(wrap)));
  return Object.assign(say('='), {
    not: say('!='),
    atLeast: say('>='),
    atMost: say('<='),
    above: say('>'),
    below: say('<'),
    startsWith: say('=', startsWith),
    endsWith: say('=', endsWith),
  });
}

function readInput(name: string, kind: ValueKind, input: unknown): FilterValue {
  return kind.read({
    ...patternOf(input),
    fail: (problem, remedy) => {
      const said = `${name}: ${quoted(String(input))}: ${problem}`;
      throw new SpoorError('INVALID_VALUE', said, remedy === undefined ? {} : { remedy });
    },
  });
}

function patternOf(input: unknown): Pattern {
  if (typeof input === 'object' && input !== null) {
    if ('from' in input && 'to' in input) return plain(`${input.from}-${input.to}`);
    if ('text' in input) return input as Pattern;
  }
  return plain(String(input));
}

function eventSteps(event: EventName, conditions: readonly EventCondition[]): EventConditions {
  const steps = { conditions };
  for (const [field, kind] of Object.entries(eventFields(event) ?? {})) {
    const add = (operator: Operator, values: FilterValue[]) => {
      const before = conditions.filter((condition) => condition.field === field);
      throwIf(problemOf({ name: `${event}.${field}`, kind, operator, values, before }));
      return eventSteps(event, [...conditions, { field, operator, values }]);
    };
    define(steps, field, () => stepsOf(`${event}.${field}`, kind, add));
  }
  return steps;
}
