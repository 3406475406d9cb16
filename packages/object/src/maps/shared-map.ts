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

/**
 * Describes a map for another thread of this process, because threads share descriptors.
 *
 * @example
 * ```ts
 * worker.postMessage(shareMap(loaded.map('table')));
 * ```
 */
export function shareMap({ fd, name, type, keySize, valueSize, maxEntries, flags }: KernelMap): SharedMap {
  return { fd, name, type, keySize, valueSize, maxEntries, flags };
}

/**
 * Opens a map that another thread shared. Do not use it after the object is closed, because the
 * number of its descriptor may then belong to another file.
 *
 * @throws {SpoorError} LIBBPF_MISSING or LIBBPF_TOO_OLD when libbpf 1.0 cannot be loaded
 * @throws {SpoorError} FFI_UNKNOWN or FFI_UNAVAILABLE when the driver of SPOOR_FFI cannot be used
 *
 * @example
 * ```ts
 * parentPort?.once('message', (shared: SharedMap) => {
 *   const table = useSharedMap(shared);
 *   console.log(table.name, table.maxEntries);
 * });
 * ```
 */
export function useSharedMap(shared: SharedMap): KernelMap {
  const { fd, ...facts } = shared;
  return new KernelMap(native(), fd, facts);
}
