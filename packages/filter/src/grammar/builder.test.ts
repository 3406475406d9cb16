import { expect, test } from 'vitest';
import { scope } from './builder.js';
import { between, endsWith, startsWith } from './builder-inputs.js';
import { parseScope } from './parse.js';
import { printScope } from './print.js';

test('says what an expression says', () => {
  const build = scope('build')
    .comm('node', startsWith('np'), endsWith('.sh'))
    .uid.atLeast(1000)
    .uid.not('nobody', between(2000, 2999n))
    .container.not()
    .new()
    .cgroup('/system.slice')
    .on('open', (open) => open.path.startsWith('/etc/').flags(0))
    .on('exec')
    .follow();
  expect(build).toEqual(
    parseScope(
      'build: comm=node,np*,*.sh uid>=1000 uid!=nobody,2000-2999 !container new cgroup=/system.slice follow open.path=/etc/* open.flags=0 exec',
    ),
  );
});

test('a step leaves what it came from as it was', () => {
  const base = scope('a').uid(0);
  const [one, other] = [base.comm('x'), base.comm('y')];
  expect([base, one, other].map((each) => printScope(each))).toEqual([
    'a: uid=0',
    'a: uid=0 comm=x',
    'a: uid=0 comm=y',
  ]);
});

test('a plain string is what it is, stars and spaces too', () => {
  expect(printScope(scope().comm('a*', 'b c'))).toBe('scope: comm="a*","b c"');
});

test('a number is itself, also where the digits of an expression are octal', () => {
  const build = scope().on('mkdir', ({ mode }) => mode(0o755, 8n, between(0o700, 0o711)));
  expect(build).toEqual(parseScope('scope: mkdir.mode=0755,010,0700-0711'));
});

test.each([
  ['a value that does not fit', () => scope().uid(-1), /uid: '-1': expected a number/],
  ['a name that is none', () => scope('-x'), /invalid scope name '-x'/],
  ['a second =', () => scope().uid(1).uid(2), /duplicate 'uid='/],
  ['a text that is too long', () => scope().comm('x'.repeat(16)), /16 bytes exceed the limit of 15/],
  ['an event twice', () => scope().on('exec').on('exec'), /duplicate 'exec'/],
  ['an unknown event', () => scope().on('opne' as 'open'), /unknown event 'opne'/],
  ['a backward range', () => scope().uid(between(2, 1)), /ends before it starts/],
  [
    'a text that is undefined',
    () => scope().comm(undefined as never),
    /^comm: expected a text.*, got undefined$/,
  ],
  ['a number as a text', () => scope().comm(5 as never), /^comm: expected a text.*, got 5$/],
  ['a number that is not whole', () => scope().uid(1.5), /^uid: expected a number.*, got 1\.5$/],
  ['a number that is none', () => scope().uid(Number.NaN), /^uid: expected a number.*, got NaN$/],
  ['an object as a number', () => scope().uid({} as never), /^uid: expected a number.*, got an object$/],
  ['a range of a text', () => scope().uid(between('1' as never, 2)), /^between\(\): .*, got a string$/],
  ['a range up to infinity', () => scope().uid(between(1, 1 / 0)), /^between\(\): .*, got Infinity$/],
  [
    'the beginning of nothing',
    () => scope().comm.startsWith(undefined as never),
    /^comm: .*, got an object$/,
  ],
  ['a value of a flag', () => Reflect.apply(scope().new, undefined, [5]), /^new takes no value/],
  ['a name that is not a string', () => scope(5 as never), /invalid scope name of type number/],
  [
    'conditions that are not a function',
    () => scope().on('open', 5 as never),
    /^on\(\): expected a function/,
  ],
  [
    'a function without conditions',
    () => scope().on('open', () => ({}) as never),
    /^on\(\): expected a function/,
  ],
])('refuses %s', (_, build, says) => {
  expect(build).toThrow(
    expect.objectContaining({ name: 'SpoorError', message: expect.stringMatching(says) }),
  );
});
