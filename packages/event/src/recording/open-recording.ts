import { SpoorError } from '@spoor/core';
import { isMagic, readBlock } from './block.js';
import { MAGIC } from './format.js';
import { decodeHeader } from './header.js';
import { Recording } from './reader.js';
import { ByteSource } from './source.js';

/**
 * Opens a recording and reads its header. A pipe is read as it comes.
 *
 * @param path names the file, also in messages
 * @param fd a descriptor to read instead of the path, which stays open
 * @throws {SpoorError} FILE_UNREADABLE when the file cannot be read; RECORDING_INVALID when the
 *   file is not a recording, or ends within its header; UNSUPPORTED for a compression that this
 *   Node.js does not have. Reading to the end throws RECORDING_INVALID when something follows the
 *   recording. Everything before it was returned by then.
 *
 * @example
 * ```ts
 * await using recording = await openRecording('trace.spoor');
 * for await (const event of recording) console.log(JSON.stringify(event));
 * if (!recording.end?.complete) console.log(`cut at byte ${recording.end?.position}`);
 * ```
 */
export async function openRecording(path: string, fd?: number): Promise<Recording> {
  let source: ByteSource;
  try {
    source = await ByteSource.open(fd ?? path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  try {
    const start = await source.upTo(MAGIC.length);
    if (!isMagic(start))
      throw invalid(
        path,
        start.length < MAGIC.length ? `it has ${start.length} bytes` : 'it does not begin like one',
      );
    const block = await readBlock(source, () => undefined);
    if (block === 'cut') throw invalid(path, `it was cut in its header, at byte ${source.position}`);
    if (typeof block === 'string' || block.head.type !== 'header' || block.payload === undefined)
      throw invalid(path, 'its header is damaged');
    return new Recording(source, { path, header: decodeHeader(block.payload, path) });
  } catch (error) {
    await source.close();
    throw error instanceof SpoorError ? error : unreadable(path, error);
  }
}

function invalid(path: string, why: string): SpoorError {
  return new SpoorError('RECORDING_INVALID', `${path} is no recording that can be replayed: ${why}`, {
    remedy: 'Give a file that spoor trace --record or RecordingWriter has written.',
  });
}

function unreadable(path: string, cause: unknown): SpoorError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new SpoorError('FILE_UNREADABLE', `${path} cannot be read: ${code ?? message}`, {
    remedy: 'Give the path of a recording that you may read.',
    cause,
  });
}
