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
 * Detects that a process with root rights kept events from a trace. Reports only signs without
 * another explanation.
 */
export class Interference {
  readonly #scopes: ScopesInForce;
  /** The process id of the command in event headers. Undefined if it is unknown. */
  readonly #command: number | undefined;
  #exitSeen = false;
  #changedTables: readonly string[] = [];

  constructor({ kernel, scopes, command }: InterferenceParts) {
    const { observer, options } = kernel.configuration;
    this.#scopes = scopes;
    // In a pid namespace, events have another id of the command. Miss modes lose exits.
    const isKnown = observer.pidNamespace === undefined && options.missModeObject === undefined;
    this.#command = isKnown ? command?.tgid : undefined;
  }

  /** Called with the process id of each exit event. */
  exited(tgid: number): void {
    if (tgid === this.#command) this.#exitSeen = true;
  }

  /**
   * Compares the scope tables with what was written. Call it after the hooks are detached and
   * before the maps are closed.
   */
  lookAtTables(): void {
    this.#changedTables = this.#scopes.changed();
  }

  /**
   * Returns a sentence per sign.
   *
   * @param exitWasTraced - true if events of the command came, and it ended before the trace
   */
  found(statistics: Statistics, exitWasTraced: boolean): readonly string[] {
    const found = this.#changedTables.map((name) => `the map ${name} was written by another process`);
    if (exitWasTraced && this.#command !== undefined && !this.#exitSeen && nothingWasLost(statistics))
      found.push(`no exit event of the command's process ${this.#command} came, and none was dropped`);
    return found;
  }
}

/** Returns true if all lifecycle events were delivered and no follow state was lost. */
function nothingWasLost({ events, state }: Statistics): boolean {
  const lifecycle = ['fork', 'exec', 'exit'].map((kind) => events[kind]!);
  return (
    state.wordsLost === 0 &&
    lifecycle.every(
      ({ submitted, delivered, dropped }) => submitted === delivered && Object.keys(dropped).length === 0,
    )
  );
}
