import { parseArgs } from 'node:util';
import { nearest, SpoorError } from '@spoor/core';

/** The arguments of the command. */
export interface Settings {
  /** Benchmarks to run, in the order of the table. */
  readonly names: readonly string[];
  /** A smoke test: everything runs, with counts that say nothing about speed. */
  readonly quick: boolean;
  /** Folder that the page, the pictures and the results go to. */
  readonly out: string | undefined;
  readonly help: boolean;
}

/**
 * @param known names of all benchmarks
 * @throws SpoorError `UNKNOWN_OPTION`, `USAGE` for a name that there is not
 */
export function readSettings(args: readonly string[], known: readonly string[]): Settings {
  const { values, positionals } = parsed(args);
  for (const name of positionals) {
    if (known.includes(name)) continue;
    const guess = nearest(name, known);
    throw new SpoorError('USAGE', `There is no benchmark ${JSON.stringify(name)}`, {
      remedy: guess === undefined ? `There are ${known.join(', ')}.` : `Did you mean ${guess}?`,
    });
  }
  return {
    names: positionals.length === 0 ? known : known.filter((name) => positionals.includes(name)),
    quick: values.quick ?? false,
    out: values.out,
    help: values.help ?? false,
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        quick: { type: 'boolean' },
        out: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (cause) {
    const [message] = (cause as Error).message.split('. ');
    throw new SpoorError('UNKNOWN_OPTION', message ?? '', { cause, remedy: 'See pnpm bench --help.' });
  }
}
