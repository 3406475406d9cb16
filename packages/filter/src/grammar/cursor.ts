import type { SpoorErrorCode } from '@spoor/core';
import type { ValueKind } from '../kinds/kind.js';
import type { FilterValue } from '../scope.js';
import { quoted, syntaxError } from './syntax-error.js';
import { readSpelled } from './text.js';

export interface Wrong {
  readonly problem: string;
  readonly from: number;
  readonly to?: number;
  readonly remedy?: string | undefined;
  readonly code?: SpoorErrorCode;
}

/** A place in an expression, and how to read on from there. Offsets are UTF-16. */
export class Cursor {
  readonly text: string;
  at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get atEnd(): boolean {
    return this.at === this.text.length;
  }

  fail({ problem, from, to = from + 1, remedy, code }: Wrong): never {
    throw syntaxError({
      text: this.text,
      problem,
      from,
      to,
      remedy,
      ...(code === undefined ? {} : { code }),
    });
  }

  skipSpace(): void {
    this.take(/\s*/uy);
  }

  /** Returns the match of a sticky pattern, and moves behind it. */
  take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.at;
    const found = pattern.exec(this.text)?.[0];
    if (found !== undefined) this.at += found.length;
    return found;
  }

  /** A list of values of a filter or a condition. `name` is what they belong to. */
  takeValues(kind: ValueKind, name: string): FilterValue[] {
    const values = [this.#takeValue(kind, name)];
    while (this.text[this.at] === ',') {
      this.at += 1;
      values.push(this.#takeValue(kind, name));
    }
    return values;
  }

  #takeValue(kind: ValueKind, name: string): FilterValue {
    const from = this.at;
    const found = readSpelled(this.text, from);
    if ('problem' in found) this.fail(found);
    if (found.end === from) {
      const spaced = this.text[from] !== undefined && this.text[from] !== ',';
      const remedy = spaced
        ? 'Write a filter without spaces. Quote a value that contains one: "a b".'
        : `Values: ${kind.expected}.`;
      this.fail({ problem: `${name}: missing value`, from, remedy });
    }
    if (this.text[from] === '=') {
      this.fail({ problem: "unexpected second '='", from, remedy: 'Quote a value that starts with =.' });
    }
    if (found.innerStar !== undefined) {
      const remedy = 'Put the star first or last, or write a literal star as \\*.';
      const problem = 'a star in the middle is not supported';
      this.fail({ problem, from: found.innerStar, remedy, code: 'INVALID_VALUE' });
    }
    this.at = found.end;
    const spelled = this.text.slice(from, found.end);
    return kind.read({
      ...found,
      fail: (problem, remedy) =>
        this.fail({
          problem: `${name}: ${quoted(spelled)}: ${problem}`,
          from,
          to: found.end,
          remedy,
          code: 'INVALID_VALUE',
        }),
    });
  }
}
