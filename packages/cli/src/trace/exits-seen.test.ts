import { parseScopes } from '@spoor/filter';
import { expect, it } from 'vitest';
import { seesExits } from './exits-seen.js';

it.each([
  [[], true],
  [['comm=sh follow'], true],
  [['tree=12'], true],
  [['comm=sh'], false],
  [['comm=sh follow', 'uid=0'], false],
  [['comm=sh follow open.path=/etc/*'], false],
])('knows whether scopes keep their processes: %j', async (scopes, expected) => {
  expect(await seesExits(scopes)).toBe(expected);
  expect(await seesExits(parseScopes(scopes))).toBe(expected);
});
