import { errorCodes, escapeText, SpoorError } from '@spoor/core';
import { generateCommand } from './generate.js';
import type { Output } from './output.js';
import { usage } from './usage.js';

/**
 * Runs the command `spoor-btf` with these arguments.
 *
 * @returns the exit status
 */
export function run(args: readonly string[], output: Output): number {
  try {
    return dispatch(args, output);
  } catch (error) {
    if (!(error instanceof SpoorError)) throw error;
    output.err(`spoor-btf: ${error.code}: ${printable(error.message)}\n`);
    if (error.remedy !== undefined) output.err(`  ${printable(error.remedy)}\n`);
    return errorCodes[error.code].exitStatus;
  }
}

function dispatch([name, ...rest]: readonly string[], output: Output): number {
  if (name === 'generate') return generateCommand(rest, output);
  if (name === '--help' || name === '-h' || name === 'help') {
    output.out(usage);
    return 0;
  }
  const message = name === undefined ? 'missing command' : `unknown command '${name}'`;
  throw new SpoorError('USAGE', message, { remedy: 'See: npx @spoor/btf --help' });
}

/** Without what a terminal would obey; lines and backslashes stay. */
const printable = (text: string): string => text.replace(/[^\n\\]+/g, escapeText);
