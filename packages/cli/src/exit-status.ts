import { constants } from 'node:os';
import { errorCodes, type SpoorErrorCode } from '@spoor/core';
import type { CommandExit } from '@spoor/tracer';

/** What `spoor` exits with when it is not the command's own status. */
export const exitStatus = {
  ok: 0,
  /** This machine cannot trace, or an input is damaged. */
  environment: 1,
  /** The caller made a mistake. */
  usage: 2,
} as const;

/** Returns what `spoor` exits with after an error. */
export const statusOfError = (code: SpoorErrorCode): number => errorCodes[code].exitStatus;

/** How `spoor` ends: with an exit status or, as its command did, by a signal. */
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

/** The lines on exit statuses in `--help`. */
export const statusHelp =
  "Exit status: the command's own, or the signal that ended it (128 + N in a shell); 127 when it does not exist, 126 when it " +
  'cannot be executed; 2 for a mistake on the command line or an output that cannot be ' +
  'written, 1 when this machine cannot trace. Without a command: 0, ' +
  'the signal that ended the trace, or 141 when the reader of the output has closed it.';
