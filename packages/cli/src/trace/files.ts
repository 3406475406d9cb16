import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { SpoorError } from '@spoor/core';
import type { KernelOptions, Policy } from '@spoor/filter';
import { errnoNameOf } from '../output/sink.js';

/** A longer file has more characters than `parsePolicy` accepts, which are 3 bytes at most. */
const mostBytes = 3 * 2 ** 20;

/** Milliseconds before the next look at an empty pipe. */
const retryMs = 10;

/**
 * Reads a policy file. A pipe is read to its end.
 *
 * @param signal stops the wait for the writer of a pipe
 * @throws {SpoorError} FILE_UNREADABLE when the file cannot be read
 * @throws {SpoorError} POLICY_INVALID when it is not a policy; the message starts with the name of
 *   the file
 */
export async function readPolicy(
  path: string,
  signal?: AbortSignal,
  options: KernelOptions = {},
): Promise<Policy> {
  let text: string;
  try {
    text = await readText(path, signal);
  } catch (error) {
    signal?.throwIfAborted();
    throw new SpoorError('FILE_UNREADABLE', `${path} cannot be read: ${reasonOf(error)}`, {
      remedy: 'Give a policy file. spoor explain --help shows an example.',
      cause: error,
    });
  }
  const { parsePolicy } = await import('@spoor/filter');
  try {
    return await parsePolicy(text, options);
  } catch (error) {
    if (!(error instanceof SpoorError)) throw error;
    const { code, message, remedy = 'spoor explain --help shows a policy file.', details } = error;
    throw new SpoorError(code, `${path}: ${message}`, {
      remedy,
      details,
      cause: error,
    });
  }
}

/** Returns the text of a file, or more of its beginning than a policy can have. */
async function readText(path: string, signal: AbortSignal | undefined): Promise<string> {
  // Opening a pipe would wait for its writer, in a thread that cannot be interrupted.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const bytes = Buffer.allocUnsafe(mostBytes + 1);
    let size = 0;
    for (let read = -1; read !== 0 && size <= mostBytes; size += read)
      read = await readSome(file, bytes.subarray(size), signal);
    if (size === 0 && (await file.stat()).isFIFO()) throw new NoWriter('no process writes to this pipe');
    return bytes.toString('utf8', 0, size);
  } finally {
    await file.close();
  }
}

class NoWriter extends Error {}

/** Reads what is there; waits if a pipe is empty and has a writer. Returns 0 at the end. */
async function readSome(file: FileHandle, into: Buffer, signal: AbortSignal | undefined): Promise<number> {
  for (;;) {
    try {
      return (await file.read(into, 0, into.length, null)).bytesRead;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
      await setTimeout(retryMs, undefined, signal === undefined ? {} : { signal });
    }
  }
}

function reasonOf(error: unknown): string {
  return error instanceof NoWriter ? error.message : errnoNameOf(error as NodeJS.ErrnoException);
}
