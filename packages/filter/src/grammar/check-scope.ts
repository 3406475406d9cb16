/** Checks scopes as data: from untyped code, from JSON, from another version of this package. */
import { builtInKernel, type KernelDefinition } from '@spoor/bpf';
import type { FilterKindName } from '@spoor/bpf/enums';
import { nearest, SpoorError, type SpoorErrorCode, typeName } from '@spoor/core';
import { eventFields, eventNames, fieldProblem } from '../events/fields.js';
import { filterKinds } from '../kinds/filter-kinds.js';
import { hasTexts, type ValueKind } from '../kinds/kind.js';
import type {
  EventCondition,
  EventRule,
  Filter,
  FilterValue,
  NumberValue,
  Operator,
  Scope,
  TextValue,
} from '../scope.js';
import { duplicate, nameProblem, type Problem, problemOf, unsupported } from './check.js';
import { quoted } from './syntax-error.js';

/**
 * Checks a scope by the rules of expressions, and returns a copy of it.
 *
 * @param where - the place of the scope, for messages: `scopes[0]`
 * @param kernel - the kernel side that has the events; default: the built-in one
 * @throws {SpoorError} INVALID_VALUE when the value is not a scope, or a value does not fit its
 *   filter; UNKNOWN_FILTER when a filter or a field does not exist; UNKNOWN_EVENT
 *
 * @example
 * ```ts
 * const json = '{"name": "all", "filters": [], "follows": false, "events": []}';
 * const all = checkScope(JSON.parse(json), 'scopes[0]');
 * ```
 */
export function checkScope(scope: unknown, where: string, kernel: KernelDefinition = builtInKernel): Scope {
  const { name, filters, follows, events } = fieldsOf<Scope>(scope, where, 'a scope');
  if (typeof name !== 'string') return fail(where, { problem: `expected a name, got ${typeName(name)}` });
  const wrong = nameProblem(name);
  if (wrong !== undefined) return fail(where, wrong);
  const place = `scope ${name}`;
  if (typeof follows !== 'boolean') {
    return fail(place, { problem: `follows: expected true or false, got ${typeName(follows)}` });
  }
  return { name, filters: checkFilters(filters, place), follows, events: checkRules(events, place, kernel) };
}

/**
 * Checks an array of scopes.
 *
 * @param where - the call, for messages: `explain()`
 * @throws {SpoorError} the codes of `checkScope`
 */
export function checkScopes(scopes: unknown, where: string, kernel?: KernelDefinition): Scope[] {
  if (!Array.isArray(scopes)) {
    return fail(where, { problem: `expected an array of scopes, got ${typeName(scopes)}` });
  }
  return Array.from(scopes, (scope, index) => checkScope(scope, `${where}: scopes[${index}]`, kernel));
}

function fail(place: string, { problem, remedy }: Problem, code: SpoorErrorCode = 'INVALID_VALUE'): never {
  const usual = 'Make scopes with parseScope() or scope() of @spoor/filter.';
  throw new SpoorError(code, `${place}: ${problem}`, { remedy: remedy ?? usual });
}

/** The fields of an object, before their types are known. */
type Fields<Type> = { readonly [Name in keyof Type]?: unknown };

function fieldsOf<Type>(value: unknown, place: string, what: string): Fields<Type> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields<Type>;
  return fail(place, { problem: `expected ${what}, got ${typeName(value)}` });
}

function listOf(value: unknown, place: string, name: string): readonly unknown[] {
  if (Array.isArray(value)) return [...value];
  return fail(place, { problem: `${name}: expected an array, got ${typeName(value)}` });
}

const shown = (name: unknown) => (typeof name === 'string' ? quoted(name) : typeName(name));

function suggestion(name: unknown, known: readonly string[]): string {
  const guess = typeof name === 'string' ? nearest(name, known) : undefined;
  return guess === undefined ? `Use one of ${known.join(', ')}.` : `Did you mean ${guess}?`;
}

function checkFilters(given: unknown, place: string): Filter[] {
  const filters: Filter[] = [];
  for (const filter of listOf(given, place, 'filters')) {
    const { kind: name, ...rest } = ownFieldsOf(fieldsOf<Filter>(filter, place, 'a filter'), 'kind');
    if (typeof name !== 'string' || !Object.hasOwn(filterKinds, name)) {
      const remedy = suggestion(name, Object.keys(filterKinds));
      return fail(place, { problem: `unknown filter ${shown(name)}`, remedy }, 'UNKNOWN_FILTER');
    }
    const kind = name as FilterKindName;
    const before = filters.filter((other) => other.kind === kind);
    filters.push({ kind, ...checkComparison({ name, kind: filterKinds[kind], before, place }, rest) });
  }
  return filters;
}

