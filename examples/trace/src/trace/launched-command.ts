import { type CommandExit, GateSocket, type HeldCommand, type User } from '@spoor/tracer';
import type { Launcher } from '../launcher.js';

/** The command that the launcher holds at its gate: forked before Node.js started, with all that the caller gave it. */
export class LaunchedCommand implements HeldCommand {
  readonly tgid: number;
  readonly exit: Promise<CommandExit>;
  readonly #launcher: Launcher;
  readonly #gate: GateSocket;
  readonly #name: string;
  readonly #user: User | undefined;

  constructor(
    launcher: Launcher,
    { name, user }: { readonly name: string; readonly user: User | undefined },
  ) {
    this.#launcher = launcher;
    this.tgid = launcher.gatePid!;
    this.exit = launcher.commandExit;
    this.#gate = new GateSocket(launcher.gateFd!);
    this.#name = name;
    this.#user = user;
  }

  get waiting(): Promise<void> {
    return this.#gate.waiting;
  }

  open(): Promise<void> {
    this.#launcher.commandOpened();
    return this.#gate.open(this.#name, this.#user);
  }

  abandon(): void {
    this.#gate.abandon();
  }

  kill(signal: NodeJS.Signals): boolean {
    this.#launcher.killCommand(signal);
    return true;
  }
}
