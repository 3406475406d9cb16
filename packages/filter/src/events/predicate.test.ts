import fc from 'fast-check';
import { expect, test } from 'vitest';
import { eventFacts, scopeSet } from '../../test/arbitraries.js';
import { parseScope } from '../grammar/parse.js';
import { takesEvent } from './match.js';
import { compileEventFilter, kernelDecidesAll } from './predicate.js';

const takes = (text: string, event: { readonly kind: string }) =>
  compileEventFilter([parseScope(text)])(event) === 1n;
const open = (path: unknown, more: object = {}) => ({ kind: 'open', path, ...more });

test.each([
  ['uid=0', open('/x'), true],
  ['exec', open('/x'), false],
  ['open', open('/x'), true],
  ['open.path=/etc/*', open('/etc/passwd'), true],
  ['open.path=/etc/*', open('/usr'), false],
  ['open.path!=/etc/*,*.so', open('/lib/x.so'), false],
  ['open.path=*.so', open(Buffer.from('/lib/x.so')), true],
  ['open.path=/é', open(Uint8Array.of(0x2f, 0xe9)), false],
  ['open.result<0', open('/x', { result: -2n }), true],
  ['open.result<0', open('/x', { result: 3n }), false],
  ['open.flags=1-3', open('/x', { flags: 3 }), true],
  ['open.flags>=1 open.path=/x', open('/x', { flags: 0 }), false],
  ['exit.code!=0', { kind: 'exit', code: 1 }, true],
  ['exit.code!=0', { kind: 'exit', code: 0 }, false],
  ['connect.port=443,8000-8999', { kind: 'connect', port: 8080 }, true],
  ['exec exit.code=0', { kind: 'exec' }, true],
  // A field that is not there fits nothing, not even what says "other than".
  ['exit.code!=0', { kind: 'exit' }, false],
  ['open.path!=/x', open(7), false],
  ['exit.code!=0', { kind: 'exit', code: 'x' }, false],
])('%s of %o: %s', (text, event, expected) => {
  expect(takes(text, event)).toBe(expected);
  expect(takesEvent(parseScope(text), event)).toBe(expected);
});

test('what the kernel decided is left out, but not what was too long for it', () => {
  const long = `/${'x'.repeat(300)}`;
  const scopes = ['a: open.path=/etc/* open.flags=0', `b: open.path=${long}`, 'c: connect.port=1'].map(
    (text) => parseScope(text),
  );
  const after = compileEventFilter(scopes, { afterKernel: true });
  expect(after(open('/other', { flags: 0 }))).toBe(0b001n);
  expect(after(open('/other', { flags: 1 }))).toBe(0b000n);
  expect(after(open(long, { flags: 1 }))).toBe(0b010n);
  expect(after({ kind: 'connect' })).toBe(0b100n);
});

test.each([
  ['uid=0', true],
  ['open exec', true],
  ['open.path=/etc/* connect.port!=1', true],
  ['open.path=/etc/* open.flags=0', false],
  [`open.path=/etc/*,/${'x'.repeat(300)}`, false],
  ['exit.code=1', false],
])('%s is for the kernel alone: %s', (text, expected) => {
  expect(kernelDecidesAll([undefined, parseScope(text)])).toBe(expected);
});

test('bits are places in the list, and places may be empty', () => {
  const filter = compileEventFilter([undefined, parseScope('exec'), undefined, parseScope('uid=0')]);
  expect(filter({ kind: 'exec' })).toBe(0b1010n);
  expect(filter({ kind: 'fork' })).toBe(0b1000n);
});

test('the compiled filter is the definition, whatever the rules', () => {
  fc.assert(
    fc.property(scopeSet, fc.array(eventFacts, { minLength: 1, maxLength: 20 }), (scopes, facts) => {
      const filter = compileEventFilter(scopes);
      for (const { path, port } of facts) {
        for (const event of [
          open(path, { flags: port, result: BigInt(port) }),
          { kind: 'connect', port },
          { kind: 'exit', code: port },
        ]) {
          const expected = scopes.reduce(
            (word, scope, bit) => (takesEvent(scope, event) ? word | (1n << BigInt(bit)) : word),
            0n,
          );
          expect(filter(event)).toBe(expected);
        }
      }
    }),
    { numRuns: 50 },
  );
}, 60_000);
