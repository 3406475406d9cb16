import type { ChildProcess, StdioOptions } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { SpoorError } from '@spoor/core';
import { socketPair } from '@spoor/object';
import { findUser } from '@spoor/proc';
import { findCommand } from './find-command.js';
import { GateSocket } from './gate-socket.js';
import type { Tracer } from './tracer.js';

/** How a command ended. A real-time signal is `SIGRT0` to `SIGRT32`, counted from 32. */
export interface CommandExit {
  /** The exit status; null when a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | `SIGRT${number}` | null;
}

/** How a command is started. `cwd`, `env` and `stdio` are options of `child_process.spawn`. */
export interface SpawnOptions {
  readonly cwd?: string;
  /** Default: `process.env`. `'initial'`: what this process was started with, byte for byte, from /proc/self/environ. */
  readonly env?: NodeJS.ProcessEnv | 'initial';
  /** The command's descriptors, as `child_process.spawn` takes them. Default: the standard streams of this process. */
  readonly stdio?: StdioOptions;
  /** The user that the command runs as, by name or id, with that user's groups, HOME, USER and LOGNAME. Needs root. */
  readonly user?: string | number;
}

/** A process that waits, and becomes the command when it is let through: its id is known before its first instruction. */
export interface HeldCommand {
  readonly tgid: number;
  /** The child process, for its streams; undefined where this process has not started it. */
  readonly child?: ChildProcess;
  /** Settles when the command's own process has ended; its descendants may live on. */
  readonly exit: Promise<CommandExit>;
  /** Settles when the process has nothing left to do but to wait. */
  readonly waiting: Promise<void>;
  /**
   * Lets the command begin; resolves when it runs. All hooks of the trace are attached.
   *
   * @throws {SpoorError} COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE
   */
  open(tracer: Tracer): Promise<void>;
  /** Ends a process that was not let through: the command never runs. Does nothing afterwards. */
  abandon(): void;
  /** Sends a signal. False when the command has ended. */
  kill(signal: NodeJS.Signals): boolean;
}

/** A command that is started and has not begun: a child of this process that runs native/gate.c. */
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
      // Node.js knows no real-time signals: both are null then.
      parts.child.once('exit', (code, signal) => resolve({ code, signal }));
    });
  }

  /**
   * Starts the gate.
   *
   * @throws {SpoorError} COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE; INVALID_VALUE for a user who is not there; UNSUPPORTED
   *   on a processor that the gate is not built for
   */
  static async start(command: readonly string[], options: SpawnOptions = {}): Promise<GatedCommand> {
    const [name = ''] = command;
    const { cwd, env = process.env } = options;
    const user = options.user === undefined ? undefined : findUser(options.user);
    findCommand(name, (env === 'initial' ? process.env : env)['PATH']);
    const stdio = stdioOf(options.stdio);
    // Not needed where a launcher holds the command, and some milliseconds of a start.
    const { spawn } = process.getBuiltinModule('node:child_process');
    const [ours, theirs] = socketPair();
    const lent = env === 'initial' ? [theirs, openSync('/proc/self/environ', 'r')] : [theirs];
    const places = lent.map((_, index) => stdio.length + index).join(',');
    try {
      const child = spawn(gateProgram(), [places, ...command], {
        ...(cwd === undefined ? {} : { cwd }),
        env: env === 'initial' ? {} : env,
        stdio: [...stdio, ...lent],
      });
      await new Promise<void>((resolve, reject) => {
        child.once('spawn', resolve);
        child.once('error', reject);
      });
      return new GatedCommand({ child, gate: new GateSocket(ours, user), name });
    } catch (cause) {
      closeSync(ours);
      throw cause;
    } finally {
      for (const fd of lent) closeSync(fd);
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

/** One entry per descriptor, at least the standard streams. */
function stdioOf(stdio: StdioOptions = 'inherit') {
  const all = typeof stdio === 'string' ? [stdio] : [...stdio];
  while (all.length < 3) all.push(typeof stdio === 'string' ? stdio : 'pipe');
  return all;
}

function gateProgram(): string {
  // This file lies in src/, or in dist/ when it is built.
  const path = fileURLToPath(new URL(`../build/gate-${process.arch}`, import.meta.url));
  if (existsSync(path)) return path;
  throw new SpoorError(
    'UNSUPPORTED',
    `There is no gate for commands on ${process.platform} ${process.arch}`,
    {
      remedy: 'Build the packages (npm start), or trace a process that runs: scopes: ["tree=PID"].',
    },
  );
}
