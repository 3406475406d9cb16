import { describe, expect, test } from 'vitest';
import { testHost } from '../../test/host.js';
import { parseScope } from '../grammar/parse.js';
import { printScope } from '../grammar/print.js';
import type { Host } from './host.js';
import { resolveScope, resolveScopeAndPaths } from './resolve.js';

/** A merged /usr, a link to a file, and another namespace, in which /bin leads to /opt. */
const host: Host = {
  ...testHost,
  path(path, namespace) {
    if (namespace === 402n) return undefined;
    const bin = namespace === 401n ? '/opt' : '/usr/bin';
    const found = path
      .replace(/^\.\//, '/work/')
      .replace(/^\/bin(?=\/|$)/, bin)
      .replace(/^\/run\/current$/, '/srv/v2/app');
    return { path: found, exists: !found.includes('missing') };
  },
};
const resolved = (text: string) => printScope(resolveScope(parseScope(text), host)).replace(/^scope: /, '');

describe('paths in scopes stand for where their links lead, too', () => {
  test.each([
    ['exe=/bin/ls', 'exe=/bin/ls,/usr/bin/ls'],
    ['exe!=/bin/ls,/usr/bin/ls', 'exe!=/bin/ls,/usr/bin/ls'],
    ['exe=/bin/*', 'exe=/bin/*,/usr/bin/*'],
    ['exe=/bin/ba*', 'exe=/bin/ba*,/usr/bin/ba*'],
    ['exe=/bin/missing', 'exe=/bin/missing,/usr/bin/missing'],
    ['exe=./run.sh', 'exe=./run.sh,/work/run.sh'],
    ['exe=*.sh', 'exe=*.sh'],
    ['exe=*', 'exe=*'],
    ['exe=""', 'exe=""'],
    ['exe=ls', 'exe=ls'],
    ['comm=/bin/ls', 'comm=/bin/ls'],
    ['mntns=401 exe=/bin/ls', 'mntns=401 exe=/bin/ls,/opt/ls'],
    ['mntns=@1234 exe=/bin/ls', 'mntns=401 exe=/bin/ls,/opt/ls'],
    ['mntns=401,5 exe=/bin/ls', 'mntns=401,5 exe=/bin/ls,/opt/ls,/usr/bin/ls'],
    ['mntns!=401 exe=/bin/ls', 'mntns!=401 exe=/bin/ls,/usr/bin/ls'],
    ['mntns=402 exe=/bin/ls', 'mntns=402 exe=/bin/ls'],
    ['open.path=/run/current', 'open.path=/run/current,/srv/v2/app'],
    ['open.path!=/bin/*', 'open.path!=/bin/*,/usr/bin/*'],
    // These calls take the link itself, not the file that it leads to.
    ['unlink.path=/run/current', 'unlink.path=/run/current'],
    ['unlink.path=/bin/x', 'unlink.path=/bin/x,/usr/bin/x'],
    ['rename.newPath=/bin/x', 'rename.newPath=/bin/x,/usr/bin/x'],
    ['mkdir.path=/bin/x chmod.path=/bin/y', 'mkdir.path=/bin/x,/usr/bin/x chmod.path=/bin/y,/usr/bin/y'],
    ['connect.path=@/bin/x', 'connect.path=@/bin/x'],
    ['open.result=3', 'open.result=3'],
  ])('%s is %s', (text, expected) => {
    expect(resolved(text)).toBe(expected);
    // Resolving again changes nothing.
    expect(resolved(expected)).toBe(expected);
  });

  test('each says what it was made of', () => {
    const { paths } = resolveScopeAndPaths(
      parseScope('exe=/bin/ls,/bin/missing*,ls,*.sh open.path="/a b"'),
      host,
    );
    expect(paths).toEqual([
      { of: 'exe', written: '/bin/ls', leadsTo: ['/usr/bin/ls'], found: 'file' },
      { of: 'exe', written: '/bin/missing*', leadsTo: ['/usr/bin/missing*'], found: 'file' },
      { of: 'exe', written: 'ls', leadsTo: [], found: 'name' },
      { of: 'open.path', written: '"/a b"', leadsTo: [], found: 'file' },
    ]);
  });

  test('a link that leads to more than the kernel compares is refused', () => {
    const deep: Host = { ...testHost, path: () => ({ path: `/${'x'.repeat(300)}`, exists: true }) };
    expect(() => resolveScope(parseScope('s: exe=/short'), deep)).toThrow(
      expect.objectContaining({
        code: 'INVALID_VALUE',
        message: expect.stringMatching(/^scope s: exe: .*307 bytes/),
      }),
    );
  });
});
