import { closeSync, openSync, readFileSync, statSync } from 'node:fs';
import { kernelBtfPath } from '@spoor/btf';
import type { Native } from '../ffi/native.js';
import { MAP, mapMemory, PROT } from '../maps/mapping.js';

let known: { readonly native: Native; readonly bytes: Uint8Array | undefined } | undefined;

/**
 * Returns the BTF of the kernel itself, without its modules, or undefined if the kernel has none.
 * The bytes are kept for one turn of the event loop.
 */
export function kernelTypes(native: Native): Uint8Array | undefined {
  if (known?.native === native) return known.bytes;
  const size = statSync(kernelBtfPath, { throwIfNoEntry: false })?.size ?? 0;
  const bytes = size === 0 ? undefined : (copyTypes(native, size) ?? readFileSync(kernelBtfPath));
  known = { native, bytes };
  setImmediate(() => {
    known = undefined;
  });
  return bytes;
}

/**
 * Copies the file by a mapping. V8 does not count shared memory against its heap. Megabytes that
 * are counted would make it collect all garbage before the first event of a trace.
 *
 * @returns undefined before Linux 6.16, where the file can only be read, 4 KiB per call
 */
function copyTypes(native: Native, length: number): Uint8Array | undefined {
  const fd = openSync(kernelBtfPath, 'r');
  try {
    const request = { length, protection: PROT.READ, flags: MAP.PRIVATE, fd, name: kernelBtfPath };
    const address = mapMemory(native, request);
    const bytes = new Uint8Array(new SharedArrayBuffer(length));
    native.libc.memcpy(bytes, address, BigInt(length));
    native.libc.munmap(address, BigInt(length));
    return bytes;
  } catch {
    return undefined;
  } finally {
    closeSync(fd);
  }
}

const names = new Map<string, boolean>();

/** Returns true if the kernel has a typed tracepoint: only a typedef has such a name. */
export const hasTypedTracepoint = (native: Native, name: string): boolean =>
  hasName(native, `btf_trace_${name}`);

/** Returns true if the kernel has this function. Nothing else in the kernel may have the name. */
export const hasKernelFunction = (native: Native, name: string): boolean => hasName(native, name);

/** Returns true if the kernel's BTF has this name. Each name is searched once per process. */
function hasName(native: Native, name: string): boolean {
  const answer = names.get(name);
  if (answer !== undefined) return answer;
  const bytes = kernelTypes(native);
  const found =
    bytes !== undefined &&
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(`\0${name}\0`);
  names.set(name, found);
  return found;
}
