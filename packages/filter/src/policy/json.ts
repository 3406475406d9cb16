import { SpoorError } from '@spoor/core';
import { duplicate } from '../grammar/check.js';
import { quoted } from '../grammar/syntax-error.js';

/** A value of JSON and where each part of it stands in the text. */
export interface LocatedJson {
  readonly value: unknown;
  /**
   * Offset of the value at a JSON pointer: `/scopes/0/name`. The nearest part that exists, for one
   * that does not.
   */
  offsetOf(pointer: string): number;
}

/** Deeper than any policy, and shallow enough for the stack. */
const maxDepth = 64;
/** Characters; 64 scopes are far from it. */
const maxLength = 1 << 20;

/** A line and a column, from 1. */
export function lineAndColumn(
  text: string,
  offset: number,
): { readonly line: number; readonly column: number } {
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, column: [...before.at(-1)!].length + 1 };
}

/**
 * Reads JSON (RFC 8259). In place of `JSON.parse` because a message has to say where the mistake
 * is, also one that is found later, in what the values mean; and because a name that is there twice
 * is a mistake here.
 *
 * @throws {SpoorError} POLICY_INVALID with `details.line`, `details.column` and `details.path`
 */
export function readJson(text: string): LocatedJson {
  if (text.length > maxLength) {
    throw new SpoorError('POLICY_INVALID', `line 1, column 1: the policy exceeds ${maxLength} characters`, {
      details: { path: '', line: 1, column: 1, offset: 0 },
    });
  }
  const reader = new JsonReader(text);
  const value = reader.read();
  return {
    value,
    offsetOf(pointer) {
      for (let path = pointer; path !== ''; path = path.slice(0, path.lastIndexOf('/'))) {
        const offset = reader.offsets.get(path);
        if (offset !== undefined) return offset;
      }
      return reader.offsets.get('') ?? 0;
    },
  };
}

/** A name as part of a JSON pointer (RFC 6901). */
const pointerPart = (name: string) => name.replaceAll('~', '~0').replaceAll('/', '~1');

const literals: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

class JsonReader {
  readonly offsets = new Map<string, number>();
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): unknown {
    const value = this.#value('', 0);
    this.#space();
    if (this.#at < this.#text.length) this.#fail('unexpected text after the policy', '');
    return value;
  }

  #fail(problem: string, path: string, at = this.#at): never {
    const { line, column } = lineAndColumn(this.#text, at);
    throw new SpoorError('POLICY_INVALID', `line ${line}, column ${column}: ${problem}`, {
      details: { path, line, column, offset: at },
    });
  }

  #space(): void {
    this.#take(/[ \t\r\n]*/y);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  #found(): string {
    return this.#at < this.#text.length
      ? quoted(this.#text.slice(this.#at, this.#at + 1))
      : 'the end of the policy';
  }

  #value(path: string, depth: number): unknown {
    this.#space();
    this.offsets.set(path, this.#at);
    if (depth > maxDepth) this.#fail(`nested deeper than ${maxDepth} levels`, path);
    const char = this.#text[this.#at];
    if (char === '{') return this.#object(path, depth);
    if (char === '[') return this.#array(path, depth);
    if (char === '"') return this.#string(path);
    const number = this.#take(/-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?(?![\w.])/y);
    if (number !== undefined) return this.#number(number, path);
    const at = this.#at;
    const word = this.#take(/[\w.+-]+/y);
    if (word !== undefined && literals.has(word)) return literals.get(word);
    this.#at = at;
    return this.#fail(`expected a value, found ${word === undefined ? this.#found() : quoted(word)}`, path);
  }

  /** Whole numbers beyond 2^53 would silently become others. */
  #number(text: string, path: string): number {
    const number = Number(text);
    if (/^-?\d+$/.test(text) && !Number.isSafeInteger(number)) {
      this.#fail(`${text} is too large for a number: write it as a string`, path, this.#at - text.length);
    }
    return number;
  }

  #string(path: string): string {
    const from = this.#at;
    for (let at = from + 1; at < this.#text.length; at++) {
      const char = this.#text[at]!;
      if (char === '"') {
        this.#at = at + 1;
        return JSON.parse(this.#text.slice(from, this.#at)) as string;
      }
      if (char < ' ') this.#fail('unescaped control character in a string', path, at);
      if (char !== '\\') continue;
      if (!/^\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/.test(this.#text.slice(at, at + 6))) {
        this.#fail('unknown escape', path, at);
      }
      at += 1;
    }
    return this.#fail('unterminated string', path, from);
  }

  #array(path: string, depth: number): unknown[] {
    const values: unknown[] = [];
    this.#at += 1;
    this.#space();
    if (this.#take(/\]/y) !== undefined) return values;
    for (;;) {
      values.push(this.#value(`${path}/${values.length}`, depth + 1));
      this.#space();
      if (this.#take(/\]/y) !== undefined) return values;
      if (this.#take(/,/y) === undefined) this.#fail(`expected ',' or ']', found ${this.#found()}`, path);
    }
  }

  #object(path: string, depth: number): object {
    const entries = new Map<string, unknown>();
    this.#at += 1;
    this.#space();
    if (this.#take(/\}/y) !== undefined) return {};
    for (;;) {
      this.#space();
      const at = this.#at;
      if (this.#text[at] !== '"') this.#fail(`expected a quoted name, found ${this.#found()}`, path);
      const name = this.#string(path);
      if (entries.has(name)) this.#fail(duplicate(name), `${path}/${pointerPart(name)}`, at);
      this.#space();
      if (this.#take(/:/y) === undefined) this.#fail(`expected ':', found ${this.#found()}`, path);
      entries.set(name, this.#value(`${path}/${pointerPart(name)}`, depth + 1));
      this.#space();
      // Object.fromEntries defines properties: a name like __proto__ is data like any other.
      if (this.#take(/\}/y) !== undefined) return Object.fromEntries(entries);
      if (this.#take(/,/y) === undefined) this.#fail(`expected ',' or '}', found ${this.#found()}`, path);
    }
  }
}
