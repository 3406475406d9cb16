import { SpoorError } from '@spoor/core';
import { expect, it } from 'vitest';
import { compileScopes } from '../compile/compile.js';
import { explain } from '../compile/explain.js';
import { printPolicy } from '../policy/policy.js';
import type { Scope } from '../scope.js';
import { scope } from './builder.js';
import { startsWith } from './builder-inputs.js';
import { checkScope } from './check-scope.js';
import { parseScope } from './parse.js';
import { parseScopes } from './parse-scopes.js';
import { printScope } from './print.js';

const empty: Scope = { name: 'q', filters: [], follows: false, events: [] };
const uid = (values: unknown, operator: unknown = '=') => ({
  ...empty,
  filters: [{ kind: 'uid', operator, values }],
});
const comm = (value: unknown) => ({ ...empty, filters: [{ kind: 'comm', operator: '=', values: [value] }] });
const rule = (event: unknown, where: unknown = []) => ({ ...empty, events: [{ event, where }] });
const zero = { from: 0n, to: 0n };

it.each([
  'q:',
  'q: comm=a*,*b,c uid>=1000 uid!=nobody,2000-2999 !container new tree=1,2 follow',
  'q: container=web* cgroup=/system.slice exe="/a b" pidns=@1 open.path=/etc/* open.flags=0 exec',
  'q: connect.port=443 connect.family=inet kill.pid=-5',
])('accepts %s, and returns an equal copy', (expression) => {
  const parsed = parseScope(expression);
  expect(checkScope(parsed, 'scopes[0]')).toEqual(parsed);
});

it('accepts a builder, and reads each property once', () => {
  const built = scope('q').comm(startsWith('ba')).follow();
  expect(checkScope(built, 'scopes[0]')).toEqual(parseScope('q: comm=ba* follow'));
  let reads = 0;
  const changing = Object.create({ ...empty, name: undefined });
  Object.defineProperty(changing, 'name', { get: () => (reads++ === 0 ? 'q' : 'other') });
  expect(checkScope(changing, 'scopes[0]')).toEqual(empty);
});

it.each([
  [null, 'INVALID_VALUE', 'scopes[0]: expected a scope, got null'],
  [5, 'INVALID_VALUE', 'scopes[0]: expected a scope, got a number'],
  [{}, 'INVALID_VALUE', 'scopes[0]: expected a name, got undefined'],
  [{ ...empty, name: 'a\n\x1b[31m' }, 'INVALID_VALUE', "invalid scope name 'a\\u{a}\\u{1b}[31m'"],
  [{ ...empty, follows: 1 }, 'INVALID_VALUE', 'scope q: follows: expected true or false, got a number'],
  [{ ...empty, filters: {} }, 'INVALID_VALUE', 'scope q: filters: expected an array, got an object'],
  [{ ...empty, filters: [5] }, 'INVALID_VALUE', 'scope q: expected a filter, got a number'],
  [{ ...empty, filters: [{ ...uid([zero]).filters[0], kind: 'uidd' }] }, 'UNKNOWN_FILTER', "filter 'uidd'"],
  [{ ...empty, filters: [{ kind: '__proto__', operator: '=', values: [] }] }, 'UNKNOWN_FILTER', '__proto__'],
  [uid([zero], '~~'), 'INVALID_VALUE', "scope q: operator '~~' is not supported for uid"],
  [uid([]), 'INVALID_VALUE', 'scope q: uid: missing value'],
  [uid(5), 'INVALID_VALUE', 'scope q: uid: values: expected an array, got a number'],
  [
    uid([{}]),
    'INVALID_VALUE',
    'scope q: uid: invalid value: expected { from, to } with bigints, or { name }',
  ],
  [uid([{ from: 'x' }]), 'INVALID_VALUE', 'scope q: uid: invalid value'],
  [uid([{ from: 0, to: 0 }]), 'INVALID_VALUE', 'scope q: uid: invalid value'],
  [uid([{ text: 'x', at: 'whole' }]), 'INVALID_VALUE', 'scope q: uid: invalid value'],
  [uid([{ from: 2n ** 32n, to: 2n ** 32n }]), 'INVALID_VALUE', "uid: '4294967296': exceeds the maximum"],
  [uid([{ from: -1n, to: -1n }]), 'INVALID_VALUE', "scope q: uid: '-1': expected a number"],
  [uid([{ from: 5n, to: -1n }]), 'INVALID_VALUE', "scope q: uid: '5--1': is below the minimum of 0"],
  [uid([{ from: 2n, to: 1n }]), 'INVALID_VALUE', 'ends before it starts'],
  [uid([zero, { from: 2n, to: 2n }], '>'), 'INVALID_VALUE', 'scope q: uid> takes a single number'],
  [comm(zero), 'INVALID_VALUE', 'scope q: comm: invalid value: expected { text, at }'],
  [comm({ text: 'true', at: 'middle' }), 'INVALID_VALUE', 'scope q: comm: invalid value'],
  [comm({ text: 'a\0b', at: 'whole' }), 'INVALID_VALUE', 'a text cannot contain a NUL byte'],
  [comm({ text: 'x'.repeat(100_000), at: 'whole' }), 'INVALID_VALUE', '100000 bytes exceed the limit of 15'],
  [{ ...empty, filters: [{ kind: 'new', operator: '=', values: [zero] }] }, 'INVALID_VALUE', 'no value'],
  [rule('nope'), 'UNKNOWN_EVENT', "scope q: unknown event 'nope'"],
  [rule('open', 5), 'INVALID_VALUE', 'scope q: open: where: expected an array, got a number'],
  [rule('open', [{ field: 'nope', operator: '=', values: [zero] }]), 'UNKNOWN_FILTER', "no field 'nope'"],
  [
    rule('open', [{ field: 'flags', operator: '=', values: [] }]),
    'INVALID_VALUE',
    'open.flags: missing value',
  ],
  [
    { ...empty, events: [...rule('open').events, ...rule('open').events] },
    'INVALID_VALUE',
    "duplicate 'open'",
  ],
])('rejects %o', (wrong, code, message) => {
  const error = expect.objectContaining({
    name: 'SpoorError',
    code,
    message: expect.stringContaining(message),
  });
  expect(() => checkScope(wrong, 'scopes[0]')).toThrow(error);
  for (const use of [compileScopes, explain]) expect(() => use([wrong as Scope])).toThrow(SpoorError);
});

it.each([undefined, null, 5, {}, [{}], [undefined]])(
  'each function that takes scopes rejects %o',
  (wrong) => {
    const any = wrong as never;
    const uses = { compileScopes, explain, printScope, parseScope, parseScopes };
    for (const [name, use] of Object.entries(uses)) {
      expect(() => (use as (scopes: unknown) => unknown)(any), name).toThrow(
        expect.objectContaining({ name: 'SpoorError', code: 'INVALID_VALUE' }),
      );
    }
    for (const policy of [any, { scopes: any }]) {
      expect(() => printPolicy(policy as never)).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
    }
  },
);

it('parseScope rejects a wrong name', () => {
  expect(() => parseScope('uid=0', { name: 'a b' })).toThrow(
    expect.objectContaining({ code: 'INVALID_VALUE', message: "invalid scope name 'a b'" }),
  );
});
