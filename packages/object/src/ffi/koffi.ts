import { createRequire } from 'node:module';
import { promisify } from 'node:util';
import type { AsyncCall, CType, Driver, NativeLibrary, Signature } from './driver.js';

type Koffi = typeof import('koffi');

const types: Record<CType, string> = {
  void: 'void',
  u8: 'uint8_t',
  i32: 'int32_t',
  u32: 'uint32_t',
  i64: 'int64_t',
  u64: 'uint64_t',
  pointer: 'void *',
};

/**
 * koffi takes a bigint for an address in half the time that it takes one for a number; both go
 * whole into the same register.
 */
const argumentTypes = { ...types, i64: types.pointer, u64: types.pointer };

/**
 * The default driver: koffi ships its binary in the package and needs neither a compiler nor an
 * install script.
 */
export function koffiDriver(): Driver {
  const koffi = createRequire(import.meta.url)('koffi') as Koffi;
  return {
    name: 'koffi',
    open: (soname) => library(koffi.load(soname)),
    address: (view) => koffi.address(view),
    view: (address, length) => koffi.view(address, length),
    text: (address) => koffi.decode.string(address),
    errno: () => koffi.errno(),
  };
}

function library(handle: ReturnType<Koffi['load']>): NativeLibrary {
  const declare = (symbol: string, { result, args }: Signature) =>
    handle.func(
      symbol,
      types[result],
      args.map((type) => argumentTypes[type]),
    );
  return {
    bind(symbol, signature) {
      const call = declare(symbol, signature);
      const { result } = signature;
      // koffi gives null for NULL, and a number for a 64-bit value that fits one.
      if (result === 'pointer') return (...values) => call(...values) ?? 0n;
      if (result === 'i64' || result === 'u64') return (...values) => BigInt(call(...values));
      return call;
    },
    bindAsync(symbol, signature) {
      const call = promisify(declare(symbol, signature).async) as AsyncCall;
      const { result } = signature;
      if (result === 'pointer') return async (...values) => (await call(...values)) ?? 0n;
      if (result === 'i64' || result === 'u64')
        return async (...values) => BigInt((await call(...values)) as number | bigint);
      return call;
    },
  };
}
