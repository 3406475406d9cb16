import { errno, errnoName, mapTypeOf, SpoorError } from '@spoor/core';
import type { KernelMap } from './kernel-map.js';

/** A map, a program or a link, or the number of a descriptor. */
export type DescriptorSource = { readonly fd: number } | number;

/** Kinds whose values are written as descriptors, by `enum bpf_map_type`, and what each takes. */
const taken: Readonly<Record<number, string>> = {
  3: 'a program of the type of those that use the array',
  4: 'an event of perf_event_open(2)',
  8: 'a folder of the cgroup file system',
  12: 'a map with the type, the sizes and the flags of the inner map that C declares',
  13: 'a map with the type, the sizes and the flags of the inner map that C declares',
  15: 'a TCP connection, a UDP or a UNIX socket',
  17: 'an AF_XDP socket',
  18: 'a TCP connection, a UDP or a UNIX socket',
  20: 'a listening or bound socket with SO_REUSEPORT',
};

/**
 * Sets the value of a key to a program, a map, a socket, a cgroup or a perf event: whatever a map
 * of this kind takes. The map holds it until the key is deleted or the map is gone.
 *
 * @param key an index, or the bytes of a key
 * @param of an object with a descriptor, such as a `LoadedProgram` or a `KernelMap`, or the number
 *   of a descriptor, which stays open
 * @throws {SpoorError} MAP_KIND when values of the map are not descriptors
 * @throws {SpoorError} INVALID_VALUE when the map does not take what the descriptor stands for
 * @throws {SpoorError} MAP_FULL when an index is too large, or the map is full
 * @throws {SpoorError} SYSCALL_FAILED when the kernel refuses for another reason
 *
 * @example
 * ```ts
 * using inner = createMap({ type: 'hash', keySize: 4, valueSize: 8, maxEntries: 8 });
 * using all = createMap({ type: 'hash_of_maps', keySize: 4, valueSize: 4, maxEntries: 2, inner });
 * setDescriptor(all, 7, inner);
 * ```
 */
export function setDescriptor(map: KernelMap, key: number | Uint8Array, of: DescriptorSource): void {
  const takes = taken[map.type];
  if (takes === undefined) {
    const kind = mapTypeOf(map.type).name;
    throw new SpoorError('MAP_KIND', `the values of ${map.name}, of the kind ${kind}, are not descriptors`, {
      remedy: 'Write its values with update().',
    });
  }
  const fd = typeof of === 'number' ? of : of.fd;
  const value = new Uint8Array(map.valueSize);
  new DataView(value.buffer).setUint32(0, fd, true);
  const status = map.update(typeof key === 'number' ? bytesOf(key) : key, value, 0);
  if (status === 0) return;
  const isFull = status === -errno.E2BIG || status === -errno.ENOSPC;
  const wrong: readonly number[] = [errno.EINVAL, errno.EBADF, errno.EOPNOTSUPP];
  const code = isFull ? 'MAP_FULL' : wrong.includes(-status) ? 'INVALID_VALUE' : 'SYSCALL_FAILED';
  throw new SpoorError(code, `${map.name} does not take the descriptor ${fd}: ${errnoName(status)}`, {
    call: `bpf_map_update_elem(${map.name})`,
    errno: -status,
    remedy: isFull
      ? `It has ${map.maxEntries} entries: use a smaller index, or a larger map.`
      : `Give ${takes}.`,
  });
}

const bytesOf = (index: number): Uint8Array => new Uint8Array(new Uint32Array([index]).buffer);
