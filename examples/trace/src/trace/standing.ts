import type { raiseReaderPriority } from '@spoor/tracer';

/** The functions of the library that change this whole process: loaded with it. */
export interface StandingActions {
  readonly raiseReaderPriority: typeof raiseReaderPriority;
}

/** What this process is while it traces: its priority. */
export class Standing {
  readonly #facts: Record<string, string> = {};
  #taken = false;

  /** For `--stats`, under "In use". */
  get facts(): Readonly<Record<string, string>> {
    return this.#facts;
  }

  /** Takes the standing of a tracer. Call it when all hooks are attached, before the command begins; idempotent. */
  take(library: StandingActions): void {
    if (this.#taken) return;
    this.#taken = true;
    const refused = library.raiseReaderPriority();
    this.#facts['reader priority'] =
      refused === undefined ? 'raised: niceness -20' : `as it was started: not raised (${refused})`;
  }
}
