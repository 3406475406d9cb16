import { expect, test } from 'vitest';
import { driverConformance } from '../../test/driver-conformance.js';
import { buildFfiNapi } from '../../test/tools.js';
import { ffiNapiDriver } from './ffi-napi.js';
import { makeDriver } from './native.js';

const built = buildFfiNapi();

if ('path' in built) {
  driverConformance('ffi-napi', () => ffiNapiDriver(built.path));
} else {
  test('the ffi-napi driver', ({ skip }) => {
    if (process.env['CI']) throw new Error(built.missing);
    skip(built.missing);
  });
}

test('without its peer dependency the ffi-napi driver says how to get it', () => {
  expect(() => makeDriver('ffi-napi')).toThrow(
    expect.objectContaining({ code: 'FFI_UNAVAILABLE', remedy: expect.stringContaining('node-addon-api') }),
  );
});
