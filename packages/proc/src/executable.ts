import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { hasCode, isGone } from './files.js';

/** A device as its two numbers. In the kernel's records it is one: `kernelDevice`. */
export interface Device {
  readonly major: number;
  readonly minor: number;
}

/** The file that a process runs. */
export interface Executable {
  /**
   * As the reader sees it; of a file in another mount namespace, its path there. Invalid UTF-8 is
   * U+FFFD.
   */
  readonly path: string;
  /** The path's bytes, as the kernel has them. */
  readonly pathBytes: Uint8Array;
  /** Its name was removed, or it never had one (memfd, whose path is `/memfd:` and a name). */
  readonly deleted: boolean;
  /**
   * The file system's own device, which on btrfs and overlayfs is not the one that `stat` shows.
   */
  readonly device: Device;
  readonly inode: bigint;
}

/**
 * Returns a device as in the kernel's `super_block.s_dev`: 12 bits of major above 20 bits of minor.
 *
 * @example
 * ```ts
 * kernelDevice({ major: 8, minor: 1 }); // 0x800001
 * ```
 */
export function kernelDevice(device: Device): number {
  return ((device.major << 20) | device.minor) >>> 0;
}

const deletedSuffix = Buffer.from(' (deleted)');

/**
 * The executable of the task whose folder in `/proc` this is; undefined when it has no memory: a
 * kernel thread, or one that has exited.
 */
export function readExecutable(folder: string): Executable | undefined {
  const link = readExeLink(folder);
  if (link === undefined) return undefined;
  const { dev, ino } = statSync(`${folder}/exe`, { bigint: true });
  const bare = link.subarray(0, -deletedSuffix.length);
  const deleted = link.subarray(bare.length).equals(deletedSuffix) && !isFile(link, dev, ino);
  const bytes = deleted ? bare : link;
  return {
    path: bytes.toString('utf8'),
    pathBytes: Uint8Array.from(bytes),
    deleted,
    ...(mappedFile(folder, link) ?? { device: splitDevice(dev), inode: ino }),
  };
}

/** The link's bytes: equal before and after means that no exec came between. */
export function readExeLink(folder: string): Buffer | undefined {
  try {
    return readlinkSync(`${folder}/exe`, { encoding: 'buffer' });
  } catch (error) {
    if (isGone(error)) return undefined;
    throw error;
  }
}

/** A file may be called `x (deleted)` and be there. */
function isFile(path: Buffer, dev: bigint, ino: bigint): boolean {
  try {
    const stat = statSync(path, { bigint: true });
    return stat.dev === dev && stat.ino === ino;
  } catch {
    return false;
  }
}

/**
 * Device and inode from the line of `/proc/PID/maps` that maps the file: show_map_vma prints the
 * inode's own `s_dev` there. Undefined when the file is not mapped under that name (the program
 * unmapped it).
 */
function mappedFile(folder: string, link: Buffer): { device: Device; inode: bigint } | undefined {
  let maps: string;
  try {
    maps = readFileSync(`${folder}/maps`, 'latin1');
  } catch (error) {
    if (isGone(error) || hasCode(error, 'EACCES', 'EPERM')) return undefined;
    throw error;
  }
  const wanted = link.toString('latin1').replaceAll('\n', '\\012');
  for (const line of maps.split('\n')) {
    const fields = /^\S+ \S+ \S+ ([0-9a-f]+):([0-9a-f]+) (\d+)\s+(.*)$/.exec(line);
    if (fields === null || fields[4] !== wanted) continue;
    const device = { major: Number.parseInt(fields[1]!, 16), minor: Number.parseInt(fields[2]!, 16) };
    return { device, inode: BigInt(fields[3]!) };
  }
  return undefined;
}

/**
 * Returns the numbers of a device as `stat` has it: the encoding of `dev_t` in user space on 64-bit
 * Linux (glibc's gnu_dev_major and gnu_dev_minor).
 *
 * @example
 * ```ts
 * splitDevice(0x801n); // { major: 8, minor: 1 }
 * ```
 */
export function splitDevice(dev: bigint): Device {
  return {
    major: Number(((dev >> 8n) & 0xfffn) | ((dev >> 32n) & ~0xfffn)),
    minor: Number((dev & 0xffn) | ((dev >> 12n) & 0xffffff00n)),
  };
}
