import { errno, SpoorError } from '@spoor/core';
import type { Pointer } from '../ffi/driver.js';
import type { Native } from '../ffi/native.js';
import { Pinned } from './pinned.js';

/** Kinds whose system call takes one value per possible CPU: `enum bpf_map_type`. */
const perCpuTypes = new Set([
  5, // PERCPU_HASH
  6, // PERCPU_ARRAY
  10, // LRU_PERCPU_HASH
  21, // PERCPU_CGROUP_STORAGE
]);

/** BPF_F_LOCK: the update takes the value's spin lock. */
const lockFlag = 4;

export interface MapFacts {
  readonly name: string;
  readonly type: number;
  readonly keySize: number;
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
}

/**
 * A map of the kernel by its file descriptor: bytes in, bytes out, a status as -errno, nothing
 * thrown for what the kernel answers. The raw map that `@spoor/map` builds on.
 *
 * Buffers belong to the caller; the kernel reads and writes them during the call only. A buffer
 * that is too short throws `MAP_LAYOUT`, since the kernel would write past its end. After the
 * object is disposed, calls throw `WRONG_PHASE`.
 *
 * @example
 * ```ts
 * const table = loaded.map('table');
 * const key = new Uint8Array(table.keySize);
 * const value = new Uint8Array(table.valueBytes);
 * if (table.lookup(key, value) < 0) console.log('no such key');
 * ```
 */
export class KernelMap {
  readonly name: string;
  /** The number of `enum bpf_map_type`. */
  readonly type: number;
  /** Bytes; 0 for kinds without keys. */
  readonly keySize: number;
  /** Bytes of one value, as declared in C. */
  readonly valueSize: number;
  readonly maxEntries: number;
  readonly flags: number;
  /** 1 but for per-CPU kinds: then the number of possible CPUs. */
  readonly slots: number;
  /** Bytes of a value buffer: one value, or one slot a possible CPU, each rounded up to 8. */
  readonly valueBytes: number;

  readonly #libbpf: Native['libbpf'];
  readonly #key: Pinned;
  readonly #value: Pinned;
  readonly #count = new Uint32Array(new ArrayBuffer(4));
  /**
   * The functions of the hot calls, once used: in the table, which binds when asked, each is looked
   * up by its name.
   */
  #lookupElem: Native['libbpf']['bpf_map_lookup_elem'] | undefined;
  #updateElem: Native['libbpf']['bpf_map_update_elem'] | undefined;
  #fd: number;

  constructor(native: Native, fd: number, facts: MapFacts) {
    this.name = facts.name;
    this.type = facts.type;
    this.keySize = facts.keySize;
    this.valueSize = facts.valueSize;
    this.maxEntries = facts.maxEntries;
    this.flags = facts.flags;
    this.#libbpf = native.libbpf;
    this.#key = new Pinned(native.driver);
    this.#value = new Pinned(native.driver);
    this.#fd = fd;
    const perCpu = perCpuTypes.has(facts.type);
    this.slots = perCpu ? possibleCpus(native) : 1;
    this.valueBytes = perCpu ? this.slots * Math.ceil(facts.valueSize / 8) * 8 : facts.valueSize;
  }

