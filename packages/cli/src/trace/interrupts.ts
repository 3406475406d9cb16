import { closeSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Outcome } from '../exit-status.js';
import type { Launcher, ReportedSignal } from '../launcher.js';

/** A trace that a signal can end. */
export interface Interruptible {
  /** Sends a signal to the command. Returns false if there is none, or it has ended. */
  kill(signal: NodeJS.Signals): boolean;
  readonly running: boolean;
  close(): void;
}

export type Interruption = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export interface InterruptsOptions {
  /** Prints a note on the terminal. */
  readonly note: (text: string) => void;
  /** Reports the signals. Without a launcher they reach this process. */
  readonly launcher?: Launcher | undefined;
}

/** The parts of a trace that signals act on. */
export interface Begun {
  readonly tracer: Interruptible;
  /** Settles when the command ends; undefined without one. */
  readonly exit: Promise<unknown> | undefined;
  /** Reopens the output files; undefined if no output is a file. */
  readonly reopen?: (() => void) | undefined;
}

/**
 * A signal within this time after the end of the command was meant for the command, in
 * milliseconds. Ctrl-C ends the command and reaches `spoor` too, in either order.
 */
const graceMs = 500;

const caught: readonly Interruption[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Signals to a process group that would end Node.js or open its debugger. They belong to the
 * command.
 */
const disregarded: readonly NodeJS.Signals[] = [
  'SIGUSR1',
  'SIGUSR2',
  'SIGQUIT',
  'SIGALRM',
  'SIGVTALRM',
  'SIGIO',
  'SIGWINCH',
];

/**
 * Decides what a signal does:
 *
 * - Before the command begins, nothing stays loaded and the command never runs.
 * - While the command lives, a signal to the whole process group belongs to the command and has no
 *   other effect. A signal to `spoor` alone is passed on. Of SIGINT, SIGTERM and SIGHUP, counted
 *   together, the second one ends the trace, and the third ends `spoor`.
 * - SIGHUP to `spoor` alone reopens the output files, if there are any. Then it is not passed on.
 * - Without a living command, the trace ends, and the events so far are written. The next signal
 *   ends `spoor` at once.
 */
export class Interrupts {
  readonly #starting = new AbortController();
  readonly #note: (text: string) => void;
  readonly #launcher: Launcher | undefined;
  #begun: Begun | undefined;
  #commandLives = false;
  #commandEndedAt = Number.NEGATIVE_INFINITY;
  #passedOn = 0;
  /** Signals for a command that has begun, while its trace is not yet here. */
  readonly #early: ReportedSignal[] = [];
  #endedBy: Interruption | undefined;

  constructor({ note, launcher }: InterruptsOptions) {
    this.#note = note;
    this.#launcher = launcher;
    for (const signal of caught) process.on(signal, this.#heard);
    // The launcher is in another process group. Only SIGUSR1 must be kept from Node.js.
    for (const signal of launcher === undefined ? disregarded : disregarded.slice(0, 1))
      process.on(signal, nothing);
    launcher?.listen(this.#handle);
  }

  /** Aborts if a signal arrives before the trace has begun. */
  get starting(): AbortSignal {
    return this.#starting.signal;
  }

  /** The signal that ended the trace or prevented it. */
  get endedBy(): Interruption | undefined {
    return this.#endedBy;
  }

  /** Connects the signals to a trace that has begun. */
  began(begun: Begun): void {
    this.#begun = begun;
    this.#commandLives = begun.exit !== undefined;
    void begun.exit?.then(() => {
      this.#commandLives = false;
      this.#commandEndedAt = performance.now();
    });
    for (const signal of this.#early.splice(0)) this.#handle(signal);
  }

  /** Restores the default actions of Node.js. */
  restore(): void {
    for (const signal of caught) process.off(signal, this.#heard);
    for (const signal of disregarded) process.off(signal, nothing);
  }

  /** Handles a signal to this process. */
  readonly #heard = (name: NodeJS.Signals): void => {
    const isTerminals = this.#launcher === undefined && (name === 'SIGINT' ? inForeground() : hungUp(name));
    this.#handle({ name, toGroup: isTerminals });
  };

  readonly #handle = (reported: ReportedSignal): void => {
    if (this.#begun === undefined && this.#launcher?.opened === true) {
      this.#early.push(reported);
      return;
    }
    const { name, toGroup } = reported;
    const signal = name as Interruption;
    const reopen = this.#begun?.reopen;
    if (signal === 'SIGHUP' && !toGroup && reopen !== undefined) return reopen();
    if (this.#commandLives) return toGroup ? undefined : this.#passOn(signal);
    if (performance.now() - this.#commandEndedAt < graceMs) return;
    // The trace has ended and output is being written. A signal now ends that too.
    if (this.#endedBy !== undefined || this.#begun?.tracer.running === false) return this.#die(signal);
    this.#endedBy = signal;
    if (this.#begun === undefined) this.#starting.abort();
    else this.#begun.tracer.close();
  };

  #passOn(signal: Interruption): void {
    const { tracer } = this.#begun!;
    this.#passedOn++;
    if (this.#passedOn === 3) return this.#die(signal);
    tracer.kill(signal);
    if (this.#passedOn !== 2 || !tracer.running) return;
    tracer.close();
    this.#note('tracing has stopped; the command is still running. Send the signal again to end spoor');
  }

  /** Ends by the signal, so that the caller sees which one it was. */
  #die(signal: Interruption): void {
    this.#begun?.tracer.close();
    this.restore();
    endProcess({ signal: constants.signals[signal] }, this.#launcher);
  }
}

/**
 * Ends this process and its launcher, with an exit status or by the signal that ended the command.
 */
export function endProcess(outcome: Outcome, launcher: Launcher | undefined): void {
  launcher?.end(outcome);
  if (typeof outcome === 'number') process.exit(outcome);
  // A core dump of this process would be mistaken for one of the command.
  if (!coreSignals.includes(outcome.signal)) process.kill(process.pid, outcome.signal);
  process.exit(128 + outcome.signal);
}

const { SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS } =
  constants.signals;
const coreSignals = [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS];

function nothing(): void {
  // This handler only replaces the default action of Node.js.
}

/**
 * Returns true if Ctrl-C in the terminal reaches the process group of `spoor` and its command.
 * Compares fields 5 and 8 of /proc/self/stat: the process group, and the foreground group of the
 * terminal.
 */
function inForeground(): boolean {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[2] === fields[5];
}

/** Returns true if a SIGHUP means that the terminal is gone. */
function hungUp(name: NodeJS.Signals): boolean {
  if (name !== 'SIGHUP') return false;
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return false;
  } catch (error) {
    // ENXIO: this process has no terminal. EIO: the terminal is gone.
    return (error as NodeJS.ErrnoException).code === 'EIO';
  }
}
