import { SpoorError } from '@spoor/core';

/** The facts that the default size of the process map depends on. */
export interface MachineSize {
  /** The CPUs that the kernel may ever use, whether online or not. */
  readonly possibleCpus: number;
  /** The processes that live now. */
  readonly processes: number;
}

/**
 * The most bytes that the process map may use by default. An LRU map is allocated as a whole when
 * it is created.
 */
const mapMemoryBudget = 64 * 1024 * 1024;

/**
 * Kernel memory of an entry of an LRU hash besides key and value, in bytes: `struct htab_elem` (48
 * bytes) and one bucket (16 bytes). Source: kernel/bpf/hashtab.c.
 */
const entryOverhead = 64;

/**
 * With fewer entries per CPU, the free lists of an LRU map starve each other before kernel 6.6.99.
 */
const entriesPerCpu = 256;

/**
 * Returns the default number of entries of the process map: four per process, and 256 per possible
 * CPU, rounded up to a power of two. The map uses 64 MiB of kernel memory at most.
 *
 * An LRU map hands out free entries in batches of 128 per CPU. With fewer than 256 per CPU, some
 * CPUs evict their newest entries while thousands are free elsewhere.
 *
 * @param machine - the CPUs and processes of this machine
 * @param valueSize - bytes of a value
 *
 * @example
 * ```ts
 * console.log(defaultProcessMapSize({ possibleCpus: 8, processes: 400 }, 384)); // 2048
 * ```
 */
export function defaultProcessMapSize(machine: MachineSize, valueSize: number): number {
  const wanted = Math.max(4 * machine.processes, entriesPerCpu * machine.possibleCpus, 1024);
  const affordable = Math.floor(mapMemoryBudget / mapEntryBytes(valueSize));
  return Math.min(powerOfTwo(wanted, Math.ceil), powerOfTwo(affordable, Math.floor));
}

/**
 * Returns the kernel memory of an entry with a key of 4 bytes.
 *
 * @param valueSize - bytes of a value
 * @returns bytes
 *
 * @example
 * ```ts
 * console.log(mapEntryBytes(384)); // 456
 * ```
 */
export function mapEntryBytes(valueSize: number): number {
  return entryOverhead + 8 + Math.ceil(valueSize / 8) * 8;
}

function powerOfTwo(value: number, round: (value: number) => number): number {
  return 2 ** round(Math.log2(value));
}

const MiB = 1024 * 1024;

/**
 * Returns the default sizes of the rings: 512 KiB (lifecycle) and 2 MiB (activity) per possible
 * CPU, rounded up to powers of two. `lifecycle` has 1 to 16 MiB, `activity` 4 to 64 MiB. That is
 * room for 1,800 and 8,000 events per CPU, which all CPUs can write while the reader sleeps for 60
 * ms.
 *
 * @param possibleCpus - the CPUs that the kernel may ever use
 * @returns bytes
 *
 * @example
 * ```ts
 * console.log(defaultRingSizes(8).activity); // 16777216
 * ```
 */
export function defaultRingSizes(possibleCpus: number): {
  readonly lifecycle: number;
  readonly activity: number;
} {
  const size = (perCpu: number, least: number, most: number) =>
    Math.min(Math.max(powerOfTwo(perCpu * possibleCpus, Math.ceil), least), most);
  return { lifecycle: size(MiB / 2, MiB, 16 * MiB), activity: size(2 * MiB, 4 * MiB, 64 * MiB) };
}

/** Returns the bytes of the activity ring that are kept for the processes that use it least. */
export function quietRoom(ringSize: number): number {
  return ringSize / 4;
}

/** Returns the entries of the map of ring users: enough for the free lists of each CPU. */
export function ringUsers(possibleCpus: number): number {
  return Math.max(4096, entriesPerCpu * possibleCpus);
}

/** Returns the number of calls whose shared objects the hooks keep. Further calls are flagged. */
export function committedEntries(possibleCpus: number): number {
  return Math.max(1024, entriesPerCpu * possibleCpus);
}

/**
 * Checks that a ring can have this size: a power of two, and a multiple of the page.
 *
 * @param name - the option in `TraceOptions.ringSizes`
 * @throws {SpoorError} RING_SIZE
 */
export function checkRingSize(name: string, size: number, pageSize: number): number {
  const isPower = Number.isSafeInteger(size) && size > 0 && Math.log2(size) % 1 === 0;
  if (isPower && size % pageSize === 0 && size <= 2 ** 30) return size;
  const expected = `a power of two from ${pageSize} bytes (one page) to 1073741824 (1 GiB)`;
  throw new SpoorError('RING_SIZE', `invalid size of the ring ${name}: ${size} bytes`, {
    remedy: `Give ${expected}.`,
    details: { option: `ringSizes.${name}`, expected, value: size },
  });
}

/** Returns true if records of these kinds are kept until an operation ends. */
export const keepsRecords = (kinds: ReadonlySet<string>): boolean =>
  kinds.has('connect') || kinds.has('write');

/** The most pending operations, open connections and open files at a time. */
export const keptRecords = (kinds: ReadonlySet<string>): number =>
  kinds.has('connection-end') || kinds.has('write') ? 8192 : 1024;
