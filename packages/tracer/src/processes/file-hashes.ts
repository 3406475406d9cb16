import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Event, ExecutedFile } from '@spoor/event';
import { kernelDevice, splitDevice } from '@spoor/proc';

/** The hash of a file that was removed or changed, or that cannot be read. */
const unknown = 'unknown';

/** Files whose hashes are kept. Of more, the oldest are forgotten. */
const mostFiles = 4096;
/** Bytes that are read and hashed at once. Between two pieces, events are read. */
const pieceBytes = 256 * 1024;

/** An `exec`, as far as its binary is concerned. */
export type Executed = ExecutedFile & Pick<Event<'exec'>, 'path' | 'tgid'>;

const keyOf = ({ device, inode, changeTimeNs }: ExecutedFile) => `${device}:${inode}:${changeTimeNs}`;

/**
 * Computes the SHA-256 of executed files, one file at a time, and keeps it. A file that was changed
 * has another change time, so it is another file.
 *
 * @example
 * ```ts
 * const hashes = new FileHashes();
 * await using tracer = await trace({ command: ['true'], events: ['exec'] });
 * for await (const event of tracer) if (event.kind === 'exec') console.log(await hashes.of(event));
 * ```
 */
export class FileHashes {
  readonly #known = new Map<string, string>();
  readonly #pending = new Map<string, Promise<string>>();
  #last: Promise<unknown> = Promise.resolve();

  /** Returns the hash, or undefined if it was not computed yet. */
  known(file: ExecutedFile): string | undefined {
    return this.#known.get(keyOf(file));
  }

  /**
   * Returns the hash of the binary of an `exec`: 64 hexadecimal digits, or `unknown` if the file
   * was removed or changed, or cannot be read. It is read through `/proc/PID/exe` or, if the
   * process has ended, by its path.
   */
  of({ device, inode, changeTimeNs, path, tgid }: Executed): Promise<string> {
    const file = { device, inode, changeTimeNs, path, tgid };
    const key = keyOf(file);
    const known = this.#known.get(key);
    if (known !== undefined) return Promise.resolve(known);
    const begun = this.#pending.get(key);
    if (begun !== undefined) return begun;
    const made = this.#last.then(async () => {
      const hash = await hashOf(file);
      this.#keep(key, hash);
      this.#pending.delete(key);
      return hash;
    });
    this.#pending.set(key, made);
    this.#last = made;
    return made;
  }

  #keep(key: string, hash: string): void {
    this.#known.set(key, hash);
    if (this.#known.size <= mostFiles) return;
    for (const oldest of this.#known.keys()) {
      this.#known.delete(oldest);
      return;
    }
  }
}

async function hashOf(file: Executed): Promise<string> {
  for (const path of [`/proc/${file.tgid}/exe`, file.path]) {
    const handle = await openQuietly(path);
    if (handle === undefined) continue;
    try {
      if (!(await isStill(handle, file))) continue;
      const hash = await contentHash(handle);
      return (await isStill(handle, file)) ? hash : unknown;
    } catch {
      // It became unreadable: the end of a network file system, for instance.
    } finally {
      await handle.close().catch(() => undefined);
    }
  }
  return unknown;
}

/** Opens a file and changes nothing: neither its access time nor, of a pipe, who waits for it. */
async function openQuietly(path: string): Promise<FileHandle | undefined> {
  const { open } = process.getBuiltinModule('node:fs/promises');
  const flags = constants.O_RDONLY | constants.O_NONBLOCK;
  try {
    return await open(path, flags | constants.O_NOATIME);
  } catch (error) {
    // Only the owner of a file, and root, may ask for it.
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return undefined;
  }
  return open(path, flags).catch(() => undefined);
}

async function isStill(handle: FileHandle, { device, inode, changeTimeNs }: Executed): Promise<boolean> {
  const stat = await handle.stat({ bigint: true });
  const found = kernelDevice(splitDevice(stat.dev));
  return stat.isFile() && found === device && stat.ino === inode && stat.ctimeNs === changeTimeNs;
}

async function contentHash(handle: FileHandle): Promise<string> {
  // Loaded here: most traces hash nothing.
  const hash = process.getBuiltinModule('node:crypto').createHash('sha256');
  const piece = Buffer.allocUnsafe(pieceBytes);
  for (;;) {
    const { bytesRead } = await handle.read(piece, 0, piece.length, null);
    if (bytesRead === 0) return hash.digest('hex');
    hash.update(piece.subarray(0, bytesRead));
  }
}
