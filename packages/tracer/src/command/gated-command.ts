import type { ChildProcess, StdioOptions } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { socketPair } from '@spoor/object/system';
import { findUser } from '@spoor/proc';
import { gateProgram } from '../gate-program.js';
import { findCommand } from './find-command.js';
import { GateSocket } from './gate-socket.js';
import type { CommandExit, HeldCommand, SpawnOptions } from './held-command.js';
import { checkWorkingDirectory, startError } from './start-errors.js';

/** A held command that is a child of this process. The child runs native/gate.c until `open`. */
export class GatedCommand implements HeldCommand {
  readonly tgid: number;
  readonly child: ChildProcess;
  readonly exit: Promise<CommandExit>;
  readonly #name: string;
  readonly #gate: GateSocket;

  private constructor(parts: {
    child: ChildProcess;
    gate: GateSocket;
    name: string;
  }) {
    this.child = parts.child;
    this.tgid = parts.child.pid!;
    this.#gate = parts.gate;
    this.#name = parts.name;
    this.exit = new Promise((resolve) => {
      // Node.js has no names for real-time signals: both are null then.
      parts.child.once('exit', (code, signal) => resolve({ code, signal }));
    });
  }

  /**
   * Starts the gate.
   *
   * @throws {SpoorError} COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE
   * @throws {SpoorError} INVALID_VALUE for an unknown user or a wrong option
   * @throws {SpoorError} UNSUPPORTED if the gate is missing for this processor
   * @throws {SpoorError} SYSCALL_FAILED if the kernel does not start the gate
   */
  static async start(command: readonly string[], options: SpawnOptions = {}): Promise<GatedCommand> {
    const [name = ''] = command;
    const { cwd, env = process.env } = options;
    const user = options.user === undefined ? undefined : findUser(options.user);
    if (cwd !== undefined) checkWorkingDirectory(cwd);
    findCommand(name, { path: (env === 'initial' ? process.env : env)['PATH'], cwd });
    const stdio = stdioOf(options.stdio);
    // Importing this takes milliseconds, which a command held by a launcher does not need.
    const { spawn } = process.getBuiltinModule('node:child_process');
    const [ours, theirs] = socketPair();
    const passed = env === 'initial' ? [theirs, openSync('/proc/self/environ', 'r')] : [theirs];
    const places = passed.map((_, index) => stdio.length + index).join(',');
    const gate = gateProgram();
    try {
      const child = spawn(gate, [places, ...command], {
        ...(cwd === undefined ? {} : { cwd }),
        env: env === 'initial' ? {} : env,
        stdio: [...stdio, ...passed],
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
      return new GatedCommand({ child, gate: new GateSocket(ours, user), name });
    } catch (cause) {
      closeSync(ours);
      throw startError(cause, name);
    } finally {
      for (const fd of passed) closeSync(fd);
    }
  }

  get waiting(): Promise<void> {
    return this.#gate.waiting;
  }

  open(): Promise<void> {
    return this.#gate.open(this.#name);
  }

  abandon(): void {
    this.#gate.abandon();
  }

  kill(signal: NodeJS.Signals): boolean {
    return this.child.kill(signal);
  }
}

/** Returns one entry per descriptor, for the standard streams at least. */
function stdioOf(stdio: StdioOptions = 'inherit') {
  const all = typeof stdio === 'string' ? [stdio] : [...stdio];
  while (all.length < 3) all.push(typeof stdio === 'string' ? stdio : 'pipe');
  return all;
}
