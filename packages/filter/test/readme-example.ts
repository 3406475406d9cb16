import assert from 'node:assert/strict';
import { endsWith, explain, parseScope, scope, startsWith } from '@spoor/filter';
import { matchesScope, taskFacts } from '@spoor/filter/reference';

// An expression and the builder make equal scopes.
const build = parseScope('build: comm=node,np* uid>=1000 exe!=*.sh follow open.path=/etc/*');
const same = scope('build')
  .comm('node', startsWith('np'))
  .uid.atLeast(1000)
  .exe.not(endsWith('.sh'))
  .follow()
  .on('open', (open) => open.path.startsWith('/etc/'));
assert.deepEqual(same, build);

// The kernel decides each filter by a table.
const { lines } = explain([build]);
assert.ok(lines.includes('    uid>=1000: kernel, table uid'));

// Evaluated in user space, on any system.
assert.ok(matchesScope(build, taskFacts({ comm: 'npm', uid: 1000, exe: '/usr/bin/node' })));
