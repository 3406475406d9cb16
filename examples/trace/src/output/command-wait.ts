import type { EventLine } from '@spoor/event';
import type { Printable } from './renderer.js';

/** The scope that `trace()` gives its command. */
const commandScope = 'command';

/**
 * How long the process of a traced command waited before its exec. `spoor` starts that process first and holds it until the
 * hooks are attached, so the time between is not the command's. People are shown the rest; JSON has the whole life.
 */
export class CommandWait {
  #tgid = -1;
  #startTimeNs = -1n;
  #waitedNs = 0n;

  /** Takes the first exec in the scope of the command: the command has not started anything before. */
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
