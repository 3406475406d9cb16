import { SpoorError } from '@spoor/core';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writtenScope } from '../../test/arbitraries.js';
import { manySlips, mutate } from '../../test/damage.js';
import { byBuilder, byExpression, byPolicy } from '../../test/three-ways.js';
import { parseScope } from './parse.js';
import { parseScopes } from './parse-scopes.js';
import { printScope } from './print.js';

/** The error of an expression; fails when there is none. */
function errorOf(text: string): SpoorError {
  try {
    parseScope(text);
  } catch (error) {
    if (error instanceof SpoorError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

test('reads the whole of an expression', () => {
  expect(parseScope('build: comm=node,np* uid>=1000 !container follow open.path=/etc/* exec')).toEqual({
    name: 'build',
    filters: [
      {
        kind: 'comm',
        operator: '=',
        values: [
          { text: 'node', at: 'whole' },
          { text: 'np', at: 'start' },
        ],
      },
      { kind: 'uid', operator: '>=', values: [{ from: 1000n, to: 1000n }] },
      { kind: 'container', operator: '!=', values: [] },
    ],
    follows: true,
    events: [
      { event: 'open', where: [{ field: 'path', operator: '=', values: [{ text: '/etc/', at: 'start' }] }] },
      { event: 'exec', where: [] },
    ],
  });
});

test.each([
  ['executable=/bin/ls', 'scope: exe=/bin/ls'],
  ['exec=/bin/ls', 'scope: exe=/bin/ls'],
  ['binary=*.sh bin!=/x', 'scope: exe=*.sh exe!=/x'],
  ['not-container', 'scope: !container'],
  ['container=false new=true', 'scope: !container new'],
  ['container!=true', 'scope: !container'],
  ['\tuid=0\n  gid=0 ', 'scope: uid=0 gid=0'],
  ['comm=a\\ b,"c,d","e"*,\\*,"say \\"x\\""', 'scope: comm="a b","c,d",e*,"*","say \\"x\\""'],
  ['comm="\\u{1f600}\\n"', 'scope: comm="😀\\n"'],
  ['a/b.c-1: uid=0', 'a/b.c-1: uid=0'],
  ['everything:', 'everything:'],
  ['everything: exec', 'everything: exec'],
  ['open.path=/etc/* open.flags=0', 'scope: open.path=/etc/* open.flags=O_RDONLY'],
  ['open.result<-1', 'scope: open.result<-1'],
])('%s is %s', (written, canonical) => {
  expect(printScope(parseScope(written))).toBe(canonical);
});

describe('errors', () => {
  test.each([
    ['comm=x udi=0', 'UNKNOWN_FILTER', 8, /unknown filter 'udi'/, /Did you mean uid\?/],
    ['folow', 'UNKNOWN_FILTER', 1, /unknown filter 'folow'/, /Did you mean follow\?/],
    ['constructor=1', 'UNKNOWN_FILTER', 1, /unknown filter 'constructor'/, /spoor list filters/],
    ['', 'SCOPE_SYNTAX', 1, /empty/, undefined],
    ['   ', 'SCOPE_SYNTAX', 1, /empty/, undefined],
    ['uid', 'SCOPE_SYNTAX', 1, /uid: missing comparison/, /For example: uid=0/],
    ['uid:0', 'SCOPE_SYNTAX', 1, /uid: missing comparison/, /For example/],
    ['uid==0', 'SCOPE_SYNTAX', 5, /unexpected second '='/, /Quote a value/],
    ['uid= 0', 'SCOPE_SYNTAX', 5, /uid: missing value/, /without spaces/],
    ['uid=0,', 'SCOPE_SYNTAX', 7, /uid: missing value/, /Values: a number/],
    ['uid=,0', 'SCOPE_SYNTAX', 5, /uid: missing value/, /Values: a number/],
    ['comm=a"b', 'SCOPE_SYNTAX', 7, /unterminated quote/, undefined],
    ['comm=a\\', 'SCOPE_SYNTAX', 7, /trailing backslash/, undefined],
    ['comm=\\q', 'SCOPE_SYNTAX', 6, /unknown escape/, undefined],
    ['comm="\\u{110000}"', 'SCOPE_SYNTAX', 7, /invalid character number/, undefined],
    ['comm=é uid=x*', 'INVALID_VALUE', 12, /a star is not supported here/, undefined],
    ['pid=new', 'INVALID_VALUE', 5, /expected a number/, /Write new instead of pid=new/],
    ['follow follow', 'SCOPE_SYNTAX', 8, /duplicate 'follow'/, undefined],
    ['!follow', 'SCOPE_SYNTAX', 1, /'follow' is not a flag and cannot be negated/, undefined],
    ['!uid=0', 'SCOPE_SYNTAX', 1, /'!' before a comparison is not supported/, /Write uid!=VALUE/],
    ['comm=a comm=b', 'SCOPE_SYNTAX', 8, /duplicate 'comm='/, /comm=A,B/],
    ['container !container', 'SCOPE_SYNTAX', 11, /duplicate 'container'/, undefined],
    ['opne.path=1', 'UNKNOWN_EVENT', 1, /unknown event 'opne'/, /Did you mean open\?/],
    ['open.pth=1', 'SCOPE_SYNTAX', 6, /open has no field 'pth'/, /Did you mean open\.path\?/],
    ['open.=1', 'SCOPE_SYNTAX', 6, /open has no field ''/, /can ask for: .*path/],
    [
      'exec.argv=sh',
      'SCOPE_SYNTAX',
      6,
      /conditions cannot ask for exec\.argv/,
      /can ask for: inode, .*filename, /,
    ],
    ['exec-failed.error=ENOTHING', 'INVALID_VALUE', 19, /a name like ENOENT, EACCES/, undefined],
    [
      'open.path>1',
      'SCOPE_SYNTAX',
      1,
      /operator > is not supported for open\.path \(use = or !=\)/,
      undefined,
    ],
    ['connect.port=65536', 'INVALID_VALUE', 14, /exceeds the maximum of 65535/, undefined],
    ['"a"=1', 'SCOPE_SYNTAX', 1, /expected a filter/, undefined],
    ['-x: uid=0', 'SCOPE_SYNTAX', 1, /invalid scope name '-x'/, undefined],
    [': uid=0', 'SCOPE_SYNTAX', 1, /invalid scope name ''/, undefined],
    ['uid=0)', 'INVALID_VALUE', 5, /expected a number/, undefined],
    ['open?', 'SCOPE_SYNTAX', 5, /expected a space before '\?'/, undefined],
  ])('%s', (...[text, code, column, message, remedy]) => {
    const error = errorOf(text);
    expect({ code: error.code, column: error.details['column'] }).toEqual({ code, column });
    expect(error.message).toMatch(message);
    if (remedy !== undefined) expect(error.remedy).toMatch(remedy);
  });

  test('point at the place, and obey nothing that is in it', () => {
    const { message } = errorOf('comm=\u001b[31m uid=x=');
    expect(message.split('\n')).toEqual([
      `column 16: uid: 'x=': expected a number, a range like 10-20, a user name or @PID`,
      '  comm= [31m uid=x=',
      `  ${' '.repeat(15)}^^`,
    ]);
  });

  test('count columns in characters', () => {
    expect(errorOf('comm=😀 oops').details['column']).toBe(8);
  });
});

test('scopes without a name are numbered, and names are there once', () => {
  expect(parseScopes(['uid=0', 'web: uid=1', 'uid=2']).map(({ name }) => name)).toEqual([
    'scope',
    'web',
    'scope3',
  ]);
  expect(() => parseScopes(['a: uid=0', 'a: uid=1'])).toThrow(/duplicate scope name 'a'/);
});

test('a scope is the same in its three forms, whatever it says', { timeout: 120_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(writtenScope, async (scope) => {
      expect(byExpression(scope)).toEqual(scope);
      expect(byBuilder(scope)).toEqual(scope);
      for (const other of await byPolicy(scope)) expect(other).toEqual(scope);
    }),
    { numRuns: 300 },
  );
});

test('10,000 damaged expressions: a scope, or an error with a column', { timeout: 120_000 }, () => {
  let refused = 0;
  fc.assert(
    fc.property(writtenScope, manySlips, (scope, damages) => {
      for (const damage of damages) {
        const text = mutate(printScope(scope), damage);
        try {
          const parsed = parseScope(text);
          expect(byExpression(parsed)).toEqual(parsed);
        } catch (error) {
          if (!(error instanceof SpoorError)) throw error;
          expect(error.details['column']).toBeGreaterThanOrEqual(1);
          expect(error.details['column']).toBeLessThanOrEqual([...text].length + 1);
          refused += 1;
        }
      }
    }),
    { numRuns: 400 },
  );
  expect(refused).toBeGreaterThan(1000);
});
