import type { FilterKindName } from '@spoor/bpf/enums';
import { TaskFacts as FactsInMemory } from '@spoor/bpf/structs';
import { camelCase, type Layout } from '@spoor/btf';
import fc from 'fast-check';
import { eventFields, eventNames } from '../src/events/fields.js';
import { containerFact, type TaskFacts, taskFacts } from '../src/facts.js';
import { problemOf } from '../src/grammar/check.js';
import { filterKinds } from '../src/kinds/filter-kinds.js';
import { type Comparison, type FilterKind, hasTexts, type ValueKind } from '../src/kinds/kind.js';
import {
  type EventCondition,
  type EventRule,
  type Filter,
  type FilterValue,
  type Scope,
  scopeNamePattern,
} from '../src/scope.js';

/**
 * Random scopes and facts that meet: numbers, names and bytes come from the same small pools, so
 * that every operator holds and fails often, values overlap, and limits are hit.
 */

/** Few small numbers, and those at the edges of 8, 16, 31, 32, 53 and 64 bits. */
const smallNumbers = [0n, 1n, 2n, 3n, 4n, 5n, 6n, 7n, 8n];
const edges32 = [255n, 256n, 65535n, 65536n, 0x7fff_ffffn, 0x8000_0000n, 0xffff_fffen, 0xffff_ffffn];
const edges64 = [0x1_0000_0000n, 0x20_0000_0000_0001n, 0x8000_0000_0000_0000n, 0xffff_ffff_ffff_ffffn];

const negatives = [-1n, -2n, -3n, -0x8000_0000n];

const pool32 = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...smallNumbers) },
  { weight: 1, arbitrary: fc.constantFrom(...edges32) },
);
const pool64 = fc.oneof(
  { weight: 4, arbitrary: pool32 },
  { weight: 1, arbitrary: fc.constantFrom(...edges64) },
);

/** Texts of few letters, some of several bytes, so that they begin and end alike. */
const shortText = fc.string({ unit: fc.constantFrom('a', 'b', '/', '.', 'é'), maxLength: 4 });
const tooLongFor = (bytes: number) =>
  fc.constantFrom(bytes - 1, bytes, bytes + 1).map((length) => `/${'x'.repeat(length - 1)}`);
const longText = fc
  .oneof(tooLongFor(128), tooLongFor(251), tooLongFor(252))
  .chain((long) => fc.constantFrom(long, long, `${long.slice(0, -1)}a`, `a${long.slice(1)}`));

/** A text that a kind of at most `bytes` bytes may have. */
const textUpTo = (bytes: number) =>
  fc
    .oneof(
      { weight: 5, arbitrary: shortText },
      { weight: 1, arbitrary: fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 14, maxLength: 17 }) },
      ...(bytes > 100 ? [{ weight: 2, arbitrary: longText }] : []),
    )
    .map((text) => cut(text, bytes));

/** The text, or as much of it as fits into so many bytes of UTF-8. */
function cut(text: string, bytes: number): string {
  const chars = [...text];
  while (Buffer.byteLength(chars.join('')) > bytes) chars.pop();
  return chars.join('');
}

function numberValue(kind: ValueKind): fc.Arbitrary<FilterValue> {
  const known = [...smallNumbers, ...edges32, ...edges64, ...negatives].filter((number) =>
    accepts(kind, { from: number, to: number }),
  );
  const pool = fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...known.filter((number) => number < 9n)) },
    { weight: 1, arbitrary: fc.constantFrom(...known) },
  );
  const single = pool.map((from) => ({ from, to: from }));
  if (kind.shape !== 'number') return single;
  const range = fc.tuple(pool, pool).map(([a, b]) => (a < b ? { from: a, to: b } : { from: b, to: a }));
  return fc.oneof({ weight: 3, arbitrary: single }, { weight: 1, arbitrary: range });
}

/** Is the value one that the kind takes? Its own reader knows. */
function accepts(kind: ValueKind, value: FilterValue): boolean {
  try {
    const fail = (problem: string): never => {
      throw new Error(problem);
    };
    kind.read({ ...kind.write(value), fail });
    return true;
  } catch {
    return false;
  }
}

