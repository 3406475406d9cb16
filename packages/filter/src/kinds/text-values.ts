import { type FactText, factBytes } from '../facts.js';
import type { Pattern, WrittenPattern } from '../grammar/pattern.js';
import { spell } from '../grammar/text.js';
import type { FilterValue, TextValue } from '../scope.js';
import type { Comparison, ValueKind } from './kind.js';

/**
 * The longest texts that the kernel compares, in bytes: FILTER_TEXT_MAX of bpf/filters/facts.h less
 * the NUL that ends a whole text, and FILTER_TAIL_MAX.
 */
export const kernelTextMax = { whole: 251, end: 128 } as const;

export interface TextValuesOptions {
  /** Bytes in UTF-8 of a whole text or a beginning, and of an end. */
  readonly maxWhole: number;
  readonly maxEnd: number;
  /**
   * The reason for the limit, appended to "exceed the limit of N": `, the most that the kernel
   * keeps`.
   */
  readonly why: string;
  /** A longer text is kept as its first `maxWhole` bytes, which can be named in its place. */
  readonly isCut?: boolean;
}

/** Texts, whole or by their beginning or end. */
export const textValues = ({ maxWhole, maxEnd, why, isCut }: TextValuesOptions): ValueKind<'text'> => ({
  shape: 'text',
  operators: ['=', '!='],
  expected: 'a text, TEXT* or *TEXT',
  read(written: WrittenPattern): FilterValue {
    const { text, starBefore, starAfter } = written;
    if (starBefore && starAfter) {
      written.fail('a star may be first or last, not both', 'Write a literal star as \\*.');
    }
    failUnlessBytes(written);
    const at = starBefore ? 'end' : starAfter ? 'start' : 'whole';
    const bytes = factBytes(text).length;
    const max = at === 'end' ? maxEnd : maxWhole;
    if (bytes > max)
      written.fail(
        `${bytes} bytes exceed the limit of ${max}${why}`,
        isCut ? keptPart(text, at, max) : undefined,
      );
    return { text, at };
  },
  write(value: FilterValue): Pattern {
    const { text, at } = textOf(value);
    return { text, starBefore: at === 'end', starAfter: at === 'start' };
  },
});

/** Suggests the kept part of a text that is too long. */
function keptPart(text: string, at: TextValue['at'], max: number): string {
  if (at === 'end') return 'The end of a longer name is not kept. Match its beginning: TEXT*.';
  let kept = '';
  for (const char of text) {
    if (factBytes(kept + char).length > max) break;
    kept += char;
  }
  // The kept bytes may end inside a character, which cannot be written.
  const starAfter = factBytes(kept).length < max;
  return `Write ${spell({ text: kept, starBefore: false, starAfter })}, the part that is kept.`;
}

/** Fails for a text that neither a file nor a process can have as its name. */
export function failUnlessBytes(written: WrittenPattern): void {
  if (written.text.includes('\0')) written.fail('a text cannot contain a NUL byte');
  if (/\p{Surrogate}/u.test(written.text)) written.fail('a lone surrogate is not a valid character');
}

/** The value of a text kind. */
export function textOf(value: FilterValue): TextValue {
  if ('at' in value) return value;
  throw new TypeError('expected a text, found a number');
}

/** The definition of both operators on texts, byte by byte. */
export function textMatches({ operator, values }: Comparison, fact: FactText): boolean {
  const bytes = factBytes(fact);
  const named = values.some((value) => fits(textOf(value), bytes));
  return operator === '=' ? named : !named;
}

function fits({ text, at }: TextValue, bytes: Uint8Array): boolean {
  const wanted = factBytes(text);
  if (at === 'whole' ? wanted.length !== bytes.length : wanted.length > bytes.length) return false;
  const from = at === 'end' ? bytes.length - wanted.length : 0;
  return wanted.every((byte, index) => bytes[from + index] === byte);
}
