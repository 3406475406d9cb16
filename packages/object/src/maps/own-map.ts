import { readlinkSync, statfsSync } from 'node:fs';
import { errno, errnoName, type MapTypeName, mapTypes, SpoorError } from '@spoor/core';
import { type Native, native } from '../ffi/native.js';
import { CStruct, cString } from '../libc/c-memory.js';
import { disposeWithThread, forgetWithThread } from '../libc/ending-thread.js';
import { mapFailure, privilegeRemedy } from '../load/failure.js';
import { KernelMap, type MapFacts, possibleCpus } from './kernel-map.js';
import { checkMapSize } from './map-size.js';

/** The shape of a map that `createMap` creates. */
export interface MapShapeOptions {
  /** A name such as `hash`, or the number of `enum bpf_map_type`. */
  readonly type: MapTypeName | number;
  /** At most 15 letters, digits and underscores reach the kernel. Default: `map`. */
  readonly name?: string;
  /** Bytes. Default: 0, for kinds without keys. */
  readonly keySize?: number;
  /** Bytes. Default: 0, for rings. */
  readonly valueSize?: number;
  /** Entries; bytes of a ring. */
  readonly maxEntries: number;
  /** Flags of `bpf_map_create`, such as BPF_F_NO_PREALLOC (1). Default: 0. */
  readonly flags?: number;
  /** For a map of maps: a map with the shape of the inner ones. */
  readonly inner?: KernelMap;
}

/** The place at which `openMap` finds a map. */
export type MapPlace = { readonly id: number } | { readonly path: string };

/**
 * A map that belongs to no object of this process. It goes when it is closed, unless a program, a
 * pin, another map or another process has it.
 *
 * @example
 * ```ts
 * using table = createMap({ type: 'hash', keySize: 4, valueSize: 8, maxEntries: 64 });
 * table.update(new Uint8Array(4), new Uint8Array(8), 0);
 * ```
 */
export class OwnMap extends KernelMap implements Disposable {
  readonly #native: Native;

  /** @internal Use `createMap` or `openMap`. */
  constructor(bound: Native, fd: number, facts: MapFacts) {
    super(bound, fd, facts);
    this.#native = bound;
    disposeWithThread(this);
  }

