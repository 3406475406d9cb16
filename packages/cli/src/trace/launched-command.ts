import type { User } from '@spoor/proc';
import type { CommandExit } from '@spoor/tracer';
import { GateSocket, type HeldCommand, type TraceRights } from '@spoor/tracer/command';
import type { Launcher } from '../launcher.js';

export interface LaunchedCommandOptions {
  readonly name: string;
  readonly user: User | undefined;
  /** Called when all hooks are attached, before the command begins. */
  readonly beforeOpen: (rights: TraceRights) => void;
}

/**
 * The command that the launcher holds at its gate. The launcher forked it before Node.js started,
 * so it has everything that the caller passed on.
 */
export class LaunchedCommand implements HeldCommand {
  readonly tgid: number;
  readonly exit: Promise<CommandExit>;
  readonly #launcher: Launcher;
  readonly #gate: GateSocket;
  readonly #name: string;
  readonly #beforeOpen: (rights: TraceRights) => void;

  constructor(launcher: Launcher, { name, user, beforeOpen }: LaunchedCommandOptions) {
    this.#launcher = launcher;
    this.tgid = launcher.gatePid!;
    this.exit = launcher.commandExit;
    this.#gate = new GateSocket(launcher.gateFd!, user);
    this.#name = name;
    this.#beforeOpen = beforeOpen;
  }

  get waiting(): Promise<void> {
    return this.#gate.waiting;
  }

  async open(rights: TraceRights): Promise<void> {
    this.#beforeOpen(rights);
    this.#launcher.commandOpened();
    await this.#gate.open(this.#name);
  }

  abandon(): void {
    this.#gate.abandon();
  }

  kill(signal: NodeJS.Signals): boolean {
    this.#launcher.killCommand(signal);
    return true;
  }
}
