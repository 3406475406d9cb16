import { builtInKernel, type KernelDefinition } from '@spoor/bpf';
import type { FilterKindName } from '@spoor/bpf/enums';
import { nearest, SpoorError, typeName } from '@spoor/core';
import { eventFields, eventNames, fieldProblem } from '../events/fields.js';
import { filterKinds } from '../kinds/filter-kinds.js';
import { type FilterKind, hasTexts, standsAlone } from '../kinds/kind.js';
import { defaultScopeName, type EventCondition, type Filter, type Operator, type Scope } from '../scope.js';
import { duplicate, nameProblem, type Problem, problemOf, unsupported } from './check.js';
import { Cursor } from './cursor.js';
import type { KernelOptions } from './print.js';
import { quoted } from './syntax-error.js';

/** Names of filters in Tracee's scopes. */
const aliases: ReadonlyMap<string, FilterKindName> = new Map([
  ['executable', 'exe'],
  ['exec', 'exe'],
  ['binary', 'exe'],
  ['bin', 'exe'],
]);

export interface ParseScopeOptions extends KernelOptions {
  /** The name if the expression has none; `scope` by default. */
  readonly name?: string;
}

/**
 * Parses a scope expression. The README of this package has the grammar; `spoor list filters` lists
 * the filters.
 *
 * @throws {SpoorError} SCOPE_SYNTAX when the expression does not follow the grammar; UNKNOWN_FILTER
 * or UNKNOWN_EVENT when a name does not exist; INVALID_VALUE when a value does not fit its filter.
 * `details.column` counts characters from 1
 *
 * @example
 * ```ts
 * const build = parseScope('build: comm=node,npm uid>=1000 exe!=*.sh follow open.path=/etc/*');
 * ```
 */
export function parseScope(text: string, options: ParseScopeOptions = {}): Scope {
  const { name = defaultScopeName, kernel = builtInKernel } = options;
  const wrong = typeof text === 'string' ? nameProblem(name) : notText('parseScope()', 'a string', text);
  if (wrong !== undefined) throw new SpoorError('INVALID_VALUE', wrong.problem, { remedy: wrong.remedy });
  return new ScopeParser(text, kernel).parse(name);
}

export function notText(where: string, expected: string, value: unknown): Required<Problem> {
  return {
    problem: `${where}: expected ${expected}, got ${typeName(value)}`,
    remedy: 'Give an expression, for example uid=0 follow.',
  };
}

