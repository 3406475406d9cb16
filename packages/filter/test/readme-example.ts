import assert from 'node:assert/strict';
import {
  compileScopes,
  endsWith,
  explainScopes,
  matchesScope,
  parseScope,
  plainScope,
  scope,
  startsWith,
  taskFacts,
} from '@spoor/filter';

// An expression, or the builder: the same scope.
const build = parseScope('build: comm=node,np* uid>=1000 exe!=*.sh follow open.path=/etc/*');
const same = scope('build')
  .comm('node', startsWith('np'))
  .uid.atLeast(1000)
  .exe.not(endsWith('.sh'))
  .follow()
  .on('open', (open) => open.path.startsWith('/etc/'));
assert.deepEqual(plainScope(same), build);

// What the kernel gets, and what a person is told.
const { lines } = explainScopes(compileScopes([build]));
assert.ok(lines.includes('    uid>=1000: kernel, table uid'));

// The reference, which needs no kernel.
assert.ok(matchesScope(build, taskFacts({ comm: 'npm', uid: 1000, exe: '/usr/bin/node' })));
