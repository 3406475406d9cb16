import { constants } from 'node:os';
import { errorCodes, type SpoorErrorCode } from '@spoor/btf';

/** What `spoor` exits with when it is not the command's own status. */
export const exitStatus = {
  ok: 0,
  /** This machine cannot do it, or an input is not what it says. */
  environment: 1,
  /** Something was written wrong. */
  usage: 2,
  notExecutable: 126,
  notFound: 127,
  /** 128 + SIGPIPE: what a tool has that nobody listens to any more. */
  closed: 141,
} as const;

const special: Partial<Record<SpoorErrorCode, number>> = {
  COMMAND_NOT_FOUND: exitStatus.notFound,
  COMMAND_NOT_EXECUTABLE: exitStatus.notExecutable,
  OUTPUT_CLOSED: exitStatus.closed,
};

export function statusOfError(code: SpoorErrorCode): number {
  return special[code] ?? (errorCodes[code] === 'usage' ? exitStatus.usage : exitStatus.environment);
}

/** As a shell has it in `$?`. */
export function statusOfSignal(signal: NodeJS.Signals): number {
  return 128 + constants.signals[signal];
}

/** As a shell has it in `$?`, for a process that has ended. */
export function statusOfExit(exit: {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}): number {
  return exit.signal === null ? (exit.code ?? exitStatus.environment) : statusOfSignal(exit.signal);
}

/** The lines on exit statuses in `--help`. */
export const statusHelp =
  "Exit status: the command's own, and 128 + N when signal N ended it; 127 when it does not exist, 126 when it cannot " +
  'be executed; 2 for a mistake on the command line, 1 when this machine cannot trace. Without a command: 0, ' +
  '128 + N when signal N ended the trace, 141 when nobody reads the output any more.';
