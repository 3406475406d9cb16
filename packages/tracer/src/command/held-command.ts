import type { ChildProcess, StdioOptions } from 'node:child_process';
import type { Dropped } from '@spoor/object/system';

/** How a command ended: `code` or `signal` is null. */
export interface CommandExit {
  /** The exit status; null if a signal ended the command. */
  readonly code: number | null;
  /**
   * The signal; null if the command exited. Real-time signals are `SIGRT0` to `SIGRT32`, from 32
   * on.
   */
  readonly signal: NodeJS.Signals | `SIGRT${number}` | null;
}

/** How a command is started. `cwd`, `env` and `stdio` are options of `child_process.spawn`. */
export interface SpawnOptions {
  /** The working directory. Default: that of this process. */
  readonly cwd?: string;
  /**
   * The environment. `'initial'` is the one that this process was started with, byte for byte, from
   * /proc/self/environ. Default: `process.env`.
   */
  readonly env?: NodeJS.ProcessEnv | 'initial';
  /** The file descriptors. Default: the standard streams of this process. */
  readonly stdio?: StdioOptions;
  /**
   * The user that the command runs as, by name or id. The command gets the groups, HOME, USER and
   * LOGNAME of the user. Needs root.
   */
  readonly user?: string | number;
}

/** The rights of a trace that has begun, for a held command that changes them. */
export interface TraceRights {
  /** True if the scopes in force need this process to resolve paths. */
  readonly looksAtFiles: boolean;
  /** Gives up the rights of this process. */
  dropPrivileges(id: number): Dropped['kept'];
}

/** A process that waits, and becomes the command when `open` is called. Its id is known before. */
export interface HeldCommand {
  /** The process id, in the pid namespace of this process. */
  readonly tgid: number;
  /** The child process, for its streams. Missing if another process started the command. */
  readonly child?: ChildProcess;
  /** Resolves when the process of the command has ended. Its descendants may still run. */
  readonly exit: Promise<CommandExit>;
  /** Resolves when the process only waits. */
  readonly waiting: Promise<void>;
  /**
   * Starts the command, and resolves when it runs. The tracer calls it when all hooks are attached.
   *
   * @throws {SpoorError} COMMAND_NOT_FOUND, COMMAND_NOT_EXECUTABLE
   */
  open(trace: TraceRights): Promise<void>;
  /** Ends the process before the command starts. Does nothing after `open`. */
  abandon(): void;
  /** Sends a signal. Returns false if the command has ended. */
  kill(signal: NodeJS.Signals): boolean;
}
