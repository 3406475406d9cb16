import { SpoorError } from '@spoor/core';

/** What the default size of the process map is computed from. */
export interface MachineSize {
  /** CPUs that the kernel may ever bring up; not those online. */
  readonly possibleCpus: number;
  /** Processes alive now. */
  readonly processes: number;
}

/**
 * Bytes that the process map may take by default. An LRU map is allocated whole when it is created.
 */
export const mapMemoryBudget = 64 * 1024 * 1024;

/**
 * Kernel memory of one entry of an LRU hash besides key and value: the element's header and its bucket's share.
 * (`struct htab_elem`, 48 bytes, and one 16-byte bucket an entry, rounded; kernel/bpf/hashtab.c)
 */
const entryOverhead = 64;

/** Entries a CPU below which an LRU map's free lists starve each other on kernels before 6.6.99. */
const entriesPerCpu = 256;

/**
 * Entries of the process map that suit a machine: four for each process alive, and 256 for each possible CPU, rounded
 * up to a power of two, and no more than `mapMemoryBudget` holds. An LRU map hands out free entries in batches of 128 a
 * CPU: with fewer than 256 a CPU, some CPUs evict their own newest entries while thousands lie free elsewhere.
 *
 * A miss costs time, never an event: a size beyond the budget buys little.
 */
export function defaultProcessMapSize(machine: MachineSize, valueSize: number): number {
  const wanted = Math.max(4 * machine.processes, entriesPerCpu * machine.possibleCpus, 1024);
  const affordable = Math.floor(mapMemoryBudget / mapEntryBytes(valueSize));
  return Math.min(powerOfTwo(wanted, Math.ceil), powerOfTwo(affordable, Math.floor));
}

/** Kernel memory of one entry, in bytes, for a 4-byte key. */
export function mapEntryBytes(valueSize: number): number {
  return entryOverhead + 8 + Math.ceil(valueSize / 8) * 8;
}

function powerOfTwo(value: number, round: (value: number) => number): number {
  return 2 ** round(Math.log2(value));
}

const MiB = 1024 * 1024;

/**
 * Bytes of the rings that suit a machine: 512 KiB and 2 MiB for each possible CPU, some 1,800 and 8,000 events, rounded up
 * to powers of two, between 1 and 16 MiB for lifecycle events and 4 and 64 MiB for the others. All CPUs write while the
 * reader sleeps, 60 ms at most. What is mapped counts as resident.
 */
export function defaultRingSizes(possibleCpus: number): {
  readonly lifecycle: number;
  readonly activity: number;
} {
  const size = (perCpu: number, least: number, most: number) =>
    Math.min(Math.max(powerOfTwo(perCpu * possibleCpus, Math.ceil), least), most);
  return { lifecycle: size(MiB / 2, MiB, 16 * MiB), activity: size(2 * MiB, 4 * MiB, 64 * MiB) };
}

/** Bytes of the activity ring that are kept for the processes that use it least: a quarter. */
export function quietRoom(ringSize: number): number {
  return ringSize / 4;
}

/** Returns the entries of the map of ring users: enough for the free lists of each CPU. */
export function ringUsers(possibleCpus: number): number {
  return Math.max(4096, entriesPerCpu * possibleCpus);
}

/** Returns how many calls' objects hooks keep, if tasks share them. Calls beyond are flagged. */
export function committedEntries(possibleCpus: number): number {
  return Math.max(1024, entriesPerCpu * possibleCpus);
}

/** `size` when it is a power of two and a multiple of the page, which a ring buffer has to be. */
export function checkRingSize(name: string, size: number, pageSize: number): number {
  const isPower = Number.isSafeInteger(size) && size > 0 && Math.log2(size) % 1 === 0;
  if (isPower && size % pageSize === 0 && size <= 2 ** 30) return size;
  throw new SpoorError('RING_SIZE', `The size of the ring ${name} is ${size}`, {
    remedy: `Give a power of two from ${pageSize} bytes (one page) to 1073741824 (1 GiB).`,
  });
}
