import type { CType, Driver, NativeLibrary, Signature } from './driver.js';

/**
 * The part of Node 26's `node:ffi` in use here (experimental, so not in `@types/node` of the oldest
 * Node we run on).
 */
interface NodeFfi {
  readonly DynamicLibrary: new (
    path: string,
  ) => {
    getFunction(
      symbol: string,
      signature: { return: string; arguments: readonly string[] },
    ): (...args: never[]) => unknown;
  };
  getRawPointer(view: ArrayBufferView): bigint;
  toArrayBuffer(address: bigint, length: number, copy: boolean): ArrayBuffer;
  getInt32(address: bigint): number;
  toString(address: bigint): string;
}

const types: Record<CType, string> = {
  void: 'void',
  u8: 'uint8',
  i32: 'int32',
  u32: 'uint32',
  i64: 'int64',
  u64: 'uint64',
  pointer: 'pointer',
};

/**
 * The driver over Node's own `node:ffi`, there since Node 26.1. Nothing to install; experimental.
 */
export function nodeDriver(): Driver {
  const ffi = process.getBuiltinModule('node:ffi' as 'node:os') as unknown as NodeFfi | undefined;
  if (ffi === undefined) {
    throw new Error(`Node ${process.versions.node} has no node:ffi; it came with 26.1`);
  }
  const open = (soname: string): NativeLibrary => {
    const handle = new ffi.DynamicLibrary(soname);
    return {
      bind: (symbol, { result, args }: Signature) =>
        handle.getFunction(symbol, { return: types[result], arguments: args.map((type) => types[type]) }),
    };
  };
  const errnoLocation = open('libc.so.6').bind('__errno_location', {
    result: 'pointer',
    args: [],
  }) as () => bigint;
  return {
    name: 'node',
    open,
    address: (view) => ffi.getRawPointer(view),
    view: (address, length) => ffi.toArrayBuffer(address, length, false),
    text: (address) => ffi.toString(address),
    errno: () => ffi.getInt32(errnoLocation()),
  };
}
