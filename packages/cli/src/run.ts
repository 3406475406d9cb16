import { nearest, SpoorError } from '@spoor/core';
import { checkEncoding } from './args/encoding.js';
import { columns, helpText } from './args/help.js';
import { parseArguments } from './args/parse.js';
import { exitStatus, type Outcome, statusOfError } from './exit-status.js';
import { reportFailure } from './failure.js';
import { type Io, standardIo } from './io.js';
import { commandLine } from './output/shell-words.js';
import { sinkError } from './output/sink-error.js';
import { subcommands } from './subcommands.js';
import { version } from './version.js';

/**
 * Runs `spoor` with these arguments. Resolves once all output is written.
 *
 * @returns the exit status, or the signal that ended the traced command
 *
 * @example
 * ```ts
 * const status = await run(['replay', 'build.spoor', '-f', 'json', '-o', 'build.jsonl']);
 * if (status !== 0) console.error('the recording cannot be shown');
 * ```
 */
export async function run(args: readonly string[], io: Io = standardIo()): Promise<Outcome> {
  let status: Outcome;
  try {
    status = await dispatch(args, io);
  } catch (error) {
    status = await reportFailure(error, io.err);
  }
  await io.out.sink.drained();
  const failure = sinkError(io.out.sink);
  // A reader such as head closes the pipe on purpose. A full disk must be reported.
  if (status === exitStatus.ok && failure !== undefined) {
    status =
      failure.code === 'OUTPUT_CLOSED' ? statusOfError(failure.code) : await reportFailure(failure, io.err);
  }
  await io.err.sink.drained();
  const unsaid = sinkError(io.err.sink);
  return status === exitStatus.ok && unsaid?.code === 'OUTPUT_UNWRITABLE'
    ? statusOfError(unsaid.code)
    : status;
}

async function dispatch(args: readonly string[], io: Io): Promise<Outcome> {
  const [name, ...rest] = args;
  // The launcher executes the command, by its bytes.
  const count = io.launcher?.gateFd === undefined ? args.length : args.indexOf('--');
  checkEncoding(args, count);
  if (name === '--version' || name === '-V') {
    refuseMore(rest, name);
    io.out.sink.write(`spoor ${version()}\n`);
    return exitStatus.ok;
  }
  const wantsHelp = name === '--help' || name === '-h' || name === 'help';
  if (name === undefined || (wantsHelp && rest.length === 0)) {
    (wantsHelp ? io.out : io.err).sink.write(overview());
    return wantsHelp ? exitStatus.ok : exitStatus.usage;
  }
  const wanted = wantsHelp ? rest[0]! : name;
  if (wantsHelp) refuseMore(rest.slice(1), `help ${wanted}`);
  const entry = Object.hasOwn(subcommands, wanted) ? subcommands[wanted] : undefined;
  if (entry === undefined) throw unknownSubcommand(wanted);
  const subcommand = await entry.load();
  const parsed = parseArguments(subcommand.usage, wantsHelp ? ['--help'] : rest);
  if (!parsed.has('help')) return subcommand.run(parsed, io);
  io.out.sink.write(helpText(subcommand.usage));
  return exitStatus.ok;
}

/** @throws {SpoorError} USAGE when an argument follows this command line, which is whole */
function refuseMore([surplus]: readonly string[], whole: string): void {
  if (surplus === undefined) return;
  throw new SpoorError('USAGE', `unexpected argument '${surplus}'`, { remedy: `Write: spoor ${whole}` });
}

function overview(): string {
  const rows = Object.entries(subcommands).map(([name, { summary }]) => [name, summary] as const);
  return [
    'Trace a command, or what a scope matches, and all descendants.\n',
    'Usage: spoor COMMAND [options]\n',
    `Commands:\n${columns(rows)}`,
    'spoor COMMAND --help shows the options. spoor --version prints the version.\n',
  ].join('\n');
}

function unknownSubcommand(name: string): SpoorError {
  if (name.startsWith('-')) {
    return new SpoorError('UNKNOWN_OPTION', `unknown option ${name}`, { remedy: 'See spoor --help.' });
  }
  if (name === '') return new SpoorError('USAGE', 'empty command', { remedy: 'See spoor --help.' });
  const guess = nearest(name, Object.keys(subcommands));
  return new SpoorError('USAGE', `unknown command '${name}'`, {
    remedy:
      guess === undefined
        ? `To trace it, write: spoor trace -- ${commandLine([name], undefined, false)}`
        : `Did you mean spoor ${guess}? See spoor --help.`,
  });
}
