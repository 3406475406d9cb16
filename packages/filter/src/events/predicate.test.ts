import { PrivilegedCall } from '@spoor/bpf/enums';
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
  ['open.racy=1', open('/x', { headerFlags: 256 }), true],
  ['open.racy=1', open('/x', { headerFlags: 1 }), false],
  ['open.racy=0 open.userMemory!=1', open('/x', { headerFlags: 4 }), true],
  ['exec.newProcess=1', { kind: 'exec', headerFlags: 4 }, true],
  ['exec.truncated=1', { kind: 'exec', isWhole: false }, true],
  ['exec.truncated=1', { kind: 'exec', isWhole: true }, false],
  // Names and derived fields, as JSON shows them.
  ['connect.family=inet,unix', { kind: 'connect', family: 2 }, true],
  ['connect.family!=inet', { kind: 'connect', family: 2 }, false],
  ['kill.signal=SIGTERM,SIGKILL', { kind: 'kill', signal: 9 }, true],
  ['kill.call=pidfd_send_signal', { kind: 'kill', call: 5 }, true],
  ['open.flags=O_RDONLY|O_CLOEXEC', open('/x', { flags: 0o2000000 }), true],
  ['mkdir.mode=0755', { kind: 'mkdir', mode: 0o755 }, true],
  ['mkdir.mode=755', { kind: 'mkdir', mode: 0o755 }, true],
  ['mkdir.mode!=0700-0755', { kind: 'mkdir', mode: 0o711 }, false],
  ['chmod.mode>=4000', { kind: 'chmod', mode: 0o4755 }, true],
  ['open.flags=O_RDONLY', open('/x', { flags: 0o2000000 }), false],
  ['open.error=ENOENT', open('/x', { result: -2n }), true],
  ['open.error!=ENOENT', open('/x', { result: 3n }), false],
  [
    'privileged.keyring>=2147483648',
    { kind: 'privileged', call: PrivilegedCall.PRIVILEGED_ADD_KEY, value: 0x8000_0000 },
    true,
  ],
  ['exec-failed.error=EACCES,2', { kind: 'exec-failed', result: -2 }, true],
  ['connect.address=10.*', { kind: 'connect', family: 2, address: Uint8Array.of(10, 0, 0, 1) }, true],
  ['connect.address=*.sock', { kind: 'connect', family: 1, path: '/run/x.sock' }, true],
  ['connect.address!=::1', { kind: 'connect', family: 16, address: new Uint8Array(16) }, false],
  ['accept.listenFd=3 accept.fd=5', { kind: 'accept', fd: 3, result: 5 }, true],
  ['accept.fd=3', { kind: 'accept', fd: 3, result: -11 }, false],
  // A field that is not there fits nothing, not even what says "other than".
  ['open.racy=0', open('/x'), false],
  ['exec.truncated=0', { kind: 'exec' }, false],
  ['exit.code!=0', { kind: 'exit' }, false],
  ['open.path!=/x', open(7), false],
  ['exit.code!=0', { kind: 'exit', code: 'x' }, false],
])('%s of %o: %s', (text, event, expected) => {
  expect(takes(text, event)).toBe(expected);
  expect(takesEvent(parseScope(text), event)).toBe(expected);
});

