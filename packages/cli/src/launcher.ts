import { readSync, writeSync } from 'node:fs';
import { constants } from 'node:os';
import { getSystemErrorName } from 'node:util';
import type { CommandExit } from '@spoor/tracer';
import type { Outcome } from './exit-status.js';

/** A signal that another process sent to the launcher. */
export interface ReportedSignal {
  readonly name: NodeJS.Signals;
  /** True if the whole process group got the signal, including the command. */
  readonly toGroup: boolean;
}

/** The longest delay of a Node.js timer. */
const longestDelayMs = 2_147_483_647;

/** `struct report` of native/launch.h. */
const reportSize = 8;
const reports = { exit: 0x45, signal: 0x53 } as const;
/** The types of `struct request`. */
const requests = {
  ready: 'r',
  opened: 'o',
  kill: 'k',
  exit: 'x',
  endBy: 'e',
  place: 'p',
  seal: 's',
  reopen: 'f',
} as const;

/**
 * The type of `receiveDescriptor` of `@spoor/tracer/command`, which most subcommands do not load.
 */
export type Receive = (socket: number) => { readonly byte: number; readonly fd: number | undefined };

/** The place of a file that the launcher can reopen: `struct place_request` in native/places.h. */
export interface KeptPlace {
  /** A descriptor of the folder. */
  readonly folder: number;
  /** The file's name in that folder. */
  readonly name: string;
  /** The owner of a new file. */
  readonly uid: number;
  readonly gid: number;
}

/**
 * The native launcher that started this process (native/launcher.c). It holds the command at a
 * gate, reports the signals that it gets, and ends as this process asks.
 */
export class Launcher {
  /** The socket to the launcher; undefined once the launcher has nothing left to do. */
  readonly #control: number | undefined;
  /** The socket of the gate that holds the command. */
  readonly gateFd: number | undefined;
  /** The gate's process id, which the command keeps. */
  readonly gatePid: number | undefined;
  /** The socket that descriptors of opened files arrive on. */
  readonly #files: number | undefined;
  #places = 0;
  /** True once the command has passed the gate. */
  opened = false;
  /** Settles when the command has ended. */
  readonly commandExit: Promise<CommandExit>;
  #keepRunning: NodeJS.Timeout | undefined;
  #commandEnded: (exit: CommandExit) => void = () => undefined;

  /** @param setting the value of SPOOR_LAUNCHER */
  constructor(setting: string) {
    const [control, gateFd, gatePid, files] = setting
      .split(':')
      .map((text) => (text === '' ? undefined : Number(text)));
    this.#control = control;
    this.gateFd = gateFd;
    this.gatePid = gatePid;
    this.#files = files;
    this.commandExit = new Promise((resolve) => {
      this.#commandEnded = resolve;
    });
  }

  /** Calls `onSignal` with each signal that the launcher reports, and settles `commandExit`. */
  listen(onSignal: (signal: ReportedSignal) => void): void {
    const control = this.#control;
    if (control === undefined) return;
    // A listener for a signal does not keep Node.js running, but a timer does. A trace may have
    // nothing left to do but wait.
    if (this.gatePid !== undefined) this.#keepRunning = setInterval(() => undefined, longestDelayMs);
    process.on('SIGUSR2', () => this.#readReports(control, onSignal));
    this.#request(requests.ready);
  }

  /** Detaches the command. The launcher waits for its end. */
  commandOpened(): void {
    this.opened = true;
    this.#request(requests.opened);
  }

  /** Sends a signal to the command, unless it has ended. */
  killCommand(signal: NodeJS.Signals): void {
    this.#request(requests.kill, constants.signals[signal]);
  }

  /**
   * Makes the launcher remember a place while this process is still root.
   *
   * @param receive receives a descriptor over the socket to the launcher
   * @returns a function that reopens the file there for appending, even after this process gave up
   *   root. It throws errors like those of `node:fs`. Undefined if the launcher cannot remember the
   *   place.
   */
  keepPlace({ folder, name, uid, gid }: KeptPlace, receive: Receive): (() => number) | undefined {
    const bytes = Buffer.from(name);
    if (this.#files === undefined || bytes.length > 255) return undefined;
    const words = Buffer.alloc(12);
    words.writeUInt32LE(folder, 0);
    words.writeUInt32LE(uid, 4);
    words.writeUInt32LE(gid, 8);
    this.#request(requests.place, bytes.length, Buffer.concat([words, bytes]));
    this.#fileAnswered(receive);
    const index = this.#places++;
    return () => {
      this.#request(requests.reopen, index);
      return this.#fileAnswered(receive)!;
    };
  }

  /** Stops the launcher from remembering more places. */
  sealPlaces(): void {
    this.#request(requests.seal);
  }

  #fileAnswered(receive: Receive): number | undefined {
    const { byte, fd } = receive(this.#files!);
    if (byte === 0) return fd;
    const code = getSystemErrorName(-byte);
    throw Object.assign(new Error(code), { code, errno: -byte });
  }

  /**
   * Makes the launcher end with this outcome, and ends this process with SIGKILL. At a normal exit,
   * Node.js would reset each terminal to its state at the start, and undo the changes of the
   * command. Returns only if the launcher is not waiting for an outcome.
   */
  end(outcome: Outcome): void {
    if (this.#control === undefined) return;
    if (typeof outcome === 'number') this.#request(requests.exit, outcome);
    else this.#request(requests.endBy, outcome.signal);
    process.kill(process.pid, 'SIGKILL');
  }

  #request(type: string, value = 0, rest: Uint8Array = new Uint8Array(0)): void {
    if (this.#control === undefined) return;
    try {
      writeSync(this.#control, Buffer.concat([Buffer.from([type.charCodeAt(0), value]), rest]));
    } catch {
      // This process is about to be killed because its launcher is gone.
    }
  }

  #readReports(control: number, onSignal: (signal: ReportedSignal) => void): void {
    for (let bytes = readReport(control); bytes !== undefined; bytes = readReport(control)) {
      if (bytes[0] === reports.exit) {
        clearInterval(this.#keepRunning);
        this.#commandEnded(exitOf(bytes.readUInt32LE(4)));
      }
      if (bytes[0] === reports.signal) onSignal({ name: signalName(bytes[1]!), toGroup: bytes[2] === 1 });
    }
  }
}

/**
 * Returns the launcher of this process, if there is one. Removes the variable from the environment,
 * so that no child sees it.
 */
export function takeLauncher(): Launcher | undefined {
  const setting = process.env['SPOOR_LAUNCHER'];
  delete process.env['SPOOR_LAUNCHER'];
  return setting === undefined ? undefined : new Launcher(setting);
}

/**
 * Reads one report; undefined if none is waiting. The launcher writes each report at once, so none
 * arrives in parts.
 */
function readReport(control: number): Buffer | undefined {
  const bytes = Buffer.alloc(reportSize);
  try {
    return readSync(control, bytes) === reportSize ? bytes : undefined;
  } catch {
    return undefined;
  }
}

/** Converts a wait status as wait(2) returns it. */
function exitOf(status: number): CommandExit {
  const signal = status & 0x7f;
  return signal === 0 ? { code: status >> 8, signal: null } : { code: null, signal: signalName(signal) };
}

/** Node.js names the standard signals. Signals from 32 on are real-time signals. */
function signalName(number: number): NodeJS.Signals {
  const found = Object.entries(constants.signals).find(([, value]) => value === number)?.[0];
  return (found ?? `SIGRT${number - 32}`) as NodeJS.Signals;
}
