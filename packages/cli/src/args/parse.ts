import { parseArgs } from 'node:util';
import { nearest, SpoorError } from '@spoor/core';
import { helpOption, type Option, type Usage } from './option.js';

/** What was written on a command line. */
export class Arguments {
  readonly positionals: readonly string[];
  /** What follows `--`; undefined without it. */
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

  /** Whether an option was given. */
  has(name: string): boolean {
    return this.#values.has(name);
  }

  /** The value of an option, put through `read`; undefined when it was not given. */
  get<T = string>(name: string, read?: (value: string, option: string) => T): T | undefined {
    const value = this.#values.get(name)?.at(-1);
    if (value === undefined) return undefined;
    return read === undefined ? (value as T) : read(value, `--${name}`);
  }

  /** All values of an option that may be repeated. */
  all(name: string): readonly string[] {
    return this.#values.get(name) ?? [];
  }
}

/**
 * Reads a command line by its usage.
 *
 * @throws SpoorError `UNKNOWN_OPTION`, `INVALID_VALUE`, `USAGE`
 */
export function parseArguments(usage: Usage, args: readonly string[]): Arguments {
  const { own, command } = splitCommand(usage, args);
  const options = [...usage.options, helpOption];
  const { tokens } = parseArgs({
    args: [...own],
    options: Object.fromEntries(options.map((option) => [option.name, parserOption(option)])),
    allowPositionals: true,
    // Its own complaints say less than ours: neither the nearest name nor a code. The tokens have all there is to check.
    strict: false,
    tokens: true,
  });
  const values = new Map<string, string[]>();
  const positionals: string[] = [];
  /** From the first positional on: a command that lacks its "--", where there can be one. */
  let bare: readonly string[] = [];
  for (const token of tokens) {
    if (token.kind === 'positional') {
      if (positionals.length === 0 && usage.command && command === undefined) bare = own.slice(token.index);
      positionals.push(token.value);
    }
    if (token.kind !== 'option') continue;
    const option = options.find(({ name }) => name === token.name);
    if (option === undefined) throw unknownOption(usage, options, token.rawName, bare);
    const given = values.get(option.name) ?? [];
    if (given.length > 0 && option.multiple !== true && option.value !== undefined) {
      throw new SpoorError('USAGE', `${token.rawName} is given twice`, { remedy: 'Give it once.' });
    }
    given.push(givenValue(option, token));
    values.set(option.name, given);
  }
  if (!values.has('help')) checkPositionals(usage, positionals);
  return new Arguments(values, positionals, command);
}

function parserOption({ value, short, multiple }: Option) {
  return {
    type: value === undefined ? ('boolean' as const) : ('string' as const),
    ...(short === undefined ? {} : { short }),
    ...(multiple === undefined ? {} : { multiple }),
  };
}

function splitCommand(usage: Usage, args: readonly string[]) {
  const at = usage.command ? args.indexOf('--') : -1;
  if (at < 0) return { own: args, command: undefined };
  const command = args.slice(at + 1);
  if (command.length === 0) {
    throw new SpoorError('USAGE', 'There is no command after "--"', {
      remedy: `Write it there: spoor ${usage.name} -- ls /`,
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
  // `--out --stats` is an option that lost its value far more often than a file of that name.
  if (inlineValue !== true && value.length > 1 && value.startsWith('-')) {
    throw new SpoorError('INVALID_VALUE', `${rawName} needs a value, and ${value} looks like an option`, {
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
  return new SpoorError('UNKNOWN_OPTION', `spoor ${usage.name} has no option ${rawName}`, {
    remedy:
      bare.length > 0
        ? commandRemedy(usage, bare)
        : guess === undefined
          ? `See spoor ${usage.name} --help.`
          : `Did you mean --${guess}?`,
  });
}

const commandRemedy = ({ name }: Usage, words: readonly string[]) =>
  `A command comes after "--": spoor ${name} -- ${words.join(' ')}`;

function checkPositionals(usage: Usage, given: readonly string[]): void {
  const { min, max, name } = usage.positionals ?? { min: 0, max: 0, name: '' };
  const surplus = given[max];
  if (surplus !== undefined) {
    const remedy = usage.command
      ? commandRemedy(usage, given)
      : `Write: spoor ${usage.name} ${usage.synopsis}`;
    throw new SpoorError('USAGE', `spoor ${usage.name}: unexpected argument ${JSON.stringify(surplus)}`, {
      remedy,
    });
  }
  if (given.length < min) {
    throw new SpoorError('USAGE', `spoor ${usage.name} needs ${name}`, {
      remedy: `Write: spoor ${usage.name} ${usage.synopsis}`,
    });
  }
}
