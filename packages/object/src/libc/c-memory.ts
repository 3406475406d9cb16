import type { Driver } from '../ffi/driver.js';

/** NUL-terminated UTF-8. Pass it to a call as a pointer; C sees it during that call. */
export function cString(text: string): Uint8Array {
  return Buffer.from(`${text}\0`);
}

/**
 * A C struct filled by hand: fields at the offsets of the C ABI (LP64, little-endian), the rest
 * zero.
 *
 * libbpf's option structs begin with their own size: it accepts a struct shorter or longer than the
 * one it was compiled with, so we give the size of what we know. Kernel structs read back
 * (`bpf_prog_info`) work the same way.
 */
export class CStruct {
  readonly view: DataView;
  readonly bytes: Uint8Array;
  /** Keeps the memory that the struct points to alive. */
  readonly #held: unknown[] = [];

  constructor(
    readonly size: number,
    private readonly driver: Driver,
  ) {
    // An ArrayBuffer of its own: small typed arrays live inside V8's heap, where a collection moves
    // them.
    const memory = new ArrayBuffer(size);
    this.view = new DataView(memory);
    this.bytes = new Uint8Array(memory);
  }

  /** One of libbpf's option structs: `sz` first. */
  static options(size: number, driver: Driver): CStruct {
    return new CStruct(size, driver).u64(0, BigInt(size));
  }

  u32(offset: number, value: number): this {
    this.view.setUint32(offset, value, true);
    return this;
  }

  u64(offset: number, value: bigint): this {
    this.view.setBigUint64(offset, value, true);
    return this;
  }

  pointer(offset: number, target: bigint | ArrayBufferView): this {
    if (typeof target === 'bigint') return this.u64(offset, target);
    this.#held.push(target);
    return this.u64(offset, this.driver.address(target));
  }
}
