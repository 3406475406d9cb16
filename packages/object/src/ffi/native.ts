import { SpoorError } from '@spoor/core';
import { type Driver, type DriverName, driverNames, type NativeLibrary, type Signature } from './driver.js';
import { ffiNapiDriver } from './ffi-napi.js';
import { koffiDriver } from './koffi.js';
import { nodeDriver } from './node.js';
import { captureMessages, type Messages } from './printer.js';
import { type Bound, libbpfTable, libcTable } from './table.js';

/** One row a driver: how to make it, and what to do when it cannot be made. */
const drivers: Record<DriverName, { readonly make: () => Driver; readonly remedy: string }> = {
  koffi: {
    make: koffiDriver,
    remedy:
      'Reinstall the packages (koffi ships a binary for each platform; an install that omits optional packages drops it), ' +
      'or set SPOOR_FFI=node on Node 26.1 and later. In a bundle, mark @spoor/* as external, and install them beside it.',
  },
  node: {
    make: nodeDriver,
    remedy: 'Run on Node 26.1 or later without --no-experimental-ffi, or unset SPOOR_FFI to use koffi.',
  },
  'ffi-napi': {
    make: ffiNapiDriver,
    remedy:
      'Add ffi-napi 4.0.3 and ref-napi to your own package with an override of node-addon-api to ^8 and build them with ' +
      'CXXFLAGS=-fpermissive, or unset SPOOR_FFI to use koffi.',
  },
};

/**
 * The driver of the given name, freshly made.
 *
 * @throws {SpoorError} FFI_UNKNOWN for another name, `FFI_UNAVAILABLE` when it cannot be loaded
 *   here
 */
export function makeDriver(name: string): Driver {
  if (!Object.hasOwn(drivers, name)) {
    throw new SpoorError('FFI_UNKNOWN', `SPOOR_FFI: there is no driver "${name}"`, {
      remedy: `Set SPOOR_FFI to one of ${driverNames.join(', ')}, or leave it out for koffi.`,
    });
  }
  const { make, remedy } = drivers[name as DriverName];
  try {
    return make();
  } catch (cause) {
    throw new SpoorError('FFI_UNAVAILABLE', `the FFI driver "${name}" cannot be loaded: ${reason(cause)}`, {
      remedy,
      cause,
    });
  }
}

/** The functions of libbpf and the C library, bound by one driver. */
export interface Native {
  readonly driver: Driver;
  readonly libbpf: Bound<typeof libbpfTable>;
  readonly libc: Bound<typeof libcTable>;
  /** `bpf_object__load` on another thread; undefined where the driver has no such calls. */
  readonly loadElsewhere: ((object: bigint) => Promise<number>) | undefined;
  /** `epoll_wait` on another thread, into memory at an address; undefined likewise. */
  readonly epollWaitElsewhere:
    | ((epoll: number, events: bigint, most: number, timeoutMs: number) => Promise<number>)
    | undefined;
  /** The warnings of libbpf. */
  readonly messages: Messages;
  /** Of the loaded libbpf, as `1.1`. */
  readonly libbpfVersion: string;
}

/**
 * Opens libbpf and the C library. Captures libbpf's messages, which would otherwise go to the
 * standard error of the process. The decisive ones become part of the errors.
 *
 * @throws {SpoorError} LIBBPF_MISSING, `LIBBPF_TOO_OLD` below 1.0, `FFI_UNAVAILABLE`
 */
