import { builtInKernel, type KernelDefinition } from '@spoor/bpf';
import type { FilterKindName } from '@spoor/bpf/enums';
import { SpoorError } from '@spoor/core';
import { eventFields, fieldProblem } from '../events/fields.js';
import { duplicate, problemOf } from '../grammar/check.js';
import { checkScopes } from '../grammar/check-scope.js';
import { namePrefix, parseScope } from '../grammar/parse.js';
import { plain } from '../grammar/pattern.js';
import type { KernelOptions } from '../grammar/print.js';
import { quoted } from '../grammar/syntax-error.js';
import { readJsonSpelled, spellJson } from '../grammar/text.js';
import { filterKinds } from '../kinds/filter-kinds.js';
import { hasTexts, type ValueKind } from '../kinds/kind.js';
import type { EventCondition, EventRule, Filter, FilterValue, Operator, Scope } from '../scope.js';
import { type LocatedJson, lineAndColumn, readJson } from './json.js';
import { firstProblem, type PolicyProblem } from './problems.js';
import { type PolicyFile, type PolicyScope, policyValidator } from './schema.js';

/** Named scopes, and the events that they take. */
export interface Policy {
  readonly description?: string;
  readonly scopes: readonly Scope[];
}

/**
 * Parses a policy, from the text of a file or from its value.
 *
 * @throws {SpoorError} POLICY_INVALID when the policy does not fit its schema, or an expression in
 * it is wrong, which is the `cause`. `details.path` is a JSON pointer; for a text, `details.line`
 * and `details.column` count from 1
 *
 * @example
 * ```ts
 * const { scopes } = await parsePolicy('{"scopes": [{"name": "root", "filters": "uid=0"}]}');
 * ```
 */
export async function parsePolicy(
  source: string | object,
  { kernel = builtInKernel }: KernelOptions = {},
): Promise<Policy> {
  const located = typeof source === 'string' ? readJson(source) : undefined;
  const text = typeof source === 'string' ? source : undefined;
  const value = located === undefined ? source : located.value;
  const validator = await policyValidator(kernel);
  const place: Place = { text, located, kernel };
  if (!validator.Check(value)) fail(place, firstProblem(validator.Errors(value)));
  const file = value as PolicyFile;
  const scopes = file.scopes.map((scope, index) => readScope(scope, `/scopes/${index}`, place));
  const names = scopes.map(({ name }) => name);
  const double = names.findIndex((name, index) => names.indexOf(name) !== index);
  if (double >= 0) {
    fail(place, {
      path: `/scopes/${double}/name`,
      problem: `duplicate scope name ${quoted(names[double]!)}`,
    });
  }
  return { ...(file.description === undefined ? {} : { description: file.description }), scopes };
}

interface Place {
  readonly text: string | undefined;
  readonly located: LocatedJson | undefined;
  readonly kernel: KernelDefinition;
}

function fail({ text, located }: Place, { path, problem, remedy }: PolicyProblem, cause?: unknown): never {
  const position =
    text === undefined || located === undefined ? undefined : lineAndColumn(text, located.offsetOf(path));
  const where = [
    ...(position === undefined ? [] : [`line ${position.line}, column ${position.column}`]),
    ...(path === '' ? [] : [path]),
  ].join(', ');
  throw new SpoorError('POLICY_INVALID', `${where === '' ? 'the policy' : where}: ${problem}`, {
    details: { path, ...position },
    ...(remedy === undefined ? {} : { remedy }),
    ...(cause === undefined ? {} : { cause }),
  });
}

function readScope(scope: PolicyScope, path: string, place: Place): Scope {
  const { name } = scope;
  const said =
    typeof scope.filters === 'string'
      ? readExpression(scope.filters, `${path}/filters`, place)
      : { filters: readFilters(scope.filters, `${path}/filters`, place), follows: false, events: [] };
  const events = [...said.events];
  for (const [index, rule] of (scope.events ?? []).entries()) {
    const at = `${path}/events/${index}`;
    for (const one of typeof rule === 'string'
      ? readExpression(rule, at, place, 'events').events
      : [readRule(rule, at, place)]) {
      if (events.some(({ event }) => event === one.event)) {
        fail(place, {
          path: at,
          problem: duplicate(one.event),
          remedy: 'Put all its conditions into one entry.',
        });
      }
      events.push(one);
    }
  }
  return { name, filters: said.filters, follows: said.follows || scope.follow === true, events };
}

/** An expression inside a policy; what `only` says may stand in it. */
function readExpression(text: string, path: string, place: Place, only?: 'events'): Scope {
  // An empty one takes everything, which in a file is said on purpose.
  if (text.trim() === '' && only === undefined) return { name: '', filters: [], follows: false, events: [] };
  let scope: Scope;
  try {
    scope = parseScope(text, { kernel: place.kernel });
  } catch (error) {
    if (!(error instanceof SpoorError)) throw error;
    fail(
      place,
      { path, problem: error.message, ...(error.remedy === undefined ? {} : { remedy: error.remedy }) },
      error,
    );
  }
  if (namePrefix.test(text))
    fail(place, {
      path,
      problem: 'an expression in a policy cannot have a name',
      remedy: 'Use the property name.',
    });
  if (only === 'events' && (scope.filters.length > 0 || scope.follows)) {
    fail(place, {
      path,
      problem: 'expected an event or conditions on an event',
      remedy: 'Move filters to the property filters.',
    });
  }
  return scope;
}

