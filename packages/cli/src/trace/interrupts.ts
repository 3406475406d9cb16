import { closeSync, openSync, readFileSync } from 'node:fs';
import { constants } from 'node:os';
import type { Outcome } from '../exit-status.js';
import type { Launcher, ReportedSignal } from '../launcher.js';

/** A trace that signals can end. */
export interface Interruptible {
  /** Sends a signal to the command; false when there is none, or it has ended. */
  kill(signal: NodeJS.Signals): boolean;
  readonly running: boolean;
  close(): void;
}

export type Interruption = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

export interface InterruptsOptions {
  /** Prints a note on the terminal. */
  readonly note: (text: string) => void;
  /** Reports the signals, where there is one; else they come to this process. */
  readonly launcher?: Launcher | undefined;
}

/** What a trace is made of, as far as signals concern it. */
export interface Begun {
  readonly tracer: Interruptible;
  /** Settles when the command ends; undefined without one. */
  readonly exit: Promise<unknown> | undefined;
  /** Opens the output files anew; undefined where no output is a file. */
  readonly reopen?: (() => void) | undefined;
}

/**
 * A signal this soon after the command's end was meant for it, milliseconds: Ctrl-C ends the command and comes to us, and the
 * kernel chooses which of the two is seen first.
 */
const graceMs = 500;

const caught: readonly Interruption[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Signals that a process group may get, and that would end Node.js or open its debugger. They are the command's. */
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
 * Decides what a signal means:
 *
 * - Before the command begins, nothing is left loaded and the command never runs.
 * - While the command lives, a signal to the whole process group is the command's, and has no other effect. A signal to `spoor` alone
 *   is passed on. The second one stops the tracing, the third leaves the command alone.
 * - SIGHUP to `spoor` alone opens the output files anew, where there are any. It is not passed on then.
 * - With no command, or one that has ended, the trace ends, and what was seen is still written. The next signal ends `spoor`
 *   at once.
 */
export class Interrupts {
  readonly #starting = new AbortController();
  readonly #note: (text: string) => void;
  readonly #launcher: Launcher | undefined;
  #begun: Begun | undefined;
  #commandLives = false;
  #commandEndedAt = Number.NEGATIVE_INFINITY;
  #passedOn = 0;
  /** Signals for a command that was let through before its trace was handed over. */
  readonly #early: ReportedSignal[] = [];
  #endedBy: Interruption | undefined;

  constructor({ note, launcher }: InterruptsOptions) {
    this.#note = note;
    this.#launcher = launcher;
    for (const signal of caught) process.on(signal, this.#heard);
    // The launcher shares no process group with this process: only SIGUSR1 is to be kept from Node.js.
    for (const signal of launcher === undefined ? disregarded : disregarded.slice(0, 1))
      process.on(signal, nothing);
    launcher?.listen(this.#handle);
  }

  /** Aborts when a signal comes before the trace has begun. */
  get starting(): AbortSignal {
    return this.#starting.signal;
  }

  /** The signal that ended the trace, or kept it from beginning. */
  get endedBy(): Interruption | undefined {
    return this.#endedBy;
  }

  /** From now on there is something to end. */
  began(begun: Begun): void {
    this.#begun = begun;
    this.#commandLives = begun.exit !== undefined;
    void begun.exit?.then(() => {
      this.#commandLives = false;
      this.#commandEndedAt = performance.now();
    });
    for (const signal of this.#early.splice(0)) this.#handle(signal);
  }

  /** Back to what Node.js does by itself. */
  restore(): void {
    for (const signal of caught) process.off(signal, this.#heard);
    for (const signal of disregarded) process.off(signal, nothing);
  }

  /** A signal to this very process. */
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
    // The trace is over, and what is left is to write: whoever asks for an end now does not want to wait for that.
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

  /** Dies of the signal, so that the caller sees which it was. */
  #die(signal: Interruption): void {
    this.#begun?.tracer.close();
    this.restore();
    endProcess({ signal: constants.signals[signal] }, this.#launcher);
  }
}

/** Ends this process and its launcher: with an exit status, or by the signal that ended the command. */
export function endProcess(outcome: Outcome, launcher: Launcher | undefined): void {
  launcher?.end(outcome);
  if (typeof outcome === 'number') process.exit(outcome);
  // A core of this process would be taken for the command's.
  if (!coreSignals.includes(outcome.signal)) process.kill(process.pid, outcome.signal);
  process.exit(128 + outcome.signal);
}

const { SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS } =
  constants.signals;
const coreSignals = [SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS];

function nothing(): void {
  // Only Node's own answer to the signal is kept away.
}

/**
 * Whether Ctrl-C in the terminal reaches our whole process group, and so the command: fields 5 and 8 of /proc/self/stat,
 * our group and the one in the terminal's foreground.
 */
function inForeground(): boolean {
  const stat = readFileSync('/proc/self/stat', 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[2] === fields[5];
}

/** Whether a SIGHUP says that the terminal is gone. */
function hungUp(name: NodeJS.Signals): boolean {
  if (name !== 'SIGHUP') return false;
  try {
    closeSync(openSync('/dev/tty', 'r'));
    return false;
  } catch (error) {
    // Without a terminal there is none to hang up: ENXIO. One that is gone is EIO.
    return (error as NodeJS.ErrnoException).code === 'EIO';
  }
}
