import { relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { errorCodes, escapeText, SpoorError } from '@spoor/core';
import { buildKernel } from './build.js';
import { defineKernel, listedParts } from './define.js';

/** Standard output and standard error of the command. */
export interface Output {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
}

const usage = `Build a kernel side of Spoor with the events of extensions.

Usage: npx @spoor/build [options]

Without --event and --use, the lists in package.json count:
  "spoor": { "events": ["umask.h"], "use": ["spoor-event-umask"] }

Writes kernel.js, kernel.d.ts and the compiled objects. Needs clang and llvm-strip.

Options:
  -e, --event HEADER   Add the event of this header. Its declaration is beside it. Repeatable.
  -u, --use PACKAGE    Add the events of an installed package. Repeatable.
  -o, --out FOLDER     Write into this folder (default: dist). Only generated files are overwritten.
  -h, --help           Show this help.

Exit status: 0 if all files were written, 1 if that failed, 2 if an argument is wrong.
`;

/**
 * Runs the command `spoor-build` with these arguments, in the current folder.
 *
 * @returns the exit status
 */
export async function run(args: readonly string[], output: Output): Promise<number> {
  try {
    const { help, event = [], use = [], out } = parse(args);
    if (help) {
      output.out(usage);
      return 0;
    }
    const isNamed = event.length > 0 || use.length > 0;
    const plan = defineKernel({
      folder: '.',
      ...(isNamed ? { events: event, use } : listedParts(resolve('.'))),
    });
    for (const { kind, number, from } of plan.events)
      output.out(`event ${kind}: ${from}, number ${number}\n`);
    const { files } = await buildKernel(plan, out);
    for (const path of files) output.out(`${relative('.', path)}: written\n`);
    return 0;
  } catch (error) {
    if (!(error instanceof SpoorError)) throw error;
    output.err(`spoor-build: ${error.code}: ${printable(error.message)}\n`);
    if (error.remedy !== undefined) output.err(`  ${printable(error.remedy)}\n`);
    return errorCodes[error.code].exitStatus;
  }
}

function parse(args: readonly string[]) {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        event: { type: 'string', short: 'e', multiple: true },
        use: { type: 'string', short: 'u', multiple: true },
        out: { type: 'string', short: 'o', default: 'dist' },
        help: { type: 'boolean', short: 'h' },
      },
    });
    return values;
  } catch (cause) {
    const isUnknown = (cause as NodeJS.ErrnoException).code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION';
    const message = (cause as Error).message.split(/\. |\n/)[0]!;
    const remedy = 'See: npx @spoor/build --help';
    throw new SpoorError(isUnknown ? 'UNKNOWN_OPTION' : 'USAGE', message, { remedy, cause });
  }
}

/** Without what a terminal would obey; lines and backslashes stay. */
const printable = (text: string): string => text.replace(/[^\n\\]+/g, escapeText);
