import { readFile } from 'node:fs/promises';
import { SpoorError } from '@spoor/core';
import type { Policy } from '@spoor/filter';
import { errnoNameOf } from '../output/sink.js';

/**
 * Reads a policy file.
 *
 * @throws {SpoorError} FILE_UNREADABLE when the file cannot be read
 * @throws {SpoorError} POLICY_INVALID when it is not a policy; the message starts with the name of
 *   the file
 */
export async function readPolicy(path: string): Promise<Policy> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new SpoorError(
      'FILE_UNREADABLE',
      `${path} cannot be read: ${errnoNameOf(error as NodeJS.ErrnoException)}`,
      {
        remedy: 'Give a policy file. spoor explain --help shows an example.',
        cause: error,
      },
    );
  }
  const { parsePolicy } = await import('@spoor/filter');
  try {
    return await parsePolicy(text);
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
