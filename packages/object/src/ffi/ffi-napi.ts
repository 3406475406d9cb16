import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { AsyncCall, CType, Driver, NativeLibrary, Pointer, Signature } from './driver.js';

interface FfiNapi {
  readonly DynamicLibrary: new (path: string) => { get(symbol: string): unknown };
  ForeignFunction(symbol: unknown, result: string, args: readonly string[]): ForeignFunction;
  errno(): number;
}

interface ForeignFunction {
  (...args: readonly unknown[]): unknown;
  readonly async: (...argsAndCallback: readonly unknown[]) => void;
}

interface RefNapi {
  address(memory: Buffer): number;
  readCString(memory: Buffer, offset: number): string;
  readPointer(holder: Buffer, offset: number, length: number): Buffer;
}

/**
 * Pointers travel as 64-bit integers: the same register in every ABI in use, at half the cost of a
 * Buffer.
 */
const types: Record<CType, string> = {
  void: 'void',
  u8: 'uint8',
  i32: 'int32',
  u32: 'uint32',
  i64: 'int64',
  u64: 'uint64',
  pointer: 'uint64',
};

/**
 * The driver over the optional peer `ffi-napi`. It does not compile as published on Node 20 and
 * later; `test/fixtures/ffi-napi` shows the two measures that make it build.
 *
 * @param from a folder from which `ffi-napi` and `ref-napi` resolve; this package's own place when
 *   left out
 */
export function ffiNapiDriver(from?: string): Driver {
  const require = createRequire(from === undefined ? import.meta.url : pathToFileURL(`${from}/`));
  const ffi = require('ffi-napi') as FfiNapi;
  const ref = require('ref-napi') as RefNapi;

  // ref-napi knows Buffers only.
  const address = ({ buffer, byteOffset, byteLength }: ArrayBufferView): number =>
    ref.address(Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength));

  const passes: Record<CType, ((value: never) => unknown) | undefined> = {
    void: undefined,
    u8: undefined,
    i32: undefined,
    u32: undefined,
    // ref-napi takes numbers and decimal strings for 64 bits, no bigint.
    i64: (value: bigint) => String(value),
    u64: (value: bigint) => String(value),
    pointer: (value: Pointer) => {
      if (value === null) return 0;
      return typeof value === 'bigint' ? String(value) : address(value);
    },
  };

  const open = (soname: string): NativeLibrary => {
    const handle = new ffi.DynamicLibrary(soname);
    const declare = (symbol: string, { result, args }: Signature) => {
      const native = ffi.ForeignFunction(
        handle.get(symbol),
        types[result],
        args.map((type) => types[type]),
      );
      const pass = args.map((type) => passes[type]);
      const isWide = result === 'i64' || result === 'u64' || result === 'pointer';
      return {
        native,
        given: (values: readonly never[]) => values.map((value, index) => pass[index]?.(value) ?? value),
        taken: (outcome: unknown) => (isWide ? BigInt(outcome as number | string) : outcome),
      };
    };
    return {
      bind(symbol, signature) {
        const { native, given, taken } = declare(symbol, signature);
        return (...values) => taken(native(...given(values)));
      },
      bindAsync(symbol, signature) {
        const { native, given, taken } = declare(symbol, signature);
        const call = promisify(native.async) as AsyncCall;
        return async (...values) => taken(await call(...given(values)));
      },
    };
  };

  const memory = (at: bigint, length: number): Buffer => {
    const holder = Buffer.alloc(8);
    holder.writeBigUInt64LE(at);
    return ref.readPointer(holder, 0, length);
  };

  return {
    name: 'ffi-napi',
    open,
    address: (view) => BigInt(address(view)),
    view: (at, length) => memory(at, length).buffer as ArrayBuffer,
    text: (at) => ref.readCString(memory(at, 1), 0),
    errno: () => ffi.errno(),
  };
}
