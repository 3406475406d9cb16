import { type Checks, checkedCopy, isNumber, positive, SpoorError, typeName } from '@spoor/core';
import { type RingMemory, RingReader, recordHeaderBytes } from '@spoor/ring';
import { native } from '../ffi/native.js';
import type { KernelMap } from '../maps/kernel-map.js';
import { MAP, Mapping, PROT } from '../maps/mapping.js';
import { withOneReader } from './one-reader.js';

/** `enum bpf_map_type` and flags of `linux/bpf.h`. */
const ringBuffer = 27;
/**
 * BPF_F_RB_OVERWRITE (6.19): the kernel overwrites what was not read, and moves the consumer
 * position itself.
 */
const overwrite = 1 << 19;

export interface OpenRingOptions {
  /**
   * Bytes of the longest record that the programs reserve. Memory for it is mapped a second time
   * behind the ring's end, for the record that wraps. A longer record that wraps is a fault,
   * `record-beyond-mapping`. Default: the ring's size, which is enough for any record and counts
   * twice as resident memory.
   */
  readonly longestRecord?: number;
}

export const ringChecks: Checks<OpenRingOptions> = {
  longestRecord: { expected: 'a number of bytes', isType: isNumber },
};

/**
 * Maps the memory of a BPF ring buffer and returns a reader of it, named after the map. The reader
 * unmaps the memory when it is closed; its `data` reads as zeros afterwards. The ring stays
 * readable when the object is closed first: it then has no producers.
 *
 * A ring has one reader, because the kernel keeps one consumer position. A reader of another
 * `KernelMap` of the ring, such as of `openMap` or of another thread, is not noticed.
 *
 * Requires Linux 5.8.
 *
 * @throws {SpoorError} MAP_KIND when the map is not a ring buffer, or one that overwrites unread
 *   records
 * @throws {SpoorError} RING_SIZE when the size is not a power of two
 * @throws {SpoorError} INVALID_VALUE when `longestRecord` is not a positive number, or `map` is not
 *   a map of a loaded object
 * @throws {SpoorError} UNKNOWN_OPTION when an option does not exist
 * @throws {SpoorError} SYSCALL_FAILED when the kernel refuses the mapping
 * @throws {SpoorError} WRONG_PHASE when the object is closed, or the map has a reader that is open
 *
 * @example
 * ```ts
 * using loaded = openObject('trace.bpf.o').load();
 * using reader = openRing(loaded.map('ring'));
 * loaded.attach();
 * reader.drain((data, offset, length) => console.log(length));
 * ```
 */
export function openRing(map: KernelMap, options: OpenRingOptions = {}): RingReader {
  if (typeof map?.fd !== 'number') {
    throw new SpoorError('INVALID_VALUE', `openRing(): expected a map, got ${typeName(map)}`, {
      remedy: "Give a map of a loaded object: loaded.map('ring').",
    });
  }
  if (map.type !== ringBuffer || (map.flags & overwrite) !== 0) {
    throw new SpoorError('MAP_KIND', `the map ${map.name} is not a ring buffer that can be read`, {
      remedy: 'Declare it as BPF_MAP_TYPE_RINGBUF without BPF_F_RB_OVERWRITE.',
      details: { map: map.name, type: map.type, flags: map.flags },
    });
  }
  const size = map.maxEntries;
  if (!Number.isInteger(Math.log2(size))) {
    throw new SpoorError('RING_SIZE', `the ring ${map.name} has ${size} bytes, which is not a power of two`, {
      details: { map: map.name, size },
    });
  }
  const { longestRecord } = checkedCopy('openRing()', options, ringChecks);
  const longest = positive(longestRecord, 'longestRecord') ?? size;
  return withOneReader(map, () => {
    const memory = new MappedRing(map, size, longest);
    return new RingReader(memory, { name: map.name, onClose: () => memory.unmap() });
  });
}

/**
 * Three mappings of one descriptor (kernel/bpf/ringbuf.c, `ringbuf_map_mmap_kern`): only the first
 * may be writable.
 */
class MappedRing implements RingMemory {
  readonly consumer: ArrayBuffer;
  readonly producer: ArrayBuffer;
  readonly data: ArrayBuffer;
  readonly size: number;
  readonly overlap: number;
  readonly #mappings: readonly Mapping[];

  constructor({ name, fd }: KernelMap, size: number, longestRecord: number) {
    const bound = native();
    const page = bound.libc.getpagesize();
    const shared = { name, fd, flags: MAP.SHARED };
    const mappings: Mapping[] = [];
    const add = (length: number, offset: number, protection: number): ArrayBuffer => {
      const mapping = new Mapping(bound, { ...shared, length, offset, protection });
      mappings.push(mapping);
      return mapping.buffer;
    };
    this.#mappings = mappings;
    this.size = size;
    // Whole pages; the kernel lets any part of its second mapping be mapped.
    this.overlap = Math.min(size, Math.ceil((longestRecord + recordHeaderBytes) / page) * page);
    try {
      this.consumer = add(page, 0, PROT.READ | PROT.WRITE);
      this.producer = add(page, page, PROT.READ);
      this.data = add(size + this.overlap, 2 * page, PROT.READ);
    } catch (error) {
      this.unmap();
      throw error;
    }
  }

  unmap(): void {
    for (const mapping of this.#mappings) mapping[Symbol.dispose]();
  }
}
