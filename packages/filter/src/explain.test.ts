import { expect, test } from 'vitest';
import { testHost } from '../test/host.js';
import { compileScopes } from './compile/compile.js';
import { explainScopes } from './explain.js';
import { parseScope } from './grammar/parse.js';

test('says what scopes compile to and who decides what', () => {
  const scopes = [
    'build: comm=node,np* exe=*.sh uid=nobody,1000-1999 follow',
    'web: open.path=/etc/* open.flags=0 exec !container',
  ];
  const explained = explainScopes(
    compileScopes(
      scopes.map((text) => parseScope(text)),
      { host: testHost },
    ),
  );
  expect(explained.lines).toEqual([
    '2 of 64 scopes',
    '  bit 0  build',
    '    build: comm=node,np* exe=*.sh uid=65534,1000-1999 follow',
    '    comm=node,np*: kernel, table comm',
    '    exe=*.sh: kernel, table exe',
    '    uid=65534,1000-1999: kernel, table uid',
    '    follow: what descends from a match is in the scope, until it ends',
    '    every event that is traced',
    '  bit 1  web',
    '    web: !container open.path=/etc/* open.flags=0 exec',
    '    !container: kernel, table container',
    '    open.path=/etc/*: kernel',
    '    open.flags=0: user space',
    '    exec: kernel',
    '',
    'words in the kernel',
    '  enabled  0x0000000000000003',
    '  follow   0x0000000000000001',
    '  exclude  0x0000000000000000',
    '',
    'tables in the kernel',
    '  uid          number   used by 0x0000000000000001: 5 segments of numbers',
    '  container    number   used by 0x0000000000000002: 2 segments of numbers',
    '  comm         text     used by 0x0000000000000001: 2 texts and beginnings',
    '  exe          text     used by 0x0000000000000001: 1 ends of texts',
    '  open.path    text     used by 0x0000000000000002: 1 texts and beginnings',
  ]);
  expect(explained.scopes[1]?.conditions).toEqual([
    { condition: 'open.path=/etc/*', decidedIn: 'kernel' },
    { condition: 'open.flags=0', decidedIn: 'user space' },
    { condition: 'exec', decidedIn: 'kernel' },
  ]);
});

test('a scope of everything looks at nothing', () => {
  const { lines, tables } = explainScopes(compileScopes([parseScope('all:')], { host: testHost }));
  expect(tables).toEqual([]);
  expect(lines).toContain('    every task');
  expect(lines.at(-1)).toBe('no tables: nothing of a task is looked at');
});
