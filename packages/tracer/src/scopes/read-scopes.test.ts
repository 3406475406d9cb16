import { expect, it } from 'vitest';
import { readScopes } from './scopes-in-force.js';

it.each([
  [null, 'expected an array of expressions or scopes, got null'],
  ['uid=0', 'expected an array of expressions or scopes, got a string'],
  [[5], 'scopes[0]: expected a scope, got a number'],
  [['uid=0', {}], 'scopes[1]: expected a name, got undefined'],
])('rejects %j', (written, message) => {
  expect(() => readScopes(written as never)).toThrow(
    expect.objectContaining({ name: 'SpoorError', code: 'INVALID_VALUE', message }),
  );
});
