import { positive, SpoorError } from '@spoor/core';
import { type RingMemory, recordHeaderBytes } from '@spoor/ring';
import { native } from '../ffi/native.js';
import type { KernelMap } from '../maps/kernel-map.js';
import { MAP, Mapping, PROT } from '../maps/mapping.js';

/** `enum bpf_map_type` and flags of `linux/bpf.h`. */
const ringBuffer = 27;
/** BPF_F_RB_OVERWRITE (6.19): the kernel overwrites what was not read, and moves the consumer position itself. */
const overwrite = 1 << 19;

export interface MapRingOptions {
  /**
   * Bytes of the longest record that its programs reserve. So many are mapped a second time behind the ring's end, for the
   * record that wraps; a longer one that does is a fault, `record-beyond-mapping`. Default: the ring's size, which suffices
   * for any record, and counts twice as resident memory.
   */
  readonly longestRecord?: number;
}

/**
 * Maps the memory of a BPF ring buffer for a `RingReader` (kernel 5.8 and later).
 *
 * Close the reader first, then dispose the memory. Who still looks at it afterwards sees zeros. The memory stays
 * valid when the object is disposed before it: it only has no more producers.
 *
 * @throws SpoorError `MAP_KIND` for another kind of map or one that overwrites, `RING_SIZE` for a size that is no power
 * of two, `INVALID_VALUE` for a longest record that is none, `SYSCALL_FAILED`, `WRONG_PHASE`
 */
export function mapRing(map: KernelMap, options: MapRingOptions = {}): RingMemory & Disposable {
  if (map.type !== ringBuffer || (map.flags & overwrite) !== 0) {
    throw new SpoorError('MAP_KIND', `the map ${map.name} is no ring buffer that can be read`, {
      remedy: 'Declare it as BPF_MAP_TYPE_RINGBUF without BPF_F_RB_OVERWRITE.',
      details: { map: map.name, type: map.type, flags: map.flags },
    });
  }
  const size = map.maxEntries;
  if (!Number.isInteger(Math.log2(size))) {
    throw new SpoorError('RING_SIZE', `the ring ${map.name} has ${size} bytes, which is no power of two`, {
      details: { map: map.name, size },
    });
  }
  return new MappedRing(map, size, positive(options.longestRecord, 'longestRecord') ?? size);
}

/** Three mappings of one descriptor (kernel/bpf/ringbuf.c, `ringbuf_map_mmap_kern`): only the first may be writable. */
class MappedRing implements RingMemory, Disposable {
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
      this[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const mapping of this.#mappings) mapping[Symbol.dispose]();
  }
}
