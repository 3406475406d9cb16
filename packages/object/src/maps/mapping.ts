import { errno, errnoName, SpoorError } from '@spoor/core';
import type { Native } from '../ffi/native.js';
import { memoryRemedy } from '../load/failure.js';

/** From `sys/mman.h`; the same on x86-64 and arm64. */
export const PROT = { READ: 1, WRITE: 2 } as const;
export const MAP = { SHARED: 0x01, PRIVATE: 0x02, FIXED: 0x10, ANONYMOUS: 0x20, NORESERVE: 0x4000 } as const;
const MAP_FAILED = 0xffff_ffff_ffff_ffffn;

export interface MapRequest {
  /** Bytes. */
  readonly length: number;
  readonly protection: number;
  readonly flags: number;
  readonly fd?: number;
  readonly offset?: number;
  /** For messages: what is being mapped. */
  readonly name?: string;
  /** With `MAP.FIXED`: what to replace. */
  readonly address?: bigint;
}

/** mmap. Throws `SYSCALL_FAILED`. */
export function mapMemory({ libc, driver }: Native, request: MapRequest): bigint {
  const address = libc.mmap(
    request.address ?? null,
    BigInt(request.length),
    request.protection,
    request.flags,
    request.fd ?? -1,
    BigInt(request.offset ?? 0),
  );
  if (address !== MAP_FAILED) return address;
  const number = driver.errno();
  const name = request.name ?? 'memory';
  throw new SpoorError('SYSCALL_FAILED', `${name} cannot be mapped: ${errnoName(number)}`, {
    call: `mmap(${name})`,
    errno: number,
    ...(number === errno.ENOMEM ? { remedy: `${memoryRemedy} ulimit -v limits it, too.` } : {}),
  });
}

/** Unmaps what no ArrayBuffer shows any more. */
const unmapper = new FinalizationRegistry<{ native: Native; address: bigint; length: number }>((mapping) => {
  mapping.native.libc.munmap(mapping.address, BigInt(mapping.length));
});

/**
 * Memory of a map's file descriptor, as an ArrayBuffer in place.
 *
 * Disposing lets go of the kernel's memory at once, and puts empty pages in its place: whoever
 * still holds a typed array reads zeros and does not crash. The address space itself is given back
 * when the last view is collected.
 */
export class Mapping implements Disposable {
  readonly buffer: ArrayBuffer;
  readonly #native: Native;
  readonly #address: bigint;
  readonly #length: number;
  #released = false;

  constructor(native: Native, request: MapRequest) {
    this.#native = native;
    this.#length = request.length;
    this.#address = mapMemory(native, request);
    this.buffer = native.driver.view(this.#address, request.length);
    unmapper.register(this.buffer, { native, address: this.#address, length: request.length });
  }

  [Symbol.dispose](): void {
    if (this.#released) return;
    this.#released = true;
    mapMemory(this.#native, {
      address: this.#address,
      length: this.#length,
      protection: PROT.READ | PROT.WRITE,
      flags: MAP.PRIVATE | MAP.ANONYMOUS | MAP.FIXED | MAP.NORESERVE,
    });
  }
}
