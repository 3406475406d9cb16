import { native } from '../ffi/native.js';
import { KernelMap } from './kernel-map.js';

/** Plain data to send to another thread, which can use the map with it. */
export interface SharedMap {
  readonly fd: number;
  readonly name: string;
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
}

/** Describes a map for another thread of this process: descriptors are common to all of them. */
export function shareMap({ fd, name, type, keySize, valueSize, maxEntries, flags }: KernelMap): SharedMap {
  return { fd, name, type, keySize, valueSize, maxEntries, flags };
}

/**
 * The map that another thread shared. Its descriptor stays with the object: nothing may be called
 * on the result once that object is disposed of, since the number may then be another file's.
 *
 * @throws {SpoorError} LIBBPF_MISSING, `LIBBPF_TOO_OLD`, `FFI_UNKNOWN`, `FFI_UNAVAILABLE`
 */
export function useSharedMap(shared: SharedMap): KernelMap {
  const { fd, ...facts } = shared;
  return new KernelMap(native(), fd, facts);
}
