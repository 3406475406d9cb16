import type { Comparison } from '../kinds/kind.js';
import { rangeOf, u64Max } from '../kinds/number-values.js';
import type { NumberRange } from '../scope.js';

/** One row of `struct filter_segment`: what holds from `first` up to the next row. */
export interface Segment {
  readonly first: bigint;
  readonly equal: bigint;
  readonly unequal: bigint;
}

/** Numbers for which a word has a bit. */
export interface Marking {
  readonly bit: number;
  /** Sorted, with a gap between any two. */
  readonly ranges: readonly NumberRange[];
}

/** Sorts ranges and joins those that overlap or touch. */
export function joinRanges(ranges: readonly NumberRange[]): NumberRange[] {
  const joined: { from: bigint; to: bigint }[] = [];
  for (const { from, to } of ranges.toSorted((a, b) => (a.from < b.from ? -1 : a.from > b.from ? 1 : 0))) {
    const last = joined.at(-1);
    if (last === undefined || from > last.to + 1n) joined.push({ from, to });
    else if (to > last.to) last.to = to;
  }
  return joined;
}

/** All u64 that are in none of the joined ranges. */
function complement(ranges: readonly NumberRange[]): NumberRange[] {
  const gaps: NumberRange[] = [];
  let from = 0n;
  for (const range of ranges) {
    if (range.from > from) gaps.push({ from, to: range.from - 1n });
    from = range.to + 1n;
  }
  if (from <= u64Max) gaps.push({ from, to: u64Max });
  return gaps;
}

function intersection(one: readonly NumberRange[], other: readonly NumberRange[]): NumberRange[] {
  const common: NumberRange[] = [];
  for (const a of one) {
    for (const b of other) {
      let { from, to } = a;
      if (b.from > from) from = b.from;
      if (b.to < to) to = b.to;
      if (from <= to) common.push({ from, to });
    }
  }
  return joinRanges(common);
}

/**
 * The numbers for which a filter holds. `numberTest` is the definition that this is tested against,
 * so neither is derived from the other.
 */
function holds({ operator, values }: Comparison): NumberRange[] {
  const named = joinRanges(values.map(rangeOf));
  const bound = named[0]?.from ?? 0n;
  switch (operator) {
    case '=':
      return named;
    case '!=':
      return complement(named);
    case '<':
      return bound === 0n ? [] : [{ from: 0n, to: bound - 1n }];
    case '<=':
      return [{ from: 0n, to: bound }];
    case '>':
      return bound === u64Max ? [] : [{ from: bound + 1n, to: u64Max }];
    case '>=':
      return [{ from: bound, to: u64Max }];
  }
}

/** The numbers for which all of the filters hold. */
export const allHold = (filters: readonly Comparison[]): NumberRange[] =>
  filters.map(holds).reduce(intersection, [{ from: 0n, to: u64Max }]);

/**
 * Cuts all u64 into segments within which no bit of either word changes. Bits without a marking are
 * 0.
 */
export function cutSegments(equal: readonly Marking[], unequal: readonly Marking[]): Segment[] {
  const changes = new Map<bigint, [equal: bigint, unequal: bigint]>([[0n, [0n, 0n]]]);
  const flip = (at: bigint, word: 0 | 1, bit: number) => {
    const change = changes.get(at) ?? [0n, 0n];
    change[word] ^= 1n << BigInt(bit);
    changes.set(at, change);
  };
  for (const [word, markings] of [equal, unequal].entries()) {
    for (const { bit, ranges } of markings) {
      for (const { from, to } of ranges) {
        flip(from, word as 0 | 1, bit);
        if (to < u64Max) flip(to + 1n, word as 0 | 1, bit);
      }
    }
  }
  const segments: Segment[] = [];
  const words: [bigint, bigint] = [0n, 0n];
  for (const [first, [equalChange, unequalChange]] of [...changes].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (first > 0n && equalChange === 0n && unequalChange === 0n) continue;
    words[0] ^= equalChange;
    words[1] ^= unequalChange;
    segments.push({ first, equal: words[0], unequal: words[1] });
  }
  return segments;
}