/** A name and a colon in front of an expression. */
export const namePrefix = /^\s*([^\s:=<>!"*,]*):(?=\s|$)/u;

const wordPattern = /[A-Za-z][A-Za-z0-9_-]*(?:\.[A-Za-z0-9_]*)?/y;
const operatorPattern = /!=|<=|>=|=|<|>/y;

class ScopeParser {
  readonly #cursor: Cursor;
  readonly #filters: Filter[] = [];
  readonly #events = new Map<string, EventCondition[]>();
  readonly #kernel: KernelDefinition;
  #follows = false;

  constructor(text: string, kernel: KernelDefinition) {
    this.#cursor = new Cursor(text);
    this.#kernel = kernel;
  }

  parse(fallbackName: string): Scope {
    const name = this.#readName() ?? fallbackName;
    const named = this.#cursor.at > 0;
    this.#cursor.skipSpace();
    if (this.#cursor.at === this.#cursor.text.length && !named) {
      this.#cursor.fail({
        problem: 'empty expression: expected a filter, such as uid=0',
        from: 0,
        to: this.#cursor.text.length,
      });
    }
    while (this.#cursor.at < this.#cursor.text.length) {
      this.#readTerm();
      const end = this.#cursor.at;
      this.#cursor.skipSpace();
      if (this.#cursor.at === end && this.#cursor.at < this.#cursor.text.length) {
        this.#cursor.fail({
          problem: `expected a space before ${quoted(this.#cursor.text[end]!)}`,
          from: end,
        });
      }
    }
    const events = [...this.#events].map(([event, where]) => ({ event, where }));
    return { name, filters: this.#filters, follows: this.#follows, events };
  }

  #readName(): string | undefined {
    const match = namePrefix.exec(this.#cursor.text);
    if (!match) return undefined;
    const name = match[1]!;
    const from = match[0].length - 1 - name.length;
    const wrong = nameProblem(name);
    if (wrong !== undefined) this.#cursor.fail({ ...wrong, from, to: from + name.length });
    this.#cursor.at = match[0].length;
    return name;
  }

  #readTerm(): void {
    const from = this.#cursor.at;
    const negated = this.#cursor.text[this.#cursor.at] === '!';
    if (negated) this.#cursor.at += 1;
    const word = this.#cursor.take(wordPattern);
    if (word === undefined) {
      this.#cursor.at = from;
      this.#cursor.fail({
        problem: `expected a filter, an event or 'follow', found ${quoted(this.#cursor.text[from]!)}`,
        from,
      });
    }
    const place = { word, from, to: this.#cursor.at };
    const operator = this.#cursor.take(operatorPattern) as Operator | undefined;
    if (operator === undefined) this.#readWord(place, negated);
    else if (negated) {
      const problem = "'!' before a comparison is not supported";
      this.#cursor.fail({ problem, from, remedy: `Write ${word}!=VALUE.` });
    } else this.#readComparison(place, operator);
  }

  /** A word without an operator: a flag, an event, `follow`. */
  #readWord({ word, from, to }: Place, negated: boolean): void {
    const kind = kindOf(word);
    if (kind !== undefined && standsAlone(kind.shape)) {
      this.#addFilter({ kind: word as FilterKindName, operator: negated ? '!=' : '=', values: [] }, from, to);
    } else if (kind !== undefined) {
      this.#cursor.fail({
        problem: `${word}: missing comparison`,
        from,
        to,
        remedy: `For example: ${kind.examples[0]}.`,
      });
    } else if (word === 'not-container' && !negated) {
      this.#addFilter({ kind: 'container', operator: '!=', values: [] }, from, to);
    } else if (negated) {
      this.#cursor.fail({ problem: `${quoted(word)} is not a flag and cannot be negated`, from, to });
    } else if (word === 'follow') {
      if (this.#follows) this.#cursor.fail({ problem: duplicate(word), from, to });
      this.#follows = true;
    } else if (eventFields(word, this.#kernel) !== undefined) {
      if (!this.#events.has(word)) this.#events.set(word, []);
    } else {
      this.#unknown({ word, from, to });
    }
  }

  #readComparison(place: Place, operator: Operator): void {
    if (place.word.includes('.')) return this.#readCondition(place, operator);
    const { from, to } = place;
    const name = aliases.get(place.word) ?? place.word;
    const kind = kindOf(name);
    if (kind === undefined) return this.#unknown(place);
    if (kind.shape === 'flag' || (kind.shape === 'flag-or-text' && this.#isTruth()))
      return this.#readFlagValue(name as FilterKindName, operator, from);
    if (!kind.operators.includes(operator)) {
      this.#cursor.fail({
        problem: unsupported(name, kind, operator),
        from,
        to: this.#cursor.at,
      });
    }
    this.#noFlagAsValue(name, kind);
    const values = this.#cursor.takeValues(kind, name);
    this.#addFilter({ kind: name as FilterKindName, operator, values }, from, to);
  }

  /** Rejects `pid=new`, Tracee's spelling of `new`. */
  #noFlagAsValue(name: string, kind: FilterKind): void {
    const { at, text } = this.#cursor;
    const value = /[^\s,]*/y.exec(text.slice(at))?.[0] ?? '';
    const flag = kindOf(value);
    if (hasTexts(kind.shape) || flag === undefined || !standsAlone(flag.shape)) return;
    const remedy = `${value} is a separate filter. Write ${value} instead of ${name}=${value}.`;
    this.#cursor.fail({
      problem: `${name}: expected ${kind.expected}`,
      from: at,
      to: at + value.length,
      remedy,
      code: 'INVALID_VALUE',
    });
  }

  /** Returns true if an unquoted `true` or `false` follows. */
  #isTruth(): boolean {
    return /^(?:true|false)(?:\s|$)/.test(this.#cursor.text.slice(this.#cursor.at));
  }

  /** Reads `container=true`, which means `container`. */
  #readFlagValue(kind: FilterKindName, operator: Operator, from: number): void {
    const at = this.#cursor.at;
    const value = this.#cursor.take(/[^\s]*/y) ?? '';
    if ((operator !== '=' && operator !== '!=') || (value !== 'true' && value !== 'false')) {
      const problem = `${kind} takes only true or false`;
      this.#cursor.fail({ problem, from: at, to: this.#cursor.at, remedy: `Write ${kind} or !${kind}.` });
    }
    const set = (operator === '=') === (value === 'true');
    this.#addFilter({ kind, operator: set ? '=' : '!=', values: [] }, from, this.#cursor.at);
  }

  #readCondition({ word, from, to }: Place, operator: Operator): void {
    const [event = '', field = ''] = word.split('.');
    const fields = eventFields(event, this.#kernel);
    if (fields === undefined) {
      const guess = nearest(event, eventNames(this.#kernel));
      const remedy = guess === undefined ? 'List all events: spoor list events.' : `Did you mean ${guess}?`;
      this.#cursor.fail({
        problem: `unknown event ${quoted(event)}`,
        from,
        to: from + event.length,
        remedy,
        code: 'UNKNOWN_EVENT',
      });
    }
    const kind = Object.hasOwn(fields, field) ? fields[field] : undefined;
    if (kind === undefined) {
      this.#cursor.fail({ ...fieldProblem(event, field, this.#kernel), from: from + event.length + 1, to });
    }
    if (!kind.operators.includes(operator)) {
      this.#cursor.fail({
        problem: unsupported(word, kind, operator),
        from,
        to: this.#cursor.at,
      });
    }
    const values = this.#cursor.takeValues(kind, word);
    const where = this.#events.get(event) ?? [];
    const before = where.filter((other) => other.field === field);
    const wrong = problemOf({ name: word, kind, operator, values, before });
    if (wrong) this.#cursor.fail({ ...wrong, from, to });
    this.#events.set(event, [...where, { field, operator, values }]);
  }

  #addFilter(filter: Filter, from: number, to: number): void {
    const { kind: name, operator, values } = filter;
    const before = this.#filters.filter((other) => other.kind === name);
    const wrong = problemOf({ name, kind: filterKinds[name], operator, values, before });
    if (wrong) this.#cursor.fail({ ...wrong, from, to });
    this.#filters.push(filter);
  }

  #unknown({ word, from, to }: Place): never {
    const known = [...Object.keys(filterKinds), 'follow', ...eventNames(this.#kernel), ...aliases.keys()];
    const guess = nearest(word, known);
    const remedy = guess === undefined ? 'List all filters: spoor list filters.' : `Did you mean ${guess}?`;
    throw this.#cursor.fail({
      problem: `unknown filter ${quoted(word)}`,
      from,
      to,
      remedy,
      code: 'UNKNOWN_FILTER',
    });
  }
}

interface Place {
  readonly word: string;
  readonly from: number;
  readonly to: number;
}

function kindOf(name: string): FilterKind | undefined {
  return Object.hasOwn(filterKinds, name) ? filterKinds[name as FilterKindName] : undefined;
}
