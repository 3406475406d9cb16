import { type ChildProcess, spawn } from 'node:child_process';
import type { Duplex } from 'node:stream';
import { findCommand } from './find-command.js';

/** How a command ended: like a shell's `$?` and, when a signal ended it, the signal. */
export interface CommandExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface CommandOptions {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** What the command's standard streams are: Node's `stdio` for the first three. Default: the tracer's own. */
  readonly stdio?: 'inherit' | 'ignore' | 'pipe';
}

/** What the gate exits with when the tracer goes away before it has opened it. */
const GATE_ABANDONED = 125;

/**
 * A shell that says on descriptor 3 that it is there, waits for a line, and then becomes the command, which it looks for as `findCommand` does
 * and calls by the name that it was given: same process, so that its id is known
 * before the first instruction of the command, and nothing of the command can come before the tracer is ready. When the
 * tracer dies first the read fails and the command never runs. Once opened, the gate is gone: the command has no
 * tie to the tracer and lives on when that is killed.
 */
const gate = `echo >&3; read -r _ <&3 || exit ${GATE_ABANDONED}; exec "$0" "$@" 3<&-`;

/** A command that is started and has not begun. */
export class GatedCommand {
  readonly tgid: number;
  readonly child: ChildProcess;
  /** Settles when the command's own process has ended; its descendants may live on. */
  readonly exit: Promise<CommandExit>;
  /**
   * Settles when the shell has nothing left to do but to wait: what it does before, opening its libraries for instance, is not
   * the command's. Also when it will never be so far.
   */
  readonly waiting: Promise<void>;
  readonly #gate: Duplex;

  private constructor(child: ChildProcess, tgid: number) {
    this.child = child;
    this.tgid = tgid;
    this.#gate = child.stdio[3] as Duplex;
    this.waiting = new Promise((resolve) => {
      this.#gate.once('data', () => resolve()).once('close', resolve);
    });
    this.#gate.on('error', () => {
      // A gate that was killed before it read leaves a closed pipe; `exit` tells that.
    });
    this.exit = new Promise((resolve) => {
      child.once('exit', (code, signal) => resolve({ code, signal }));
    });
  }

  /**
   * Starts the gate.
   *
   * @throws SpoorError `COMMAND_NOT_FOUND`, `COMMAND_NOT_EXECUTABLE`
   */
  static async start(command: readonly string[], options: CommandOptions = {}): Promise<GatedCommand> {
    const [name = '', ...args] = command;
    const env = options.env ?? process.env;
    findCommand(name, env['PATH']);
    const stdio = options.stdio ?? 'inherit';
    const child = spawn('/bin/sh', ['-c', gate, name, ...args], {
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      env,
      stdio: [stdio, stdio, stdio, 'pipe'],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve);
      child.once('error', reject);
    });
    return new GatedCommand(child, child.pid!);
  }

  /** Lets the command begin. */
  open(): void {
    this.#gate.end('\n');
  }

  /** Ends a gate that has not been opened: the command never runs. */
  abandon(): void {
    this.#gate.destroy();
  }
}
