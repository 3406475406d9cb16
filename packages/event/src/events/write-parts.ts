import { KnownBytes } from '../known-bytes.js';
import type { LineBuffer } from '../line-buffer.js';
import type { EventMemory } from '../memory.js';
import { errorName } from '../names/errno.js';

/** What several of the presentations have in common that write their data themselves. */

const bytesOf = (text: string): Uint8Array => Buffer.from(text);
const pathBytes = bytesOf('{"path":');
const directoryBytes = bytesOf(',"directory":');
const rootBytes = bytesOf(',"root":');

export const endBytes = bytesOf('}');

/** `,"error":"EPERM"`, by the positive errno. */
export const errorBytes = new KnownBytes((errno) => `,"error":"${errorName(errno)}"`);

interface Named {
  readonly isWhole: boolean;
  readonly _memory: EventMemory;
  readonly _offset: number;
  /** Undefined where a file's layout has no variable part of that name. */
  readonly _pathPlace: number | undefined;
  readonly _directoryPlace: number | undefined;
}

/** `{"path":"x","directory":"/y"`, the latter (or `root`, of an absolute path) where there is one. False when more is to be said of them. */
export function writeNames(event: Named, out: LineBuffer): boolean {
  const { _memory: memory, _offset: offset, _pathPlace: path, _directoryPlace: directory } = event;
  if (!event.isWhole || path === undefined || directory === undefined) return false;
  out._bytes(pathBytes);
  if (!out._quoted(memory, offset + (path & 0xffff), path >>> 16)) return false;
  if (directory >>> 16 === 0) return true;
  const isAbsolute = path >>> 16 !== 0 && memory.u8[offset + (path & 0xffff)] === 0x2f;
  out._bytes(isAbsolute ? rootBytes : directoryBytes);
  return out._quoted(memory, offset + (directory & 0xffff), directory >>> 16);
}
