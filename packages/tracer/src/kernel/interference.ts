import type { HeldCommand } from '../command/held-command.js';
import type { ScopesInForce } from '../scopes/scopes-in-force.js';
import type { KernelSide } from './kernel-side.js';
import type { Statistics } from './statistics.js';

export interface InterferenceParts {
  readonly kernel: KernelSide;
  readonly scopes: ScopesInForce;
  readonly command: HeldCommand | undefined;
}

/**
 * Detects whether a process with root's rights kept events from a trace. Reports only what has no
 * other explanation.
 */
export class Interference {
  readonly #scopes: ScopesInForce;
  /** The id of the command in the header of its events; undefined when it is not known. */
  readonly #command: number | undefined;
  #exitSeen = false;
  #changedTables: readonly string[] = [];

  constructor({ kernel, scopes, command }: InterferenceParts) {
    const { observer, options } = kernel.configuration;
    this.#scopes = scopes;
    // In a pid namespace, events have another id of the command. Other miss modes lose exits.
    const isKnown = observer.pidNamespace === undefined && (options.missMode ?? 'recover') === 'recover';
    this.#command = isKnown ? command?.tgid : undefined;
  }

  /** An exit event was delivered. */
  exited(tgid: number): void {
    if (tgid === this.#command) this.#exitSeen = true;
  }

  /**
   * Compares the scope tables with what was written. Call it after detaching, before the maps are
   * gone.
   */
  lookAtTables(): void {
    this.#changedTables = this.#scopes.changed();
  }

  /** `commandEnded`: the command was seen, and has ended. */
  found(statistics: Statistics, commandEnded: boolean): readonly string[] {
    const found = this.#changedTables.map((name) => `the map ${name} was written by another process`);
    if (commandEnded && this.#command !== undefined && !this.#exitSeen && nothingWasLost(statistics))
      found.push(`no exit event of the command's process ${this.#command} came, and none was dropped`);
    return found;
  }
}

/** Returns true if every lifecycle event was delivered, and each followed process was known. */
function nothingWasLost({ events, state }: Statistics): boolean {
  const lifecycle = ['fork', 'exec', 'exit'].map((kind) => events[kind]!);
  return (
    state.wordsLost === 0 &&
    state.lostByMode === 0 &&
    lifecycle.every(
      ({ submitted, delivered, dropped }) => submitted === delivered && Object.keys(dropped).length === 0,
    )
  );
}
