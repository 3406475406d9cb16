import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { kernelBtfPath } from '@spoor/btf';
import type { Native } from './ffi/native.js';
import { MAP, Mapping, PROT } from './mapping.js';

let known: { readonly native: Native; readonly bytes: Uint8Array | undefined } | undefined;

/**
 * Returns the BTF of the kernel itself, without its modules, or undefined where the kernel shows none. The bytes are valid until
 * the event loop's next turn: they are kept for all questions of one start, and then released.
 */
export function kernelTypes(native: Native): Uint8Array | undefined {
  if (known?.native === native) return known.bytes;
  const size = statSync(kernelBtfPath, { throwIfNoEntry: false })?.size ?? 0;
  const mapping = size === 0 ? undefined : mapTypes(native, size);
  const bytes = mapping === undefined ? readTypes(size) : new Uint8Array(mapping.buffer, 0, size);
  known = { native, bytes };
  setImmediate(() => {
    known = undefined;
    mapping?.[Symbol.dispose]();
  });
  return bytes;
}

function readTypes(size: number): Uint8Array | undefined {
  return size === 0 ? undefined : readFileSync(kernelBtfPath);
}

/** Maps the file. Returns undefined before Linux 6.16, where it can only be read, 4 KiB per call. */
function mapTypes(native: Native, length: number): Mapping | undefined {
  const fd = openSync(kernelBtfPath, 'r');
  try {
    return new Mapping(native, {
      length,
      protection: PROT.READ,
      flags: MAP.PRIVATE,
      fd,
      name: kernelBtfPath,
    });
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

const tracepoints = new Map<string, boolean>();

/** Whether the kernel has a tracepoint with types: a typedef, and nothing else, is called so. Each is looked for once per process. */
export function hasTypedTracepoint(native: Native, name: string): boolean {
  const answer = tracepoints.get(name);
  if (answer !== undefined) return answer;
  const bytes = kernelTypes(native);
  const found =
    bytes !== undefined &&
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(`\0btf_trace_${name}\0`);
  tracepoints.set(name, found);
  return found;
}
