import { expect, it } from 'vitest';
import { features, openRing } from './index.js';
import { useSharedMap } from './system.js';

const map = { fd: 3, name: 'm', type: 1, keySize: 4, valueSize: 4, maxEntries: 1, flags: 0 };

it.each([
  ['openRing', openRing, [undefined, null, {}, 5], 'openRing(): expected a map, got '],
  ['features.has', features.has, ['nope', '__proto__', 'toString', undefined], 'features: unknown feature '],
  ['features.why', features.why, ['nope'], 'features: unknown feature "nope"'],
  ['features.describe', features.describe, ['nope'], 'features: unknown feature "nope"'],
  [
    'useSharedMap',
    useSharedMap,
    [undefined, {}, { ...map, fd: -1 }, { ...map, name: 5 }, { ...map, keySize: undefined }],
    'useSharedMap(): expected a shared map, got ',
  ],
] as [string, (value: unknown) => unknown, unknown[], string][])(
  '%s rejects wrong arguments with a reason',
  (_, call, values, message) => {
    for (const value of values) {
      expect(() => call(value)).toThrow(
        expect.objectContaining({
          name: 'SpoorError',
          code: 'INVALID_VALUE',
          message: expect.stringContaining(message),
        }),
      );
    }
  },
);