test('leaves out conditions that the kernel decided, unless a text was too long for it', () => {
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
  ['connect.port!=1', true],
  // Names of failed calls can lead through symbolic links.
  ['open.path=/etc/* connect.port!=1', false],
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

/** A call that failed, with the name that it was given; flag 1 is user-memory, 16 other-root. */
const failed = (path: string, directory = '', headerFlags = 1) =>
  open(path, { directory, headerFlags, result: -2n });

test.each([
  ['open.path=/t/r/*', failed('nosuch', '/t/r'), true],
  ['open.path=/t/r/*', failed('/t/r/nosuch'), true],
  ['open.path=/t/r/*', failed('../r/nosuch', '/t/a'), true],
  ['open.path=/t/r/*', failed('../x', '/t/r'), false],
  ['open.path!=/t/r/*', failed('../x', '/t/r'), true],
  ['open.path=/t/x', failed('.//./../x', '/t/r'), true],
  ['open.path=/x', failed('x', '/'), true],
  ['open.path=/x', failed('/../..//x/'), true],
  ['open.path=/t/r', failed('', '/t/r'), true],
  ['open.path=x', failed('x'), true],
  // After chroot() an absolute name is one in the root that the event names.
  ['open.path=/nope', failed('/nope', '/jail', 17), false],
  ['open.path=/jail/nope', failed('/nope', '/jail', 17), true],
  // The kernel's own path is what it is.
  ['open.path=/memfd:a/../b', open('/memfd:a/../b', { headerFlags: 0 }), true],
  ['exec.path=/t/a/../b', { kind: 'exec', path: '/t/a/../b', headerFlags: 1 }, true],
  ['unlink.path=/t/f', { kind: 'unlink', path: 'f', directory: '/t', headerFlags: 1 }, true],
  ['mkdir.path=/t/*', { kind: 'mkdir', path: './d/', directory: '/t', headerFlags: 1 }, true],
  [
    'rename.newPath=/t/g',
    { kind: 'rename', path: '/f', newPath: 'g', newDirectory: '/t', headerFlags: 1 },
    true,
  ],
  ['connect.path=/run/s', { kind: 'connect', path: '/run/./s', headerFlags: 1 }, true],
])('%s of %o, joined: %s', (text, event, expected) => {
  expect(takes(text, event)).toBe(expected);
  expect(takesEvent(parseScope(text), event)).toBe(expected);
});

test('an unreadable name is not the directory, and a name that is not UTF-8 is judged by its bytes', () => {
  const unreadable = { ...failed('', '/t'), isTruncated: (field: string) => field === 'path' };
  expect(takes('open.path=/t', unreadable)).toBe(false);
  expect(takes('open.path=""', unreadable)).toBe(true);
  const odd = {
    ...failed('./a\ufffd', '/é'),
    bytes: (field: string) =>
      Buffer.from(field === 'path' ? './a\xff' : 'Ã©', field === 'path' ? 'latin1' : 'utf8'),
  };
  expect(takes('open.path=/é/*', odd)).toBe(true);
  expect(takes('open.path=*/a\ufffd', odd)).toBe(false);
});

test('links in a name are followed only where that is certain', () => {
  const links = new Map([
    ['/l', '/r'],
    ['/l/../l', '/r'],
  ]);
  const followLinks = (path: string) => links.get(path) ?? path;
  const scope = [parseScope('open.path=/r/*'), parseScope('open.path!=/r/*'), parseScope('open.path=/l/*')];
  const filter = compileEventFilter(scope, { followLinks });
  expect(filter(failed('/l/nosuch'))).toBe(0b101n);
  expect(filter(failed('l/nosuch', '/'))).toBe(0b101n);
  expect(filter(failed('/x/nosuch'))).toBe(0b010n);
  // Of a single name the kernel has resolved the directory.
  expect(filter(failed('nosuch', '/l'))).toBe(0b110n);
  // In another root the links are others.
  expect(filter(failed('/l/nosuch', '/', 17))).toBe(0b110n);
  // Behind a link `..` is another directory than the text says.
  expect(filter(failed('/l/../l/x'))).toBe(0b001n);
  expect(filter(open('/l/x', { headerFlags: 0 }))).toBe(0b110n);
});

test('after the kernel, names from callers are judged again', () => {
  const filter = compileEventFilter([parseScope('open.path=/etc/*')], { afterKernel: true });
  expect(filter(open('/other', { headerFlags: 0 }))).toBe(1n);
  expect(filter(failed('/other'))).toBe(0n);
  expect(filter(failed('passwd', '/etc'))).toBe(1n);
});