export function bindNative(driver: Driver, sonames = { libbpf: 'libbpf.so.1', libc: 'libc.so.6' }): Native {
  const library = openLibbpf(driver, sonames.libbpf);
  const libbpf = bindTable(library, libbpfTable);
  const cLibrary = openLibc(driver, sonames.libc);
  const libc = bindTable(cLibrary, libcTable);
  const major = libbpf.libbpf_major_version();
  const libbpfVersion = `${major}.${libbpf.libbpf_minor_version()}`;
  if (major < 1) {
    throw tooOld(`libbpf ${libbpfVersion}`);
  }
  return {
    driver,
    libbpf,
    libc,
    loadElsewhere: bindElsewhere(library, 'bpf_object__load', libbpfTable.bpf_object__load),
    epollWaitElsewhere: bindElsewhere(cLibrary, 'epoll_wait', libcTable.epoll_wait),
    messages: captureMessages({ libbpf, libc }),
    libbpfVersion,
  };
}

let shared: Native | undefined;

/**
 * The process's one binding, made at the first call with the driver that `SPOOR_FFI` names (koffi
 * when unset or empty).
 */
export function native(): Native {
  shared ??= bindNative(makeDriver(process.env['SPOOR_FFI'] || 'koffi'));
  return shared;
}

const libbpfRemedy =
  'Install libbpf 1.0 or later: apt-get install libbpf1 (Debian 12, Ubuntu 22.10 and later), dnf install libbpf, ' +
  'or apk add libbpf.';

function openLibbpf(driver: Driver, soname: string): NativeLibrary {
  try {
    return driver.open(soname);
  } catch (cause) {
    // Before 1.0 the soname was another: say what is wrong with the library that is there.
    if (canOpen(driver, 'libbpf.so.0')) throw tooOld('libbpf 0.x');
    throw new SpoorError('LIBBPF_MISSING', `${soname} cannot be loaded: ${reason(cause)}`, {
      remedy: libbpfRemedy,
      call: `dlopen(${soname})`,
      cause,
    });
  }
}

function canOpen(driver: Driver, soname: string): boolean {
  try {
    driver.open(soname);
    return true;
  } catch {
    return false;
  }
}

function tooOld(found: string): SpoorError {
  return new SpoorError('LIBBPF_TOO_OLD', `${found} is too old: Spoor needs 1.0 or later`, {
    remedy: libbpfRemedy,
  });
}

function openLibc(driver: Driver, soname: string): NativeLibrary {
  try {
    return driver.open(soname);
  } catch (cause) {
    throw new SpoorError('FFI_UNAVAILABLE', `${soname} cannot be loaded: ${reason(cause)}`, {
      remedy: 'Spoor runs on Linux with glibc, x86-64 or arm64.',
      call: `dlopen(${soname})`,
      cause,
    });
  }
}

/** Binds at first use: a start-up uses half of the table, and each binding costs some 30 µs. */
function bindTable<const T extends Record<string, Signature>>(library: NativeLibrary, table: T): Bound<T> {
  const bound = {};
  for (const [symbol, signature] of Object.entries(table)) {
    Object.defineProperty(bound, symbol, {
      configurable: true,
      get() {
        const value = bindSymbol(library, symbol, signature);
        Object.defineProperty(bound, symbol, { value });
        return value;
      },
    });
  }
  return bound as Bound<T>;
}

/** Bound at the first call, as those of the tables are. */
function bindElsewhere<A extends readonly (number | bigint)[]>(
  library: NativeLibrary,
  symbol: string,
  signature: Signature,
): ((...args: A) => Promise<number>) | undefined {
  if (library.bindAsync === undefined) return undefined;
  type Call = (...args: A) => Promise<number>;
  let call: Call | undefined;
  return (...args) => {
    call ??= library.bindAsync!(symbol, signature) as unknown as Call;
    return call(...args);
  };
}

function bindSymbol(library: NativeLibrary, symbol: string, signature: Signature): unknown {
  try {
    return library.bind(symbol, signature);
  } catch (cause) {
    throw new SpoorError('LIBBPF_TOO_OLD', `${symbol} is missing: ${reason(cause)}`, {
      remedy: libbpfRemedy,
      call: `dlsym(${symbol})`,
      cause,
    });
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? (cause.message.split('\n')[0] ?? cause.message) : String(cause);
}
