import { createRequire } from 'node:module';
import type { CType, Driver, NativeLibrary, Signature } from './driver.js';

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

/** The default driver: koffi ships its binary in the package and needs neither a compiler nor an install script. */
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
  return {
    bind(symbol, { result, args }: Signature) {
      const call = handle.func(
        symbol,
        types[result],
        args.map((type) => types[type]),
      );
      // koffi gives null for NULL, and a number for a 64-bit value that fits one.
      if (result === 'pointer') return (...values) => call(...values) ?? 0n;
      if (result === 'i64' || result === 'u64') return (...values) => BigInt(call(...values));
      return call;
    },
  };
}
