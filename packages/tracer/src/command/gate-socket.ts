import { closeSync, read, writeSync } from 'node:fs';
import { promisify } from 'node:util';
import { SpoorError } from '@spoor/core';
import type { User } from '@spoor/proc';

const readBytes = promisify(read);

/**
 * The tracer's end of the socket of a gate (native/gate.h). Reads and writes it as a file. Closing
 * a socket of Node.js would make a standard error that is a pipe non-blocking.
 */
export class GateSocket {
  /** Resolves when the gate waits, or has ended. */
  readonly waiting: Promise<void>;
  readonly #fd: number;
  #closed = false;

  /**
   * @param fd - the socket, which the instance owns from now on
   * @param user - the user that the gate becomes before it waits
   */
  constructor(fd: number, user?: User) {
    this.#fd = fd;
    this.#write(opening(user));
    this.waiting = this.#read(1).then(() => {
      // The value of the byte has no meaning.
    });
  }

  /**
   * Starts the command. Resolves when it runs, or if the gate has ended before.
   *
   * @throws {SpoorError} COMMAND_NOT_FOUND or COMMAND_NOT_EXECUTABLE if the kernel does not
   *   execute it
   */
  async open(command: string): Promise<void> {
    await this.waiting;
    this.#write(Buffer.from('g'));
    const answer = await this.#read(4);
    this.#close();
    if (answer.length === 4) throw notExecuted(command, answer.readUInt32LE());
  }

  /** Ends a gate that has not been opened. The command never runs. */
  abandon(): void {
    this.#close();
  }

  #write(bytes: Buffer): void {
    try {
      writeSync(this.#fd, bytes);
    } catch {
      // The gate was killed, which closed its socket. The exit of the process reports that.
    }
  }

  async #read(size: number): Promise<Buffer> {
    const buffer = Buffer.alloc(size);
    try {
      const { bytesRead } = await readBytes(this.#fd, buffer, 0, size, null);
      return buffer.subarray(0, bytesRead);
    } catch {
      return buffer.subarray(0, 0);
    }
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    closeSync(this.#fd);
  }
}

/**
 * Returns `struct opening` of native/gate.h, five words of 32 bits, with its groups and settings.
 */
function opening(user: User | undefined): Buffer {
  const settings =
    user === undefined ? [] : [`HOME=${user.home}`, `USER=${user.name}`, `LOGNAME=${user.name}`];
  const text = Buffer.from(settings.map((setting) => `${setting}\0`).join(''));
  const groups = user?.groups ?? [];
  const words = [
    groups.length * 4 + text.length,
    user === undefined ? 0 : 1,
    user?.uid ?? 0,
    user?.gid ?? 0,
    groups.length,
    ...groups,
  ];
  const head = Buffer.alloc(words.length * 4);
  for (const [index, word] of words.entries()) head.writeUInt32LE(word, index * 4);
  return Buffer.concat([head, text]);
}

const reasons: Readonly<Record<number, readonly [why: string, remedy: string]>> = {
  2: [
    'was not found, or the interpreter that it names was not',
    'Check the path and the first line of the file.',
  ],
  7: [
    'has more arguments and environment than the kernel takes',
    'Give it fewer arguments, or a file of them.',
  ],
  8: [
    'is in a format that the kernel does not execute',
    'Give a program for this machine, or a script with #!.',
  ],
  13: [
    'may not be executed',
    'Check its permissions, its interpreter, and whether its file system is mounted noexec.',
  ],
};

/** Names what the kernel does not execute, and why. */
export function notExecuted(command: string, errno: number): SpoorError {
  const [why, remedy] = reasons[errno] ?? [`could not be executed: errno ${errno}`, 'Check the file.'];
  return new SpoorError(
    errno === 2 || errno === 20 ? 'COMMAND_NOT_FOUND' : 'COMMAND_NOT_EXECUTABLE',
    `The command ${JSON.stringify(command)} ${why}`,
    { remedy, call: 'execve', errno },
  );
}
