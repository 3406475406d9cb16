import { SpoorError } from '@spoor/core';
import type * as library from '@spoor/tracer/command';
import type { TraceRights } from '@spoor/tracer/command';
import type { Receive } from '../launcher.js';

/** User ids without a user. Only root can signal or slow down a process with such an id. */
const ownIds = [65_533, 65_532] as const;

export interface StandingOptions {
  readonly keepRoot: boolean;
  /** The user id of the command; undefined for the user of this process, and without a command. */
  readonly commandUid: number | undefined;
  /** True if this process started the command itself and passes signals on to it. */
  readonly signalsCommand: boolean;
  /** Called while this process is still root. */
  readonly beforeDrop: (receive: Receive) => void;
}

/** Functions of the library that act on the whole process. */
type Actions = Pick<typeof library, 'raiseReaderPriority' | 'receiveDescriptor'>;

/** The priority and the rights of this process while it traces. */
export class Standing {
  readonly #options: StandingOptions;
  readonly #facts: Record<string, string> = {};
  #taken = false;

  constructor(options: StandingOptions) {
    this.#options = options;
  }

  /** For `--stats`, under "In use". */
  get facts(): Readonly<Record<string, string>> {
    return this.#facts;
  }

  /**
   * Raises the priority and drops root. Call it when all hooks are attached, before the command
   * begins; idempotent.
   */
  take(trace: TraceRights, { raiseReaderPriority, receiveDescriptor }: Actions): void {
    if (this.#taken) return;
    this.#taken = true;
    const refused = raiseReaderPriority();
    this.#facts['reader priority'] =
      refused === undefined ? 'raised: niceness -20' : `as it was started: not raised (${refused})`;
    this.#facts['privileges'] = this.#dropPrivileges(trace, receiveDescriptor);
  }

  #dropPrivileges(trace: TraceRights, receive: Receive): string {
    const { keepRoot, commandUid, signalsCommand, beforeDrop } = this.#options;
    if (process.geteuid?.() !== 0) return 'as it was started: not root';
    if (keepRoot) return 'root, as --keep-root asks';
    if (signalsCommand) return 'root: the command was started without the launcher, which passes signals on';
    if (trace.looksAtFiles) return 'root: a scope or --hash looks at files';
    const id = ownIds.find((one) => one !== commandUid)!;
    try {
      beforeDrop(receive);
      const kept = trace.dropPrivileges(id);
      return kept.length === 0 ? `none: uid ${id}` : `CAP_BPF alone, which this kernel asks for: uid ${id}`;
    } catch (error) {
      if (!(error instanceof SpoorError) || error.errno === undefined) throw error;
      return `root: ${error.message}`;
    }
  }
}
