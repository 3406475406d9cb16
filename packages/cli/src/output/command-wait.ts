import type { EventLine } from '@spoor/event';
import type { Printable } from './renderer.js';

/** The scope that `trace()` gives to its command. */
const commandScope = 'command';

/**
 * Measures how long the process of a traced command waited before its exec. `spoor` starts that
 * process first and holds it until the hooks are attached. That time does not belong to the
 * command. The table and the tree subtract it. JSON has the whole lifetime.
 */
export class CommandWait {
  #tgid = -1;
  #startTimeNs = -1n;
  #waitedNs = 0n;

  /**
   * Remembers the first exec in the scope of the command. Before it, the command has started
   * nothing.
   */
  take(event: Printable): void {
    if (this.#tgid !== -1 || event.kind !== 'exec' || event.scopes?.includes(commandScope) !== true) return;
    const { tgid, startTimeNs, ktimeNs } = event.toJSON() as EventLine;
    this.#tgid = tgid;
    this.#startTimeNs = BigInt(startTimeNs);
    this.#waitedNs = BigInt(ktimeNs) - this.#startTimeNs;
  }

  /** Returns the nanoseconds that a process ran, from the `durationNs` of its exit. */
  ranNs(process: { readonly tgid: number; readonly startTimeNs: bigint }, durationNs: bigint): bigint {
    const isCommand = process.tgid === this.#tgid && process.startTimeNs === this.#startTimeNs;
    return isCommand && durationNs >= this.#waitedNs ? durationNs - this.#waitedNs : durationNs;
  }
}
