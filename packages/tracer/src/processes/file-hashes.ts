import { constants } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import type { Event, ExecutedFile } from '@spoor/event';
import { kernelDevice, splitDevice } from '@spoor/proc';
import { ChangeTimes } from './change-times.js';

/** The hash of a file that cannot be read, or whose bytes may not be the executed ones. */
const unknown = 'unknown';

/** Files whose hashes are kept. Of more, the oldest are forgotten. */
const mostFiles = 4096;
/** Bytes that are read and hashed at once. Between two pieces, events are read. */
const pieceBytes = 256 * 1024;

/** The part of an `exec` that concerns its binary. */
export type Executed = ExecutedFile & Pick<Event<'exec'>, 'path' | 'tgid'>;

const keyOf = ({ device, inode, changeTimeNs }: ExecutedFile): string => `${device}:${inode}:${changeTimeNs}`;

/**
 * Computes the SHA-256 of executed files, one file at a time, and keeps it. A file that was changed
 * has another change time, so it is another file. Create it before the trace: it follows the wall
 * clock, which change times are compared with.
 *
 * The hash is that of the executed bytes, unless the superuser writes to the device, or changes the
 * clock to forge a change time. File systems of other machines (NFS) and of programs (FUSE) set the
 * change time themselves, so they have to be trusted.
 *
 * @example
 * ```ts
 * const hashes = new FileHashes();
 * await using tracer = await trace({ command: ['true'], events: ['exec'] });
 * for await (const event of tracer) if (event.kind === 'exec') console.log(await hashes.of(event));
 * ```
 */
export class FileHashes {
  readonly #changeTimes = new ChangeTimes();
  readonly #known = new Map<string, string>();
  readonly #pending = new Map<string, Promise<string>>();
  #last: Promise<unknown> = Promise.resolve();

  /** Returns the hash or `unknown`, see `of`. Returns undefined if it was not computed yet. */
  known(file: ExecutedFile): string | undefined {
    if (!this.#changeTimes.wouldDiffer(file)) return unknown;
    return this.#known.get(keyOf(file));
  }

  /**
   * Returns the hash of the binary of an `exec`: 64 hexadecimal digits, or `unknown`. The file is
   * read through `/proc/PID/exe` or, if the process has ended, by its path. The hash is `unknown`:
   *
   * - if the file was removed or changed, or cannot be read;
   * - if it was changed less than 50 ms before the exec, or 2 s where change times are whole
   *   seconds. A later change could have the same change time;
   * - if it is in memory, as on tmpfs or by `memfd_create`. There, writing through a mapping does
   *   not set the change time.
   */
  of({ device, inode, changeTimeNs, timeNs, binaryTraits, path, tgid }: Executed): Promise<string> {
    const file = { device, inode, changeTimeNs, timeNs, binaryTraits, path, tgid };
    const known = this.known(file);
    if (known !== undefined) return Promise.resolve(known);
    const key = keyOf(file);
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
      const size = await sizeIfStill(handle, file);
      if (size === undefined) continue;
      const { hash, bytes } = await contentHash(handle);
      // Some file systems truncate a file before they set its change time.
      return bytes === size && (await sizeIfStill(handle, file)) === size ? hash : unknown;
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

/** Returns the size of the file, or undefined if it is empty or not the executed one any more. */
async function sizeIfStill(handle: FileHandle, executed: Executed): Promise<bigint | undefined> {
  const stat = await handle.stat({ bigint: true });
  const { device, inode, changeTimeNs } = executed;
  if (!stat.isFile() || kernelDevice(splitDevice(stat.dev)) !== device) return undefined;
  return stat.ino === inode && stat.ctimeNs === changeTimeNs && stat.size > 0n ? stat.size : undefined;
}

async function contentHash(handle: FileHandle): Promise<{ hash: string; bytes: bigint }> {
  // Loaded here: most traces hash nothing.
  const hash = process.getBuiltinModule('node:crypto').createHash('sha256');
  let bytes = 0n;
  const piece = Buffer.allocUnsafe(pieceBytes);
  for (;;) {
    const { bytesRead } = await handle.read(piece, 0, piece.length, null);
    if (bytesRead === 0) return { hash: hash.digest('hex'), bytes };
    bytes += BigInt(bytesRead);
    hash.update(piece.subarray(0, bytesRead));
  }
}