  /** The kernel's descriptor, close-on-exec; owned by the object. */
  get fd(): number {
    if (this.#fd < 0) throw gone(this);
    return this.#fd;
  }

  /** True once the object was closed. */
  get closed(): boolean {
    return this.#fd < 0;
  }

  /**
   * Copies the value into `value`; 0, or -errno (-ENOENT is a miss). A bloom filter has no keys: it
   * takes the value, and -ENOENT says that it was never added.
   *
   * @param flags 4 (BPF_F_LOCK) holds the spin lock of the value meanwhile; -EINVAL without one.
   *   Kernel 5.1
   */
  lookup(key: Uint8Array, value: Uint8Array, flags = 0): number {
    check(this, key, this.keySize, 'key');
    check(this, value, this.valueBytes, 'value');
    if (flags !== 0)
      return this.#libbpf.bpf_map_lookup_elem_flags(this.fd, this.#keyAt(key), value, BigInt(flags));
    this.#lookupElem ??= this.#libbpf.bpf_map_lookup_elem;
    const call = this.#lookupElem;
    return call(this.fd, this.#keyAt(key), this.#value.at(value));
  }

  /**
   * `flags`: 0 any, 1 create only (-EEXIST when there), 2 update only (-ENOENT when not). 4 more
   * (BPF_F_LOCK) holds the spin lock of the value meanwhile.
   */
  update(key: Uint8Array, value: Uint8Array, flags: number): number {
    check(this, key, this.keySize, 'key');
    check(this, value, this.valueBytes, 'value');
    this.#updateElem ??= this.#libbpf.bpf_map_update_elem;
    const call = this.#updateElem;
    return call(this.fd, this.#keyAt(key), this.#value.at(value), flags === 0 ? 0n : BigInt(flags));
  }

  delete(key: Uint8Array): number {
    check(this, key, this.keySize, 'key');
    return this.#libbpf.bpf_map_delete_elem(this.fd, this.#key.at(key));
  }

  /** Queue and stack since 4.20, hashes since 5.14; -ENOTSUP where there is no such call. */
  lookupAndDelete(key: Uint8Array, value: Uint8Array): number {
    check(this, key, this.keySize, 'key');
    check(this, value, this.valueBytes, 'value');
    return plain(
      this.#libbpf.bpf_map_lookup_and_delete_elem(this.fd, this.#keyAt(key), this.#value.at(value)),
    );
  }

  /** The key after `key`, or the first when it is `null` or gone; -ENOENT at the end. */
  nextKey(key: Uint8Array | null, next: Uint8Array): number {
    if (key !== null) check(this, key, this.keySize, 'key');
    check(this, next, this.keySize, 'key');
    return plain(this.#libbpf.bpf_map_get_next_key(this.fd, key, next));
  }

  /**
   * Up to `count` entries (kernel 5.6 and later). -ENOENT says that the end was reached; -ENOSPC
   * that one bucket holds more than `count`.
   */
  lookupBatch(request: {
    readonly first: boolean;
    readonly cursor: Uint8Array;
    readonly keys: Uint8Array;
    readonly values: Uint8Array;
    readonly count: number;
  }): { readonly status: number; readonly done: number } {
    const { first, cursor, keys, values, count } = request;
    check(this, cursor, Math.max(8, this.keySize), 'cursor');
    check(this, keys, count * this.keySize, 'keys');
    check(this, values, count * this.valueBytes, 'values');
    this.#count[0] = count;
    const status = this.#libbpf.bpf_map_lookup_batch(
      this.fd,
      first ? null : cursor,
      cursor,
      keys,
      values,
      this.#count,
      null,
    );
    return this.#outcome(status);
  }

  /**
   * Stops at the first entry that fails. The kernel's own batch knows no flags but BPF_F_LOCK
   * (`generic_map_update_batch`): with others this is one call an entry.
   */
  updateBatch(
    keys: Uint8Array,
    values: Uint8Array,
    count: number,
    flags: number,
  ): { readonly status: number; readonly done: number } {
    check(this, keys, count * this.keySize, 'keys');
    check(this, values, count * this.valueBytes, 'values');
    if ((flags & ~lockFlag) !== 0) return this.#updateEach(keys, values, count, flags);
    this.#count[0] = count;
    // struct bpf_map_batch_opts: sz, elem_flags, flags.
    const options = new BigUint64Array([24n, BigInt(flags), 0n]);
    return this.#outcome(this.#libbpf.bpf_map_update_batch(this.fd, keys, values, this.#count, options));
  }

  #updateEach(
    keys: Uint8Array,
    values: Uint8Array,
    count: number,
    flags: number,
  ): { status: number; done: number } {
    for (let done = 0; done < count; done++) {
      const key = keys.subarray(done * this.keySize, (done + 1) * this.keySize);
      const value = values.subarray(done * this.valueBytes, (done + 1) * this.valueBytes);
      const status = this.update(key, value, flags);
      if (status !== 0) return { status, done };
    }
    return { status: 0, done: count };
  }

  deleteBatch(keys: Uint8Array, count: number): { status: number; done: number } {
    check(this, keys, count * this.keySize, 'keys');
    this.#count[0] = count;
    return this.#outcome(this.#libbpf.bpf_map_delete_batch(this.fd, keys, this.#count, null));
  }

  /**
   * Makes the map read-only for all of user space, for as long as it exists. Programs can still
   * write it. Needs CAP_BPF, kernel 5.2.
   *
   * @returns 0, or -errno: -EBUSY if the map was frozen before, or its memory is mapped for writing
   */
  freeze(): number {
    return this.#libbpf.bpf_map_freeze(this.fd);
  }

  /**
   * @internal The object closes the descriptor; from now on calls throw instead of reaching
   * another's descriptor.
   */
  retire(): void {
    this.#fd = -1;
  }

  /** The kernel insists on NULL for the key of a queue, a stack or a bloom filter. */
  #keyAt(key: Uint8Array): Pointer {
    return this.keySize === 0 ? null : this.#key.at(key);
  }

  /** The kernel leaves the count alone when it refuses the call as such. */
  #outcome(status: number): { status: number; done: number } {
    const refused =
      status === -errno.EFAULT ||
      status === -errno.EINVAL ||
      status === -errno.ENOTSUPP ||
      status === -errno.EPERM;
    return { status: plain(status), done: refused ? 0 : (this.#count[0] ?? 0) };
  }
}

/** By `length`, which is read inline: `byteLength` is a call on Node 20 (bench/tried.md). */
function check(map: KernelMap, buffer: Uint8Array, needed: number, what: string): void {
  if (buffer.length < needed) throw tooShort(map, buffer, needed, what);
}

// Errors are made outside of the hot calls: the engine takes a call apart only while all that it
// calls is short.

function tooShort(map: KernelMap, buffer: Uint8Array, needed: number, what: string): SpoorError {
  return new SpoorError(
    'MAP_LAYOUT',
    `${map.name}: a ${what} buffer of ${buffer.byteLength} bytes, where the kernel reads or writes ${needed}`,
  );
}

function gone({ name }: KernelMap): SpoorError {
  return new SpoorError('WRONG_PHASE', `the map ${name} is gone: its object was disposed`);
}

/** ENOTSUPP is the kernel's own and in no errno.h; callers compare with ENOTSUP. */
function plain(status: number): number {
  return status === -errno.ENOTSUPP ? -errno.EOPNOTSUPP : status;
}

let cpus: number | undefined;

/** How many CPUs this kernel may ever have: the slots of a per-CPU value. */
export function possibleCpus({ libbpf }: Native): number {
  cpus ??= libbpf.libbpf_num_possible_cpus();
  if (cpus > 0) return cpus;
  throw new SpoorError('SYSCALL_FAILED', 'the number of possible CPUs cannot be read from /sys', {
    call: 'libbpf_num_possible_cpus',
    errno: -cpus,
    remedy: 'Mount sysfs: mount -t sysfs sysfs /sys',
  });
}
