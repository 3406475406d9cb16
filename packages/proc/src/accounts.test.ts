import { describe, expect, test } from 'vitest';
import { findAccountId, findUser } from './accounts.js';

describe('findUser', () => {
  test('finds a user by name and by id', () => {
    const root = { name: 'root', uid: 0, gid: 0 };
    for (const nameOrId of ['root', '0', 0]) expect(findUser(nameOrId)).toMatchObject(root);
  });

  // getent reads each of them as the id of another user, most as root's.
  test.each([2 ** 32, 2 ** 32 - 1, '4294967296', '00', '+0', ' 0', '-0', '', 'root ', 'no-such-user'])(
    'refuses %j',
    (nameOrId) => {
      expect(() => findUser(nameOrId)).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
    },
  );
});

test('findAccountId knows no account by a number that only looks like its id', () => {
  expect(findAccountId('passwd', 'root')).toBe(0);
  expect(findAccountId('group', '4294967296')).toBeUndefined();
});