const textValue = (maxWhole: number, maxEnd: number): fc.Arbitrary<FilterValue> =>
  fc.oneof(
    { weight: 3, arbitrary: textUpTo(maxWhole).map((text) => ({ text, at: 'whole' as const })) },
    { weight: 2, arbitrary: textUpTo(maxWhole).map((text) => ({ text, at: 'start' as const })) },
    {
      weight: 2,
      arbitrary: textUpTo(maxEnd)
        .filter((text) => text !== '')
        .map((text) => ({ text, at: 'end' as const })),
    },
  );

/** Ids and names that begin alike, and beginnings of them. */
const containerText = fc.oneof(
  fc.constantFrom('a', 'ab', 'b', 'a'.repeat(64), `${'a'.repeat(63)}b`, 'b'.repeat(64), `${'a'.repeat(64)}b`),
  textUpTo(126).filter((text) => text !== ''),
);
const containerValue: fc.Arbitrary<FilterValue> = fc
  .tuple(containerText, fc.constantFrom('whole', 'start', 'end'))
  .map(([text, at]) => ({ text, at }));

/** A random value of a kind, resolved. */
function randomValue(name: string, kind: ValueKind): fc.Arbitrary<FilterValue> {
  if (!hasTexts(kind.shape)) return numberValue(kind);
  if (name === 'container') return containerValue;
  if (name === 'comm') return textValue(15, 15);
  // Fields of events take more than the kernel compares: user space then decides.
  if (!name.includes('.')) return textValue(251, 128);
  // Some fields keep no more than a few bytes.
  return textValue(300, 200).filter((value) => accepts(kind, value));
}

const kindEntries = Object.entries(filterKinds) as [FilterKindName, FilterKind][];

/** A random comparison. */
function comparisonOf(name: string, kind: ValueKind): fc.Arbitrary<Comparison> {
  const operators = fc.constantFrom(...kind.operators);
  if (kind.shape === 'flag') return operators.map((operator) => ({ operator, values: [] }));
  const value = randomValue(name, kind);
  if (kind.shape === 'flag-or-text')
    return fc.record({ operator: operators, values: fc.array(value, { maxLength: 3 }) });
  return operators.chain((operator) => {
    const isList = operator === '=' || operator === '!=';
    const values = isList
      ? fc.array(value, { minLength: 1, maxLength: 3 })
      : fc.tuple(value.filter((one) => !('from' in one) || one.from === one.to));
    return values.map((list) => ({ operator, values: list }));
  });
}

/** A random filter of any kind. */
const filterOf: fc.Arbitrary<Filter> = fc.oneof(
  ...kindEntries.map(([name, kind]) =>
    comparisonOf(name, kind).map((comparison) => ({ kind: name, ...comparison })),
  ),
);

/** Drops filters that may not stand beside those before them. */
function allowed(filters: readonly Filter[]): Filter[] {
  const kept: Filter[] = [];
  for (const filter of filters) {
    const { kind: name, operator, values } = filter;
    const before = kept.filter((other) => other.kind === name);
    if (problemOf({ name, kind: filterKinds[name], operator, values, before }) === undefined)
      kept.push(filter);
  }
  return kept;
}

/** Conditions by event and field. Their arbitraries take long to make, so each is made once. */
const conditionsMade = new Map<string, fc.Arbitrary<EventCondition[]>>();

/** Conditions on one field that may stand together. */
function conditionsOn(event: string, field: string): fc.Arbitrary<EventCondition[]> {
  const made = conditionsMade.get(`${event}.${field}`) ?? newConditionsOn(event, field);
  conditionsMade.set(`${event}.${field}`, made);
  return made;
}

function newConditionsOn(event: string, field: string): fc.Arbitrary<EventCondition[]> {
  const kind = eventFields(event)![field]!;
  const one = comparisonOf(`${event}.${field}`, kind).map((comparison) => ({ field, ...comparison }));
  return fc.array(one, { maxLength: 2 }).map((conditions) =>
    conditions.filter((condition, index) => {
      const before = conditions.slice(0, index);
      return problemOf({ name: field, kind, ...condition, before }) === undefined;
    }),
  );
}

