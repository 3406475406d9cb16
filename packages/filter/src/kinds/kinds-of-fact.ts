import type { FactText, TaskFacts } from '../facts.js';
import type { NameResolver } from '../resolve/names.js';
import type { Filter } from '../scope.js';
import type { Comparison, FilterKind } from './kind.js';
import { idValues, numberMatches, numberValues, rangeOf, u32Max, u64Max } from './number-values.js';
import { type TextValuesOptions, textMatches, textValues } from './text-values.js';

/** Facts of one type, by name. */
type FactsOf<Type> = {
  [Name in keyof TaskFacts]: TaskFacts[Name] extends Type
    ? Type extends TaskFacts[Name]
      ? Name
      : never
    : never;
}[keyof TaskFacts];

/** The options that all kinds have. */
interface Common<Type> {
  readonly summary: string;
  readonly examples: readonly string[];
  /** The fact that it is about. */
  readonly fact: FactsOf<Type>;
}

interface NumberOptions extends Common<number> {
  readonly names?: NameResolver;
  /** The fact is an `__s32`, and the kernel compares FILTER_SIGNED of it. */
  readonly isSigned?: boolean;
}

/** FILTER_SIGNED of bpf/filters/facts.h, added to signed numbers to keep their order unsigned. */
const signedBias = 1n << 31n;

/** Moves the values of a comparison to where FILTER_SIGNED moves the fact. */
const biased = ({ values, ...rest }: Filter): Filter => ({
  ...rest,
  values: values.map((value) => {
    const { from, to } = rangeOf(value);
    return { from: from + signedBias, to: to + signedBias };
  }),
});

const limits = (names: NameResolver | undefined) => ({
  max: u32Max,
  ...(names === undefined ? {} : { names }),
});

/** A kind whose fact is a number with an order: every operator, lists and ranges. */
export const numberKind = ({
  fact,
  names,
  isSigned = false,
  ...rest
}: NumberOptions): FilterKind<'number'> => ({
  ...numberValues(isSigned ? { min: -signedBias, max: signedBias - 1n } : limits(names)),
  ...(isSigned ? { forEngine: biased } : {}),
  ...rest,
  reads: fact,
  engine: 'number',
  matches: (comparison, facts) => numberMatches(comparison, facts[fact]),
});

/** PID_MAX_LIMIT of include/linux/threads.h: no process id reaches it. */
const pidMaxLimit = 4_194_304n;
/**
 * NO_PROCESS_ID of bpf/lib/observer.h: the id of a task that our pid namespace does not contain.
 */
const noProcessId = 0xffff_ffff;

/**
 * Ids of processes and threads. A task without an id has none of those that are named, and stands
 * in no order to them.
 */
function processIds<S extends 'number' | 'id'>(kind: FilterKind<S>, fact: FactsOf<number>): FilterKind<S> {
  return {
    ...kind,
    forEngine: (filter) => ({ ...filter, ...bounded(filter) }),
    matches: (comparison, facts) =>
      facts[fact] === noProcessId ? comparison.operator === '!=' : kind.matches(comparison, facts),
  };
}

/** `>` and `>=` reach as far as ids do. */
function bounded({ operator, values }: Comparison): Partial<Comparison> {
  if (operator !== '>' && operator !== '>=') return {};
  const from = rangeOf(values[0]!).from + (operator === '>' ? 1n : 0n);
  return { operator: '=', values: [{ from, to: BigInt(noProcessId) - 1n }] };
}

/** A kind whose fact is the id of a process or a thread in our pid namespace, with an order. */
export const processIdKind = (options: Common<number>): FilterKind<'number'> =>
  processIds({ ...numberKind(options), ...numberValues({ max: pidMaxLimit }) }, options.fact);

/** A kind whose fact is the id of a process in our pid namespace, without an order. */
export const processNameKind = (options: Common<number>): FilterKind<'id'> =>
  processIds({ ...idKind(options), ...idValues({ max: pidMaxLimit }) }, options.fact);

/** Both facts of an `eitherKind`. */
interface EitherOptions extends NumberOptions {
  readonly meaning: string;
  readonly otherFact: FactsOf<number>;
}

/**
 * A kind over two numbers of one sort. `=` and the comparisons hold when one of the two fits all of
 * them, `!=` holds when neither is named.
 */
export const eitherKind = ({ fact, otherFact, names, ...rest }: EitherOptions): FilterKind<'number'> => {
  const matchesAll = (comparisons: readonly Comparison[], facts: TaskFacts) => {
    const numbers = [facts[fact], facts[otherFact]];
    const [unequal, fitting] = [true, false].map((negated) =>
      comparisons.filter(({ operator }) => (operator === '!=') === negated),
    ) as [Comparison[], Comparison[]];
    return (
      unequal.every((filter) => numbers.every((number) => numberMatches(filter, number))) &&
      numbers.some((number) => fitting.every((filter) => numberMatches(filter, number)))
    );
  };
  return {
    ...numberValues(limits(names)),
    ...rest,
    reads: fact,
    engine: 'either',
    matches: (comparison, facts) => matchesAll([comparison], facts),
    matchesAll,
  };
};

/** A kind whose fact is a number that names something: `=`, `!=` and lists. */
export const idKind = ({ fact, names, ...rest }: NumberOptions): FilterKind<'id'> => ({
  ...idValues(limits(names)),
  ...rest,
  reads: fact,
  engine: 'number',
  matches: (comparison, facts) => numberMatches(comparison, facts[fact]),
});

/** A kind whose fact is a text: whole, beginning and end. */
export const textKind = ({
  fact,
  maxWhole,
  maxEnd,
  why,
  isCut = false,
  ...rest
}: Common<FactText> & TextValuesOptions): FilterKind<'text'> => ({
  ...textValues({ maxWhole, maxEnd, why, isCut }),
  ...rest,
  reads: fact,
  engine: 'text',
  matches: (comparison, facts) => textMatches(comparison, facts[fact]),
});

/** A kind whose fact is 0 or 1; it has no values: `NAME` and `!NAME`. */
export const flagKind = ({ fact, ...rest }: Common<number>): FilterKind<'flag'> => ({
  ...rest,
  reads: fact,
  shape: 'flag',
  operators: ['=', '!='],
  expected: 'none (a flag)',
  engine: 'number',
  read: (written) => written.fail('a flag takes only true or false'),
  write: () => {
    throw new TypeError('a flag has no values');
  },
  forEngine: (filter) => ({ ...filter, values: [{ from: 1n, to: u64Max }] }),
  matches: ({ operator }, facts) => (facts[fact] !== 0) === (operator === '='),
});