  /** Closes the descriptor of the map. Idempotent. */
  close(): void {
    if (this.closed) return;
    forgetWithThread(this);
    this.#native.libc.close(this.fd);
    this.retire();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** Offsets in `struct bpf_map_create_opts`, and its size. */
const createOptions = { innerFd: 24, flags: 28, size: 48 } as const;

/**
 * Creates a map without an object, such as an inner map of a map of maps.
 *
 * @throws {SpoorError} MAP_SIZE, RING_SIZE, MAP_FLAGS or MAP_KIND when the kernel has no such map
 * @throws {SpoorError} NO_PRIVILEGE without CAP_BPF
 * @throws {SpoorError} LOAD_FAILED when the kernel refuses for another reason
 *
 * @example
 * ```ts
 * using inner = createMap({ type: 'hash', keySize: 4, valueSize: 8, maxEntries: 8 });
 * using all = createMap({ type: 'array_of_maps', keySize: 4, valueSize: 4, maxEntries: 2, inner });
 * setDescriptor(all, 0, inner);
 * ```
 */
export function createMap(options: MapShapeOptions): OwnMap {
  const { type, name = 'map', keySize = 0, valueSize = 0, maxEntries, flags = 0, inner } = options;
  const number =
    typeof type === 'number' ? type : Object.hasOwn(mapTypes, type) ? mapTypes[type].type : undefined;
  if (number === undefined) {
    throw new SpoorError('MAP_KIND', `createMap(): there is no map type ${String(type)}`, {
      remedy: `Give the number of enum bpf_map_type, or one of ${Object.keys(mapTypes).join(', ')}.`,
    });
  }
  const bound = native();
  const { libbpf, libc, driver } = bound;
  const facts = { name, type: number, keySize, valueSize, maxEntries, flags };
  checkMapSize(facts, maxEntries, { pageSize: libc.getpagesize(), cpus: possibleCpus(bound) });
  const given = CStruct.options(createOptions.size, driver)
    .u32(createOptions.innerFd, inner?.fd ?? 0)
    .u32(createOptions.flags, flags);
  const shortName = cString(name.replace(/\W/g, '_').slice(0, 15));
  const fd = libbpf.bpf_map_create(number, shortName, keySize, valueSize, maxEntries, given.bytes);
  if (fd >= 0) return new OwnMap(bound, fd, facts);
  if (fd === -errno.EPERM || fd === -errno.EACCES) throw denied(`the map ${name} cannot be created`, fd);
  throw mapFailure('createMap()', { ...facts, status: fd }, { call: `bpf_map_create(${name})`, errno: -fd });
}

/** Offsets in `struct bpf_map_info`, and its size up to the name. */
const info = { type: 0, keySize: 8, valueSize: 12, maxEntries: 16, flags: 20, name: 24, size: 40 } as const;

/**
 * Opens a map that exists: by its id, as a map of maps returns it, or by the path of a pin.
 *
 * @throws {SpoorError} MAP_UNKNOWN when there is no such map
 * @throws {SpoorError} MAP_KIND when the pin is not a map
 * @throws {SpoorError} NO_PRIVILEGE without CAP_SYS_ADMIN for an id, or without access to the pin
 * @throws {SpoorError} SYSCALL_FAILED when the kernel refuses for another reason
 *
 * @example
 * ```ts
 * using inner = createMap({ type: 'hash', keySize: 4, valueSize: 8, maxEntries: 8 });
 * using all = createMap({ type: 'array_of_maps', keySize: 4, valueSize: 4, maxEntries: 2, inner });
 * setDescriptor(all, 0, inner);
 * const id = new Uint32Array(1);
 * all.lookup(new Uint8Array(4), new Uint8Array(id.buffer));
 * using same = openMap({ id: id[0]! });
 * ```
 */
export function openMap(place: MapPlace): OwnMap {
  const bound = native();
  const what = 'id' in place ? `map with the id ${place.id}` : `map at ${place.path}`;
  if ('path' in place) requirePin(place.path, what);
  const { libbpf, libc } = bound;
  const call = 'id' in place ? 'bpf_map_get_fd_by_id' : 'bpf_obj_get';
  const fd = 'id' in place ? libbpf.bpf_map_get_fd_by_id(place.id) : libbpf.bpf_obj_get(cString(place.path));
  if (fd === -errno.ENOENT) throw noMap(what, call);
  if (fd === -errno.EPERM || fd === -errno.EACCES) throw denied(`the ${what} cannot be opened`, fd);
  if (fd < 0) {
    throw new SpoorError('SYSCALL_FAILED', `the ${what} cannot be opened: ${errnoName(fd)}`, {
      call,
      errno: -fd,
    });
  }
  try {
    if (!readlinkSync(`/proc/self/fd/${fd}`).includes('bpf-map')) throw notAMap(what);
    return new OwnMap(bound, fd, factsOf(bound, fd, what));
  } catch (error) {
    libc.close(fd);
    throw error;
  }
}

/** BPF_FS_MAGIC of linux/magic.h. */
const bpfFileSystem = 0xcafe4a11;

/** For another file the kernel returns EACCES, as if a privilege were missing. */
function requirePin(path: string, what: string): void {
  try {
    if (statfsSync(path).type === bpfFileSystem) return;
  } catch {
    throw noMap(what, 'statfs');
  }
  throw notAMap(what);
}

const noMap = (what: string, call: string) =>
  new SpoorError('MAP_UNKNOWN', `there is no ${what}`, {
    call,
    errno: errno.ENOENT,
    remedy: 'List the maps that there are: bpftool map',
  });

const notAMap = (what: string) =>
  new SpoorError('MAP_KIND', `the ${what} is not a map`, { remedy: 'Give the path of a pinned map.' });

function factsOf({ libbpf, driver }: Native, fd: number, what: string): MapFacts {
  const read = new CStruct(info.size, driver);
  const status = libbpf.bpf_obj_get_info_by_fd(fd, read.bytes, new Uint32Array([info.size]));
  if (status < 0) {
    throw new SpoorError('SYSCALL_FAILED', `the ${what} does not describe itself: ${errnoName(status)}`, {
      call: 'bpf_obj_get_info_by_fd',
      errno: -status,
    });
  }
  const at = (offset: number) => read.view.getUint32(offset, true);
  const name = read.bytes.subarray(info.name, info.name + 16);
  return {
    name: Buffer.from(name.subarray(0, name.indexOf(0))).toString(),
    type: at(info.type),
    keySize: at(info.keySize),
    valueSize: at(info.valueSize),
    maxEntries: at(info.maxEntries),
    flags: at(info.flags),
  };
}

function denied(problem: string, status: number): SpoorError {
  return new SpoorError('NO_PRIVILEGE', `${problem}: ${errnoName(status)}`, {
    errno: -status,
    remedy: privilegeRemedy,
  });
}
