import { SpoorError } from '@spoor/btf';
import { native } from './ffi/native.js';
import type { KernelMap } from './kernel-map.js';
import { MAP, Mapping, PROT } from './mapping.js';
import type { RingMemory } from './ring/memory.js';

/** `enum bpf_map_type` and flags of `linux/bpf.h`. */
const ringBuffer = 27;
/** BPF_F_RB_OVERWRITE (6.19): the kernel overwrites what was not read, and moves the consumer position itself. */
const overwrite = 1 << 19;

/**
 * Maps the memory of a BPF ring buffer for a `RingReader` (kernel 5.8 and later).
 *
 * Close the reader first, then dispose the memory. Who still looks at it afterwards sees zeros. The memory stays
 * valid when the object is disposed before it: it only has no more producers.
 *
 * @throws SpoorError `MAP_KIND` for another kind of map or one that overwrites, `RING_SIZE` for a size that is no power
 * of two, `SYSCALL_FAILED`, `WRONG_PHASE`
 */
export function mapRing(map: KernelMap): RingMemory & Disposable {
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
  return new MappedRing(map, size);
}

/** Three mappings of one descriptor (kernel/bpf/ringbuf.c, `ringbuf_map_mmap_kern`): only the first may be writable. */
class MappedRing implements RingMemory, Disposable {
  readonly consumer: ArrayBuffer;
  readonly producer: ArrayBuffer;
  readonly data: ArrayBuffer;
  readonly size: number;
  readonly #mappings: readonly Mapping[];

  constructor({ name, fd }: KernelMap, size: number) {
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
    try {
      this.consumer = add(page, 0, PROT.READ | PROT.WRITE);
      this.producer = add(page, page, PROT.READ);
      this.data = add(2 * size, 2 * page, PROT.READ);
    } catch (error) {
      this[Symbol.dispose]();
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const mapping of this.#mappings) mapping[Symbol.dispose]();
  }
}
