import { constants } from 'node:os';
import { errorCodes, type SpoorErrorCode } from '@spoor/core';
import type { CommandExit } from '@spoor/tracer';

/** Exit statuses of `spoor` itself, as opposed to those of the command. */
export const exitStatus = {
  ok: 0,
  /** This machine cannot trace, or an input is damaged. */
  environment: 1,
  /** The caller made a mistake. */
  usage: 2,
} as const;

/** Returns the exit status for an error. */
export const statusOfError = (code: SpoorErrorCode): number => errorCodes[code].exitStatus;

/** The end of `spoor`: an exit status, or the signal that ended the command. */
export type Outcome = number | { readonly signal: number };

export function outcomeOfSignal(signal: NodeJS.Signals | `SIGRT${number}`): Outcome {
  const realTime = /^SIGRT(\d+)$/.exec(signal)?.[1];
  return {
    signal: realTime === undefined ? constants.signals[signal as NodeJS.Signals] : 32 + Number(realTime),
  };
}

export function outcomeOfExit({ code, signal }: CommandExit): Outcome {
  return signal === null ? (code ?? exitStatus.environment) : outcomeOfSignal(signal);
}

/** The paragraph on exit statuses in `--help`. */
export const statusHelp =
  'Exit status: the status of the command, or the signal that ended it (128 + N in a shell); 127 if the command does not ' +
  'exist, 126 if it cannot be executed; 2 for an error on the command line or an output that cannot be written; 1 if this ' +
  'machine cannot trace. Without a command: 0, the signal that ended the trace, or 141 if the reader closed the output.';
