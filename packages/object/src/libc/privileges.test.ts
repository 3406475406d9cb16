import { expect, test } from 'vitest';
import { dropPrivileges } from './privileges.js';

test.each([0, -1, 1.5, Number.NaN, 2 ** 32 - 1, 2 ** 32])('dropPrivileges refuses the user id %d', (id) => {
  expect(() => dropPrivileges({ id, works: () => true })).toThrow(
    expect.objectContaining({ code: 'INVALID_VALUE', message: expect.stringContaining(String(id)) }),
  );
});
