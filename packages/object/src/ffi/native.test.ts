import { afterEach, expect, test, vi } from 'vitest';
import type { Driver, NativeLibrary } from './driver.js';
import { koffiDriver } from './koffi.js';
import { bindNative, makeDriver } from './native.js';

afterEach(() => {
  vi.unstubAllEnvs();
  vi.resetModules();
});

const code = (expected: string, remedy: string) =>
  expect.objectContaining({ code: expected, remedy: expect.stringContaining(remedy) });

test('SPOOR_FFI chooses the driver; koffi is the default', async () => {
  for (const [chosen, expected] of [
    [undefined, 'koffi'],
    ['', 'koffi'],
    ['koffi', 'koffi'],
  ]) {
    vi.resetModules();
    vi.stubEnv('SPOOR_FFI', chosen);
    const { native } = await import('./native.js');
    expect(native().driver.name).toBe(expected);
  }
});

test('an unknown driver is refused with the known ones', async () => {
  vi.stubEnv('SPOOR_FFI', 'dlopen');
  const { native } = await import('./native.js');
  expect(() => native()).toThrow(code('FFI_UNKNOWN', 'koffi, node, ffi-napi'));
  expect(() => makeDriver('constructor')).toThrow(code('FFI_UNKNOWN', 'koffi'));
});

test('a missing libbpf is told with the package that has it', () => {
  const bind = () => bindNative(koffiDriver(), { libbpf: 'libbpf-not-there.so.1', libc: 'libc.so.6' });
  expect(bind).toThrow(code('LIBBPF_MISSING', 'apt-get install libbpf1'));
});

test('a missing C library is told as such', () => {
  const bind = () => bindNative(koffiDriver(), { libbpf: 'libbpf.so.1', libc: 'libc-not-there.so' });
  expect(bind).toThrow(code('FFI_UNAVAILABLE', 'glibc'));
});

/** A driver whose libraries are invented: functions by name, all others missing. */
function inventedDriver(libraries: Record<string, Record<string, () => unknown>>): Driver {
  return {
    name: 'koffi',
    open(soname): NativeLibrary {
      const functions = libraries[soname];
      if (functions === undefined) throw new Error(`${soname}: not found`);
      return {
        bind(symbol) {
          const call = functions[symbol];
          if (call === undefined) throw new Error(`undefined symbol: ${symbol}`);
          return call;
        },
      };
    },
    address: () => 0n,
    view: () => new ArrayBuffer(0),
    text: () => '',
    errno: () => 0,
  };
}

test('a libbpf of before 1.0 is too old, by its soname and by its version', () => {
  const bySoname = inventedDriver({ 'libbpf.so.0': {} });
  expect(() => bindNative(bySoname)).toThrow(code('LIBBPF_TOO_OLD', '1.0'));
  const byVersion = inventedDriver({
    'libbpf.so.1': { libbpf_major_version: () => 0, libbpf_minor_version: () => 8 },
    'libc.so.6': {},
  });
  expect(() => bindNative(byVersion)).toThrow(/libbpf 0\.8 is too old/);
});

test('a libbpf that lacks a function is too old, and the function is named', () => {
  const driver = inventedDriver({
    'libbpf.so.1': {
      libbpf_major_version: () => 1,
      libbpf_minor_version: () => 0,
      libbpf_set_print: () => 0n,
    },
    'libc.so.6': {},
  });
  const { libbpf, libbpfVersion } = bindNative(driver);
  expect(libbpfVersion).toBe('1.0');
  expect(() => libbpf.bpf_iter_create(3)).toThrow(code('LIBBPF_TOO_OLD', '1.0'));
  expect(() => libbpf.bpf_iter_create(3)).toThrow(/bpf_iter_create/);
});
