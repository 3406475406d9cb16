import type { Comparison, Engine } from '../kinds/kind.js';
import { rangeOf } from '../kinds/number-values.js';
import { wordOf } from './bits.js';
import { allHold, cutSegments, joinRanges, type Marking, type Segment } from './segments.js';
import { type TextEntry, textEntries } from './texts.js';

/** A scope that uses a kind or condition, and what it has of it. */
export interface Use {
  readonly bit: number;
  readonly filters: readonly Comparison[];
}

/** The output of an engine. Masks are those of `struct scope_set`. */
export interface EngineTable {
  readonly users: bigint;
  readonly missing: bigint;
  /** Scopes that exclude by this kind. */
  readonly exclude: bigint;
  readonly segments: readonly Segment[];
  readonly texts: readonly TextEntry[];
}

const everything = 0xffff_ffff_ffff_ffffn;

const users = (uses: readonly Use[]) => wordOf(uses.map(({ bit }) => bit));

/** Scopes that say nothing but `!=`, which a value that nobody names satisfies. */
const onlyUnequal = (uses: readonly Use[]) =>
  wordOf(
    uses.filter(({ filters }) => filters.every(({ operator }) => operator === '!=')).map(({ bit }) => bit),
  );

/** The numbers that each scope names with this operator. */
const naming = (uses: readonly Use[], operator: '=' | '!='): Marking[] =>
  uses.map(({ bit, filters }) => ({
    bit,
    ranges: joinRanges(
      filters.filter((filter) => filter.operator === operator).flatMap(({ values }) => values.map(rangeOf)),
    ),
  }));

/** The numbers that fit all filters of a scope but `!=`; none for a scope that has no other. */
const fitting = (uses: readonly Use[]): Marking[] =>
  uses.map(({ bit, filters }) => {
    const others = filters.filter(({ operator }) => operator !== '!=');
    return { bit, ranges: others.length === 0 ? [] : allHold(others) };
  });

/** Adds a word to `equal` of each segment. */
const orEqual = (segments: readonly Segment[], word: bigint): Segment[] =>
  segments.map((segment) => ({ ...segment, equal: segment.equal | word }));

/**
 * The tables of each engine: the counterparts of number.h, either.h, subtree.h, members.h and
 * text.h in bpf/filters/.
 */
export const engines: Readonly<Record<Engine, (uses: readonly Use[]) => EngineTable>> = {
  number(uses) {
    const markings = uses.map(({ bit, filters }) => ({ bit, ranges: allHold(filters) }));
    const segments = orEqual(cutSegments(markings, []), everything & ~users(uses));
    return { users: users(uses), missing: 0n, exclude: 0n, segments, texts: [] };
  },
  either(uses) {
    const segments = cutSegments(fitting(uses), naming(uses, '!='));
    return { users: users(uses), missing: onlyUnequal(uses), exclude: 0n, segments, texts: [] };
  },
  subtree(uses) {
    const unequal = naming(uses, '!=');
    const exclude = wordOf(unequal.filter(({ ranges }) => ranges.length > 0).map(({ bit }) => bit));
    const cut = cutSegments(naming(uses, '='), unequal);
    const segments = orEqual(cut, onlyUnequal(uses) | (everything & ~users(uses)));
    return { users: users(uses), missing: 0n, exclude, segments, texts: [] };
  },
  members(uses) {
    const segments = cutSegments(naming(uses, '='), naming(uses, '!='));
    return { users: users(uses), missing: onlyUnequal(uses), exclude: 0n, segments, texts: [] };
  },
  text(uses) {
    return {
      users: users(uses),
      missing: onlyUnequal(uses),
      exclude: 0n,
      segments: [],
      texts: textEntries(uses),
    };
  },
};
