/**
 * The functions that a foreign-function library has to offer. Everything above this file sees only
 * these types.
 *
 * Scalars and pointers, nothing else: no struct by value, no variadic call, and no callback. The
 * only callback that libbpf takes is its printer, which any thread may call at any time. Drivers
 * relay such a call to the thread of JavaScript, where it can deadlock, or end the process. So the
 * printer is machine code that needs no driver (see `printer.ts`), and the kernel writes its logs
 * into memory (see `log-buffer.ts`).
 */

/**
 * `u8` also stands for C's `bool`. Sizes are those of LP64 Linux: `size_t` is `u64`, an enum is
 * `i32`.
 */
export type CType = 'void' | 'u8' | 'i32' | 'u32' | 'i64' | 'u64' | 'pointer';

/**
 * An argument of type `pointer`: an address, the memory of a typed array or `DataView` from its own
 * offset on, or `null`. The memory of a view stays where it is and alive during the call, and not
 * longer: for an address that C keeps, take `Driver.address` of memory that you hold on to.
 */
export type Pointer = bigint | ArrayBufferView | null;

export interface Signature {
  readonly result: CType;
  readonly args: readonly Exclude<CType, 'void'>[];
}

/** The result of `NativeLibrary.bindAsync`, before its arguments have types. */
export type AsyncCall = (...args: readonly unknown[]) => Promise<unknown>;

export interface NativeLibrary {
  /**
   * A callable for one exported function. 64-bit arguments are passed as bigint and 64-bit results
   * come back as bigint, a pointer as its address (0n is NULL), all else as number. Throws when the
   * symbol is missing.
   */
  bind(symbol: string, signature: Signature): (...args: never[]) => unknown;
  /**
   * Binds a function that runs on another thread. A driver without such calls leaves it out. For
   * functions that return their error, since errno stays on the other thread, and that take numbers
   * and addresses, since no view is held on to meanwhile. Throws when the symbol is missing.
   */
  bindAsync?(symbol: string, signature: Signature): (...args: never[]) => Promise<unknown>;
}

export const driverNames = ['koffi', 'node', 'ffi-napi'] as const;
export type DriverName = (typeof driverNames)[number];

export interface Driver {
  readonly name: DriverName;
  /** dlopen by soname or path. Throws what the driver throws when there is none. */
  open(soname: string): NativeLibrary;
  /** Address of the first byte of a view. Valid as long as the view's ArrayBuffer lives. */
  address(view: ArrayBufferView): bigint;
  /**
   * Foreign memory in place: no copy, writes on either side are seen by the other. The memory must
   * stay mapped for as long as anybody can reach the ArrayBuffer. It may be longer than `length`
   * (ffi-napi always makes 1 GiB), so make typed arrays over it with an explicit length and never
   * touch what lies behind.
   */
  view(address: bigint, length: number): ArrayBuffer;
  /** The NUL-terminated UTF-8 text at an address, copied. */
  text(address: bigint): string;
  /** errno as the last call on this thread left it; take it before anything else happens. */
  errno(): number;
}
