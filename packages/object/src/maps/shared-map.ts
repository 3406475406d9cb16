import { SpoorError, typeName } from '@spoor/core';
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
 * @throws {SpoorError} INVALID_VALUE when `shared` is not what `shareMap` returns
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
  const { fd, name, ...numbers } = (shared ?? {}) as Partial<SharedMap>;
  const { type, keySize, valueSize, maxEntries, flags } = numbers;
  const all = [fd, type, keySize, valueSize, maxEntries, flags];
  if (typeof name !== 'string' || !all.every((number) => Number.isSafeInteger(number) && number! >= 0)) {
    throw new SpoorError('INVALID_VALUE', `useSharedMap(): expected a shared map, got ${typeName(shared)}`, {
      remedy: 'Give what shareMap() returned on the other thread.',
    });
  }
  return new KernelMap(native(), fd!, { name, ...numbers } as Omit<SharedMap, 'fd'>);
}
