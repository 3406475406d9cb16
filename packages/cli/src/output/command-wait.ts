import type { EventLine } from '@spoor/event';
import type { Printable } from './renderer.js';

/** The scope that `trace()` gives its command. */
const commandScope = 'command';

/**
 * Measures how long the process of a traced command waited before its exec. `spoor` starts that
 * process first and holds it until the hooks are attached. The time between is not the command's.
 * The human-readable outputs subtract it. JSON has the whole lifetime.
 */
export class CommandWait {
  #tgid = -1;
  #startTimeNs = -1n;
  #waitedNs = 0n;

  /** Takes the first exec in the command's scope. Before it, the command has started nothing. */
  take(event: Printable): void {
    if (this.#tgid !== -1 || event.kind !== 'exec' || event.scopes?.includes(commandScope) !== true) return;
    const { tgid, startTimeNs, ktimeNs } = event.toJSON() as EventLine;
    this.#tgid = tgid;
    this.#startTimeNs = BigInt(startTimeNs);
    this.#waitedNs = BigInt(ktimeNs) - this.#startTimeNs;
  }

  /** Nanoseconds that a process ran, of the `durationNs` that its exit reports. */
  ranNs(process: { readonly tgid: number; readonly startTimeNs: bigint }, durationNs: bigint): bigint {
    const isCommand = process.tgid === this.#tgid && process.startTimeNs === this.#startTimeNs;
    return isCommand && durationNs >= this.#waitedNs ? durationNs - this.#waitedNs : durationNs;
  }
}
