import { expect, test } from 'vitest';
import { testHost } from '../../test/host.js';
import { parseScope } from '../grammar/parse.js';
import type { Host } from '../resolve/host.js';
import { explain } from './explain.js';

test('says what scopes compile to and who decides what', () => {
  const scopes = [
    'build: comm=node,np* exe=*.sh uid=nobody,1000-1999 follow',
    'web: open.path=/etc/* open.flags=0 exec !container',
  ];
  const explained = explain(
    scopes.map((text) => parseScope(text)),
    { host: testHost },
  );
  expect(explained.lines).toEqual([
    '2 of 64 scopes',
    '  bit 0  build',
    '    build: comm=node,np* exe=*.sh uid=65534,1000-1999 follow',
    '    comm=node,np*: kernel, table comm',
    '    exe=*.sh: kernel, table exe',
    '      a script matches by its own path, too, once it was executed during the trace',
    '    uid=65534,1000-1999: kernel, table uid',
    '      the real or the effective user id: one has to fit, != wants neither',
    '    follow: descendants of a match stay in the scope until they end',
    '    every event that is traced',
    '  bit 1  web',
    '    web: !container open.path=/etc/* open.flags=O_RDONLY exec',
    '    !container: kernel, table container',
    '    open.path=/etc/*: kernel',
    '    open.flags=O_RDONLY: user space',
    '    exec: kernel',
    '      names of failed opens that may lead through links: user space',
    '',
    'scope masks in the kernel',
    '  enabled  0x0000000000000003',
    '  follow   0x0000000000000001',
    '  exclude  0x0000000000000000',
    '',
    'tables in the kernel',
    '  uid          either   used by 0x0000000000000001: 5 segments of numbers',
    '  container    text     used by 0x0000000000000002: 2 texts and beginnings',
    '  comm         text     used by 0x0000000000000001: 2 texts and beginnings',
    '  exe          text     used by 0x0000000000000001: 1 ends of texts',
    '  open.path    text     used by 0x0000000000000002: 1 texts and beginnings',
    '  open.name    text     used by 0x0000000000000002: 1 ends of texts',
  ]);
  expect(explained.scopes[1]?.conditions).toEqual([
    { condition: 'open.path=/etc/*', decidedIn: 'kernel' },
    { condition: 'open.flags=O_RDONLY', decidedIn: 'user space' },
    { condition: 'exec', decidedIn: 'kernel' },
  ]);
});

test('a scope of everything looks at nothing', () => {
  const { lines, tables } = explain([parseScope('all:')], { host: testHost });
  expect(tables).toEqual([]);
  expect(lines).toContain('    every task');
  expect(lines.at(-1)).toBe('no tables: no filter is evaluated');
});

test('says what paths stand for', () => {
  const host: Host = {
    ...testHost,
    path: (path) => ({ path: path.replace(/^\/bin/, '/usr/bin'), exists: !path.includes('gone') }),
  };
  const { lines, scopes } = explain(
    [parseScope('s: exe=/bin/ls,/opt/x,ls open.path=/bin/gone*,/bin/gone,/gone')],
    { host },
  );
  expect(lines.slice(3, 13)).toEqual([
    '    exe=/bin/ls,/usr/bin/ls,/opt/x,ls: kernel, table exe',
    '      a script matches by its own path, too, once it was executed during the trace',
    '    open.path=/bin/gone*,/usr/bin/gone*,/bin/gone,/usr/bin/gone,/gone: kernel',
    '      names of failed opens that may lead through links: user space',
    '    paths, as they are now',
    '      exe=/bin/ls: a symbolic link: matches as written, and /usr/bin/ls',
    '      exe=/opt/x: no symbolic link in it',
    '      exe=ls: matches no path, since a path begins with /; write exe=*/NAME for NAME in any directory',
    '      open.path=/bin/gone*: a symbolic link: matches as written, and /usr/bin/gone*',
    '      open.path=/bin/gone: does not exist: matches as written, and /usr/bin/gone',
  ]);
  expect(scopes[0]?.paths).toHaveLength(6);
});