/** Rules for some events, with conditions on some of their fields. */
const eventRules: fc.Arbitrary<EventRule[]> = fc
  .uniqueArray(fc.constantFrom(...eventNames()), { maxLength: 3 })
  .chain((names) =>
    fc.tuple(
      ...names.map((event) =>
        fc
          .subarray(Object.keys(eventFields(event)!), { maxLength: 3 })
          .chain((fields) => fc.tuple(...fields.map((field) => conditionsOn(event, field))))
          .map((where) => ({ event, where: where.flat() })),
      ),
    ),
  );

/** A scope without its name. */
const scopeBody = fc.record({
  filters: fc.array(filterOf, { maxLength: 5, size: 'max' }).map(allowed),
  follows: fc.boolean(),
  events: fc.oneof({ weight: 2, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: eventRules }),
});

/** A path that an open may have, as long as the kernel's test takes it, and a port. */
export const eventFacts = fc.record({
  path: textUpTo(512),
  port: pool32.map((port) => Number(port % 65536n)),
});

/** A set of 1 to 64 scopes whose names come from one pool, so that sets in a row share some. */
export const scopeSet: fc.Arbitrary<Scope[]> = fc
  .uniqueArray(
    fc.record({ name: fc.integer({ min: 0, max: 95 }).map((number) => `s${number}`), body: scopeBody }),
    { minLength: 1, maxLength: 64, size: 'max', selector: ({ name }) => name },
  )
  .map((scopes) => scopes.map(({ name, body }) => ({ name, ...body })));

const writtenNames = fc.constantFrom(
  'nobody',
  'www-data',
  '@1',
  '@1234',
  '/a b',
  '/ns/\\*,"',
  '/é\n',
  '/:=!',
  '/*',
);
const writtenTexts = fc
  .string({ unit: 'binary', maxLength: 15 })
  .filter((text) => !/[\0\p{Surrogate}]/u.test(text));

/**
 * A scope as people write it: also with names that are still to be looked up, and texts of any
 * characters.
 */
export const writtenScope: fc.Arbitrary<Scope> = fc
  .record({
    name: fc.stringMatching(scopeNamePattern),
    body: scopeBody,
    words: fc.array(fc.tuple(writtenNames, writtenTexts), { minLength: 5, maxLength: 5 }),
  })
  .map(({ name, body, words }) => ({
    name,
    ...body,
    filters: body.filters.map((filter, index) => ({
      ...filter,
      values: filter.values.map((value, place) =>
        place === 0 ? rewritten(filter, value, words[index]!) : value,
      ),
    })),
  }));

function rewritten(
  { kind: name }: Filter,
  value: FilterValue,
  [word, text]: readonly [string, string],
): FilterValue {
  const kind: FilterKind = filterKinds[name];
  if (kind.names?.accepts(word)) return { name: word };
  if ('at' in value && text !== '') return { ...value, text: cut(text, 15) };
  return value;
}

/** Any value of a number fact; most are among those that filters name. */
const u32 = pool32.map(Number);
const s32 = fc.oneof(
  u32.map((number) => number | 0),
  fc.integer({ min: -4, max: 4 }),
);

const isSigned = (name: string) => {
  const layout: Layout = FactsInMemory.layout;
  const fields = layout.kind === 'struct' ? layout.fields : [];
  const fact = fields.find((field) => camelCase(field.name) === name)?.layout;
  return fact?.kind === 'int' && fact.signed;
};

/** The facts of a task, made from the struct, so that the fact of a new kind is among them. */
export const randomFacts: fc.Arbitrary<TaskFacts> = fc.record(
  Object.fromEntries(
    Object.entries(taskFacts()).map(([name, value]): [string, fc.Arbitrary<unknown>] => {
      if (typeof value === 'number') return [name, isSigned(name) ? s32 : u32];
      if (Array.isArray(value)) return [name, fc.array(pool64, { maxLength: 16 })];
      if (name === 'container') return [name, fc.oneof(fc.constant(''), containerText).map(containerFact)];
      return [name, textUpTo(name === 'comm' ? 15 : 4096)];
    }),
  ),
) as fc.Arbitrary<TaskFacts>;