function checkRules(given: unknown, place: string, kernel: KernelDefinition): EventRule[] {
  const rules: EventRule[] = [];
  for (const rule of listOf(given, place, 'events')) {
    const { event, where } = fieldsOf<EventRule>(rule, place, 'an event rule');
    if (typeof event !== 'string' || eventFields(event, kernel) === undefined) {
      const remedy = suggestion(event, eventNames(kernel));
      return fail(place, { problem: `unknown event ${shown(event)}`, remedy }, 'UNKNOWN_EVENT');
    }
    if (rules.some((other) => other.event === event)) {
      return fail(place, { problem: duplicate(event), remedy: 'Put all its conditions into one rule.' });
    }
    rules.push({ event, where: checkConditions(where, { event, place, kernel }) });
  }
  return rules;
}

interface RulePlace {
  readonly event: string;
  readonly place: string;
  readonly kernel: KernelDefinition;
}

function checkConditions(given: unknown, { event, place, kernel }: RulePlace): EventCondition[] {
  const fields = eventFields(event, kernel) ?? {};
  const conditions: EventCondition[] = [];
  for (const condition of listOf(given, place, `${event}: where`)) {
    const { field, ...rest } = ownFieldsOf(
      fieldsOf<EventCondition>(condition, place, 'a condition'),
      'field',
    );
    const kind = typeof field === 'string' && Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (typeof field !== 'string' || kind === undefined) {
      const problem = fieldProblem(event, typeof field === 'string' ? field : typeName(field), kernel);
      return fail(place, problem, 'UNKNOWN_FILTER');
    }
    const before = conditions.filter((other) => other.field === field);
    const comparison = checkComparison({ name: `${event}.${field}`, kind, before, place }, rest);
    conditions.push({ field, ...comparison });
  }
  return conditions;
}

/** Reads each field once, inherited ones too. */
function ownFieldsOf<Name extends string>(
  fields: Fields<Record<Name | 'operator' | 'values', unknown>>,
  name: Name,
): Fields<Record<Name | 'operator' | 'values', unknown>> {
  const { operator, values } = fields;
  return { [name]: fields[name], operator, values } as typeof fields;
}

/** The filter or field of a comparison, and its place. */
interface Subject {
  readonly name: string;
  readonly kind: ValueKind;
  readonly before: readonly (Filter | EventCondition)[];
  readonly place: string;
}

function checkComparison(subject: Subject, given: Fields<{ operator: unknown; values: unknown }>) {
  const { name, kind, before, place } = subject;
  if (!kind.operators.some((known) => known === given.operator)) {
    return fail(place, { problem: unsupported(name, kind, shown(given.operator)) });
  }
  const operator = given.operator as Operator;
  const list = listOf(given.values, place, `${name}: values`);
  const values =
    kind.shape === 'flag' ? (list as FilterValue[]) : list.map((value) => checkValue(subject, value));
  const wrong = problemOf({ name, kind, operator, values, before });
  return wrong === undefined ? { operator, values } : fail(place, wrong);
}

function checkValue({ name, kind, place }: Subject, given: unknown): FilterValue {
  const value = hasTexts(kind.shape) ? textOf(given) : numberOf(given);
  if (value === undefined) {
    const form = hasTexts(kind.shape)
      ? '{ text, at }, where at is "whole", "start" or "end"'
      : '{ from, to } with bigints, or { name }';
    return fail(place, { problem: `${name}: invalid value: expected ${form}` });
  }
  return kind.read({
    ...kind.write(value),
    fail: (problem, remedy) => {
      const said = `${name}: ${quoted(writtenText(value))}: ${problem}`;
      return fail(place, remedy === undefined ? { problem: said } : { problem: said, remedy });
    },
  });
}

function textOf(given: unknown): TextValue | undefined {
  const { text, at } = (given ?? {}) as Fields<TextValue>;
  const isText = typeof text === 'string' && (at === 'whole' || at === 'start' || at === 'end');
  return isText ? { text, at } : undefined;
}

function numberOf(given: unknown): NumberValue | undefined {
  const { from, to, name } = (given ?? {}) as Fields<{ from: bigint; to: bigint; name: string }>;
  if (typeof from === 'bigint' && typeof to === 'bigint') return { from, to };
  return typeof name === 'string' ? { name } : undefined;
}

function writtenText(value: FilterValue): string {
  if ('from' in value) return value.from === value.to ? String(value.from) : `${value.from}-${value.to}`;
  return 'text' in value ? value.text : value.name;
}