function readFilters(
  rows: readonly Exclude<PolicyScope['filters'], string>[number][],
  path: string,
  place: Place,
): Filter[] {
  const filters: Filter[] = [];
  for (const [index, row] of rows.entries()) {
    const name = row.filter as FilterKindName;
    const before = filters.filter(({ kind }) => kind === name);
    const comparison = readComparison({
      name,
      kind: filterKinds[name],
      row,
      path: `${path}/${index}`,
      place,
      before,
    });
    filters.push({ kind: name, ...comparison });
  }
  return filters;
}

function readRule(
  row: Exclude<NonNullable<PolicyScope['events']>[number], string>,
  path: string,
  place: Place,
): EventRule {
  const fields = eventFields(row.event, place.kernel) ?? {};
  const where: EventCondition[] = [];
  for (const [index, condition] of (row.where ?? []).entries()) {
    const { field } = condition;
    const at = `${path}/where/${index}`;
    const kind = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (kind === undefined)
      fail(place, { path: `${at}/field`, ...fieldProblem(row.event, field, place.kernel) });
    const before = where.filter((other) => other.field === field);
    const name = `${row.event}.${field}`;
    where.push({ field, ...readComparison({ name, kind, row: condition, path: at, place, before }) });
  }
  return { event: row.event, where };
}

interface Row {
  readonly operator?: string;
  readonly values?: readonly (string | number)[];
}

interface ReadComparison {
  readonly name: string;
  readonly kind: ValueKind;
  readonly row: Row;
  readonly path: string;
  readonly place: Place;
  readonly before: readonly { readonly operator: Operator; readonly values: readonly FilterValue[] }[];
}

function readComparison({ name, kind, row, path, place, before }: ReadComparison) {
  const operator = (row.operator ?? '=') as Operator;
  if (kind.shape === 'flag' && row.values !== undefined) {
    fail(place, { path: `${path}/values`, problem: `${name} is a flag and takes no values` });
  }
  const values = (row.values ?? []).map((value, index) =>
    readValue(kind, value, (problem, remedy) =>
      fail(place, {
        path: `${path}/values/${index}`,
        problem: `${name}: ${problem}`,
        ...(remedy ? { remedy } : {}),
      }),
    ),
  );
  const wrong = problemOf({ name, kind, operator, values, before });
  if (wrong !== undefined) fail(place, { path, ...wrong });
  return { operator, values };
}

function readValue(
  kind: ValueKind,
  value: string | number,
  complain: (problem: string, remedy?: string) => never,
) {
  if (typeof value === 'number' && hasTexts(kind.shape)) complain('expected a text', 'Quote the number.');
  const found = typeof value === 'number' ? { ...plain(String(value)), end: 0 } : readJsonSpelled(value);
  if ('problem' in found) complain(`${quoted(String(value))}: ${found.problem}`);
  if (found.innerStar !== undefined) {
    complain(
      `${quoted(String(value))}: a star in the middle is not supported`,
      'Put the star first or last, or write a literal star as \\\\*.',
    );
  }
  return kind.read({
    ...found,
    fail: (problem, remedy) => complain(`${quoted(String(value))}: ${problem}`, remedy),
  });
}

/** Returns the value of a policy file. `parsePolicy` returns equal scopes for it. */
export function policyOf(
  scopes: readonly Scope[],
  { description, kernel }: { readonly description?: string | undefined } & KernelOptions = {},
): PolicyFile {
  return {
    ...(description === undefined ? {} : { description }),
    scopes: scopes.map((scope) => ({
      name: scope.name,
      filters: scope.filters.map(({ kind, operator, values }) => ({
        filter: kind,
        operator,
        ...(values.length === 0 ? {} : { values: writeValues(filterKinds[kind], values) }),
      })),
      ...(scope.follows ? { follow: true } : {}),
      ...(scope.events.length === 0 ? {} : { events: scope.events.map((rule) => writeRule(rule, kernel)) }),
    })),
  };
}

/**
 * Prints the canonical text of a policy file.
 *
 * @throws {SpoorError} INVALID_VALUE, UNKNOWN_FILTER or UNKNOWN_EVENT when a scope is not valid
 *
 * @example
 * ```ts
 * printPolicy({ scopes: [scope('root').uid(0)] });
 * ```
 */
export function printPolicy(policy: Policy, options: KernelOptions = {}): string {
  const { scopes, description } = (policy ?? {}) as Partial<Policy>;
  const valid = checkScopes(scopes, 'printPolicy()', options.kernel);
  return `${JSON.stringify(policyOf(valid, { ...options, description }), null, 2)}\n`;
}

function writeRule({ event, where }: EventRule, kernel: KernelDefinition | undefined) {
  const fields = eventFields(event, kernel) ?? {};
  return {
    event,
    ...(where.length === 0
      ? {}
      : {
          where: where.map(({ field, operator, values }) => ({
            field,
            operator,
            values: writeValues(fields[field]!, values),
          })),
        }),
  };
}

const writeValues = (kind: ValueKind, values: readonly FilterValue[]): (string | number)[] =>
  values.map((value) => {
    const pattern = kind.write(value);
    const number = Number(pattern.text);
    if (!hasTexts(kind.shape) && /^-?\d+$/.test(pattern.text) && Number.isSafeInteger(number)) return number;
    return spellJson(pattern);
  });
