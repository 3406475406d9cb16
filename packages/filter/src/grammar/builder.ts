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
import { type Between, endsWith, type NumberInput, readInput, startsWith } from './builder-inputs.js';
import { duplicate, nameProblem, type Problem, problemOf } from './check.js';
import type { Pattern } from './pattern.js';
import { quoted } from './syntax-error.js';

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
    if (typeof event !== 'string' || eventFields(event) === undefined)
      throw new SpoorError('UNKNOWN_EVENT', `unknown event ${quoted(String(event))}`);
    const conditions = conditionsOf(event, where);
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

function conditionsOf(
  event: EventName,
  where: ((steps: unknown) => EventConditions) | undefined,
): readonly EventCondition[] {
  if (where === undefined) return [];
  const returned: Partial<EventConditions> | undefined =
    typeof where === 'function' ? where(eventSteps(event, [])) : undefined;
  if (Array.isArray(returned?.conditions)) return returned.conditions;
  throw new SpoorError('INVALID_VALUE', `on(): expected a function that returns conditions on ${event}`, {
    remedy: "For example: .on('open', (open) => open.path.startsWith('/etc/')).",
  });
}

type Add = (operator: Operator, values: FilterValue[]) => unknown;

function stepsOf(name: string, kind: ValueKind, add: Add): unknown {
  // A flag has no values: the check of its filter reports any.
  const read = (input: unknown) =>
    kind.shape === 'flag' ? (input as FilterValue) : readInput(name, kind, input);
  const say =
    (operator: Operator, wrap: (input: never) => unknown = (input) => input) =>
    (...inputs: never[]) =>
      add(
        operator,
        inputs.map((input) => read(wrap(input))),
      );
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
