import { SpoorError, typeName } from '@spoor/core';
import { recordHeaderBytes } from '@spoor/ring';
import { native } from '../ffi/native.js';
import type { KernelMap } from '../maps/kernel-map.js';
import { MAP, Mapping, PROT } from '../maps/mapping.js';

/** BPF_MAP_TYPE_USER_RINGBUF of `enum bpf_map_type`. */
const userRing = 31;

/**
 * Writes records into a ring that programs read with `bpf_user_ringbuf_drain`: the way from user
 * space to programs without a system call per record.
 *
 * One writer per ring: the kernel keeps one producer position.
 */
export class UserRing implements Disposable {
  readonly name: string;
  /** Bytes of the ring. */
  readonly size: number;
  readonly #mappings: readonly Mapping[];
  readonly #consumer: BigUint64Array;
  readonly #producer: BigUint64Array;
  readonly #header: Uint32Array;
  readonly #bytes: Uint8Array;
  #closed = false;

  /** @internal Use `openUserRing`. */
  constructor(map: KernelMap) {
    const bound = native();
    const page = bound.libc.getpagesize();
    const { name, fd, maxEntries: size } = map;
    const shared = { name, fd, flags: MAP.SHARED };
    const consumer = new Mapping(bound, { ...shared, length: page, protection: PROT.READ });
    this.#mappings = [consumer];
    // The producer's page, then the data twice, so that no record wraps.
    const length = page + 2 * size;
    try {
      const protection = PROT.READ | PROT.WRITE;
      this.#mappings = [consumer, new Mapping(bound, { ...shared, length, offset: page, protection })];
    } catch (error) {
      this.#unmap();
      throw error;
    }
    const { buffer } = this.#mappings[1]!;
    this.name = name;
    this.size = size;
    this.#consumer = new BigUint64Array(consumer.buffer, 0, 1);
    this.#producer = new BigUint64Array(buffer, 0, 1);
    this.#header = new Uint32Array(buffer, page, (2 * size) / 4);
    this.#bytes = new Uint8Array(buffer, page, 2 * size);
  }

  /** Bytes that programs have not read yet, with headers. */
  get backlog(): number {
    if (this.#closed) return 0;
    return Number(BigInt.asUintN(64, Atomics.load(this.#producer, 0) - Atomics.load(this.#consumer, 0)));
  }

  /**
   * Copies a record into the ring and submits it. Programs see it when they drain the ring next.
   *
   * @returns false if the ring has no room for it until programs read more
   * @throws {SpoorError} RING_SIZE when the record is longer than the ring
   * @throws {SpoorError} WRONG_PHASE when the ring is closed
   */
  submit(record: Uint8Array): boolean {
    if (this.#closed) {
      throw new SpoorError('WRONG_PHASE', `the ring ${this.name} is closed`, { remedy: 'Open it again.' });
    }
    const step = (record.length + recordHeaderBytes + 7) & ~7;
    if (step > this.size) {
      throw new SpoorError(
        'RING_SIZE',
        `${this.name}: a record of ${record.length} bytes is longer than the ring`,
        {
          remedy: `Give at most ${this.size - recordHeaderBytes} bytes, or resize the ring before the load.`,
        },
      );
    }
    if (this.backlog + step > this.size) return false;
    const position = Atomics.load(this.#producer, 0);
    const offset = Number(position & BigInt(this.size - 1));
    this.#bytes.set(record, offset + recordHeaderBytes);
    this.#header[(offset >>> 2) + 1] = 0;
    // The kernel reads the header only of records before the producer's position.
    Atomics.store(this.#header, offset >>> 2, record.length);
    Atomics.store(this.#producer, 0, position + BigInt(step));
    return true;
  }

  /** Gives back the memory. What was submitted stays in the ring. Idempotent. */
  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#unmap();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #unmap(): void {
    for (const mapping of this.#mappings) mapping[Symbol.dispose]();
  }
}

/**
 * Maps the memory of a user ring buffer and returns its writer. Kernel 6.1.
 *
 * @throws {SpoorError} MAP_KIND when the map is of another type
 * @throws {SpoorError} INVALID_VALUE when `map` is not a map of a loaded object
 * @throws {SpoorError} SYSCALL_FAILED when the kernel refuses the mapping
 * @throws {SpoorError} WRONG_PHASE when the object is closed
 *
 * @example
 * ```ts
 * using map = createMap({ type: 'user_ringbuf', maxEntries: 4096 });
 * using commands = openUserRing(map);
 * commands.submit(Uint8Array.of(1, 2, 3)); // true
 * ```
 */
export function openUserRing(map: KernelMap): UserRing {
  if (typeof map?.fd !== 'number') {
    throw new SpoorError('INVALID_VALUE', `openUserRing(): expected a map, got ${typeName(map)}`, {
      remedy: "Give a map of a loaded object: loaded.map('commands').",
    });
  }
  if (map.type !== userRing) {
    throw new SpoorError('MAP_KIND', `the map ${map.name} is not a user ring buffer`, {
      remedy: 'Declare it as BPF_MAP_TYPE_USER_RINGBUF.',
      details: { map: map.name, type: map.type },
    });
  }
  return new UserRing(map);
}
