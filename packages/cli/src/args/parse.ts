import { parseArgs } from 'node:util';
import { nearest, SpoorError } from '@spoor/core';
import { commandLine } from '../output/shell-words.js';
import { helpOption, type Option, type Usage } from './option.js';

/** A parsed command line. */
export class Arguments {
  readonly positionals: readonly string[];
  /** The words after `--`; undefined without `--`. */
  readonly command: readonly string[] | undefined;
  readonly #values: ReadonlyMap<string, readonly string[]>;

  constructor(
    values: ReadonlyMap<string, readonly string[]>,
    positionals: readonly string[],
    command: readonly string[] | undefined,
  ) {
    this.#values = values;
    this.positionals = positionals;
    this.command = command;
  }

  /** Returns true if the option was given. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** Returns the value of an option, parsed by `read`; undefined if the option was not given. */
  get<T = string>(name: string, read?: (value: string, option: string) => T): T | undefined {
    const value = this.#values.get(name)?.at(-1);
    if (value === undefined) return undefined;
    return read === undefined ? (value as T) : read(value, `--${name}`);
  }

  /** Returns all values of an option that may be repeated. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

/**
 * Parses a command line.
 * @throws {SpoorError} UNKNOWN_OPTION when an option does not exist
 * @throws {SpoorError} INVALID_VALUE when a value is missing, or given to a switch, or when an
 *   argument is empty
 * @throws {SpoorError} USAGE when an option is repeated, or an argument is missing or unexpected
 */
export function parseArguments(usage: Usage, args: readonly string[]): Arguments {
  const { own, command } = splitCommand(usage, args);
  const options = [...usage.options, helpOption];
  const { tokens } = parseArgs({
    args: [...own],
    options: Object.fromEntries(options.flatMap(parserOptions)),
    allowPositionals: true,
    // Strict errors have no code and suggest no name, so this function checks the tokens.
    strict: false,
    tokens: true,
  });
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  /** The words from the first positional on, if they can be a command that lacks its "--". */
  let bare: readonly string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (positionals.length === 0 && usage.command && command === undefined) bare = own.slice(token.index);
      positionals.push(token.value);
    }
    if (token.kind !== 'option') continue;
    const option = options.find(({ name, aliases }) => name === token.name || aliases?.includes(token.name));
    if (option === undefined) throw unknownOption(usage, options, token.rawName, bare);
    const given = values.get(option.name) ?? [];
    if (given.length > 0 && option.multiple !== true && option.value !== undefined) {
      const full = `--${option.name}`;
      const alias = token.rawName === full ? '' : `: ${token.rawName} is another name for it`;
      throw new SpoorError('USAGE', `duplicate ${full}${alias}`, { remedy: `Give ${full} once.` });
    }
    given.push(givenValue(option, token));
    values.set(option.name, given);
  }
  if (!values.has('help')) checkPositionals(usage, positionals);
  return new Arguments(values, positionals, command);
}

function parserOptions({ name, aliases = [], value, short, multiple }: Option) {
  const type = value === undefined ? ('boolean' as const) : ('string' as const);
  const option = { type, ...(multiple === undefined ? {} : { multiple }) };
  return [
    [name, { ...option, ...(short === undefined ? {} : { short }) }],
    ...aliases.map((alias) => [alias, option] as const),
  ] as const;
}

function splitCommand(usage: Usage, args: readonly string[]) {
  const at = usage.command ? args.indexOf('--') : -1;
  if (at < 0) return { own: args, command: undefined };
  const command = args.slice(at + 1);
  if (command.length === 0) {
    throw new SpoorError('USAGE', 'missing command after "--"', {
      remedy: `Write it after "--": spoor ${usage.name} -- ls /`,
    });
  }
  return { own: args.slice(0, at), command };
}

interface OptionToken {
  readonly rawName: string;
  readonly value: string | undefined;
  readonly inlineValue: boolean | undefined;
}

function givenValue({ value: wanted, name }: Option, token: OptionToken): string {
  const { rawName, value, inlineValue } = token;
  if (wanted === undefined) {
    if (value === undefined) return '';
    throw new SpoorError('INVALID_VALUE', `${rawName} takes no value`, { remedy: `Write --${name} alone.` });
  }
  if (value === undefined || value === '') {
    throw new SpoorError('INVALID_VALUE', `${rawName} needs a value: ${wanted}`, {
      remedy: `Write --${name}=${wanted}.`,
    });
  }
  // In `--record --stats` the value is more likely missing than a file called --stats.
  if (inlineValue !== true && value.length > 1 && value.startsWith('-')) {
    throw new SpoorError('INVALID_VALUE', `${rawName} needs a value, but ${value} looks like an option`, {
      remedy: `Write --${name}=${value} if that is the value.`,
    });
  }
  return value;
}

function unknownOption(
  usage: Usage,
  options: readonly Option[],
  rawName: string,
  bare: readonly string[],
): SpoorError {
  const guess = nearest(
    rawName.replace(/^-+/, ''),
    options.map(({ name }) => name),
  );
  return new SpoorError('UNKNOWN_OPTION', `unknown option ${rawName}`, {
    remedy:
      bare.length > 0
        ? commandRemedy(usage, bare)
        : guess === undefined
          ? `See spoor ${usage.name} --help.`
          : `Did you mean --${guess}?`,
  });
}

const commandRemedy = ({ name }: Usage, words: readonly string[]) =>
  `A command comes after "--": spoor ${name} -- ${commandLine(words, undefined, false)}`;

function checkPositionals(usage: Usage, given: readonly string[]): void {
  const { min, max, name } = usage.positionals ?? { min: 0, max: 0, name: '' };
  const surplus = given[max];
  if (surplus !== undefined) {
    const remedy = usage.command
      ? commandRemedy(usage, given)
      : `Write: spoor ${usage.name} ${usage.synopsis}`;
    throw new SpoorError('USAGE', `unexpected argument '${surplus}'`, {
      remedy,
    });
  }
  const remedy = `Write: spoor ${usage.name} ${usage.synopsis}`;
  if (given.length < min) throw new SpoorError('USAGE', `missing argument: ${name}`, { remedy });
  if (given.includes('')) throw new SpoorError('INVALID_VALUE', `empty argument: ${name}`, { remedy });
}
