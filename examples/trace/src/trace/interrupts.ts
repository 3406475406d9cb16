import { readFileSync } from 'node:fs';

/** What can be told to end. */
export interface Interruptible {
  /** Sends a signal to the command; false when there is none, or it has ended. */
  kill(signal: NodeJS.Signals): boolean;
  readonly running: boolean;
  stop(): void;
}

export type Interruption = 'SIGINT' | 'SIGTERM' | 'SIGHUP';

/**
 * A signal this soon after the command's end was meant for it, milliseconds: Ctrl-C ends the command and is told to us, and which
 * of the two we hear of first is for the kernel to choose.
 */
const graceMs = 500;

const caught: readonly Interruption[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * What a signal means, by what is going on:
 *
 * - before the command begins: nothing is left loaded, and it never does;
 * - while the command lives, the signal is the command's: passed on, unless it came from the terminal, which gave it to the
 *   command too. The second stops the tracing, the third leaves the command alone;
 * - with no command, or one that has ended: the trace ends, and what was seen is still written;
 * - after that, the next one ends us at once.
 */
export class Interrupts {
  readonly #starting = new AbortController();
  readonly #say: (text: string) => void;
  #tracer: Interruptible | undefined;
  #commandLives = false;
  #commandEndedAt = Number.NEGATIVE_INFINITY;
  #passedOn = 0;
  #endedBy: Interruption | undefined;

  /** `say`: for what the person at the keyboard should know. */
  constructor(say: (text: string) => void) {
    this.#say = say;
    for (const signal of caught) process.on(signal, this.#handle);
  }

  /** Aborts when a signal comes before the trace has begun. */
  get starting(): AbortSignal {
    return this.#starting.signal;
  }

  /** The signal that ended the trace, or kept it from beginning. */
  get endedBy(): Interruption | undefined {
    return this.#endedBy;
  }

  /** From now on there is something to end. `exit` settles when the command ends; undefined without one. */
  began(tracer: Interruptible, exit: Promise<unknown> | undefined): void {
    this.#tracer = tracer;
    this.#commandLives = exit !== undefined;
    void exit?.then(() => {
      this.#commandLives = false;
      this.#commandEndedAt = performance.now();
    });
  }

  /** Back to what Node does by itself. */
  restore(): void {
    for (const signal of caught) process.off(signal, this.#handle);
  }

  readonly #handle = (name: NodeJS.Signals): void => {
    const signal = name as Interruption;
    if (this.#commandLives) return this.#passOn(signal);
    if (performance.now() - this.#commandEndedAt < graceMs) return;
    // The trace is over, and what is left is to write: who asks for an end now does not want to wait for that.
    if (this.#endedBy !== undefined || this.#tracer?.running === false) return this.#die(signal);
    this.#endedBy = signal;
    if (this.#tracer === undefined) this.#starting.abort();
    else this.#tracer.stop();
  };

  #passOn(signal: Interruption): void {
    this.#passedOn++;
    if (this.#passedOn === 3) return this.#die(signal);
    if (signal !== 'SIGINT' || !inForeground()) this.#tracer!.kill(signal);
    if (this.#passedOn !== 2 || !this.#tracer!.running) return;
    this.#tracer!.stop();
    this.#say('tracing has stopped, the command goes on; once more to leave it alone');
  }

  /** Dies of the signal, so that whoever waits for us sees which it was. */
  #die(signal: Interruption): void {
    this.#tracer?.stop();
    this.restore();
    process.kill(process.pid, signal);
  }
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
