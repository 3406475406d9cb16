import { isBuiltin } from 'node:module';
import { expect, test } from 'vitest';
import { driverConformance } from '../../test/driver-conformance.js';
import { makeDriver } from './native.js';
import { nodeDriver } from './node.js';

if (isBuiltin('node:ffi')) {
  driverConformance('node', nodeDriver);
} else {
  test('the node driver says which Node has it', () => {
    expect(() => makeDriver('node')).toThrow(
      expect.objectContaining({ code: 'FFI_UNAVAILABLE', message: expect.stringContaining('26.1') }),
    );
  });
}
