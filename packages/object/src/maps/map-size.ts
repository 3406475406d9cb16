import { totalmem } from 'node:os';
import { SpoorError } from '@spoor/core';
import type { MapFacts } from './kernel-map.js';

/** `enum bpf_map_type`, as far as sizes depend on it. */
const kind = {
  hash: 1,
  array: 2,
  perfEventArray: 4,
  perCpuHash: 5,
  perCpuArray: 6,
  lruHash: 9,
  lruPerCpuHash: 10,
  cgroupStorage: 19,
  perCpuCgroupStorage: 21,
  socketStorage: 24,
  structOps: 26,
  ring: 27,
  inodeStorage: 28,
  taskStorage: 29,
  cgroupLocalStorage: 32,
} as const;

/** Kinds whose entries live in the objects that they belong to: the kernel wants 0 entries. */
const sizeless: ReadonlySet<number> = new Set([
  kind.cgroupStorage,
  kind.perCpuCgroupStorage,
  kind.socketStorage,
  kind.structOps,
  kind.inodeStorage,
  kind.taskStorage,
  kind.cgroupLocalStorage,
]);

const noPrealloc = 1;
/** Rough bytes that the kernel adds to each entry of a hash (`struct htab_elem` and its bucket). */
const hashOverhead = 64;
const maxEntriesLimit = 0xffff_ffff;

/**
 * Checks a size before the kernel sees it.
 *
 * @throws {SpoorError} MAP_SIZE, `RING_SIZE`, `MAP_KIND` where the kind has no size
 */
export function checkMapSize(
  map: MapFacts,
  maxEntries: number,
  machine: { pageSize: number; cpus: number },
): void {
  const { name, type } = map;
  if (sizeless.has(type)) {
    // libbpf gives a struct_ops map its one entry.
    if (maxEntries === (type === kind.structOps ? 1 : 0)) return;
    throw new SpoorError(
      'MAP_KIND',
      `the map ${name} has no size: its entries live in the objects they belong to`,
    );
  }
  // libbpf gives it an entry for each possible CPU.
  if (type === kind.perfEventArray && maxEntries === 0) return;
  if (!Number.isInteger(maxEntries) || maxEntries < 1 || maxEntries > maxEntriesLimit) {
    throw new SpoorError('MAP_SIZE', `the map ${name} cannot have ${maxEntries} entries`, {
      remedy: `Give it a whole number from 1 to ${maxEntriesLimit}.`,
      details: { map: name, maxEntries },
    });
  }
  if (type === kind.ring) checkRingSize(name, maxEntries, machine.pageSize);
  const bytes = preallocatedBytes(map, maxEntries, machine.cpus);
  if (bytes > totalmem()) {
    throw new SpoorError(
      'MAP_SIZE',
      `the map ${name} with ${maxEntries} entries takes about ${gib(bytes)} GiB`,
      {
        remedy: `This machine has ${gib(totalmem())} GiB: give it fewer entries.`,
        details: { map: name, maxEntries, bytes },
      },
    );
  }
}

function checkRingSize(name: string, size: number, pageSize: number): void {
  if (Number.isInteger(Math.log2(size)) && size >= pageSize) return;
  throw new SpoorError('RING_SIZE', `the ring ${name} cannot have ${size} bytes`, {
    remedy: `Give it a power of two that is at least a page (${pageSize}).`,
    details: { map: name, size, pageSize },
  });
}

/** Bytes that the kernel allocates at creation; 0 for kinds that grow. */
function preallocatedBytes(
  { type, keySize, valueSize, flags }: MapFacts,
  entries: number,
  cpus: number,
): number {
  switch (type) {
    case kind.ring:
      return entries;
    case kind.array:
      return entries * valueSize;
    case kind.perCpuArray:
      return entries * valueSize * cpus;
    case kind.lruHash:
      return entries * (keySize + valueSize + hashOverhead);
    case kind.hash:
      return (flags & noPrealloc) === 0 ? entries * (keySize + valueSize + hashOverhead) : 0;
    case kind.lruPerCpuHash:
    case kind.perCpuHash:
      return (flags & noPrealloc) === 0 ? entries * (keySize + valueSize * cpus + hashOverhead) : 0;
    default:
      return 0;
  }
}

const gib = (bytes: number): string => (bytes / 2 ** 30).toFixed(1);
