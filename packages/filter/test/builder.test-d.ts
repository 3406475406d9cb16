// Compiled, never run: each line under an expectation must be an error, or the type check of the
// workspace fails.
import { scope } from '../src/grammar/builder.js';
import { between, endsWith, startsWith } from '../src/grammar/builder-inputs.js';
import type { Scope } from '../src/scope.js';

const build = scope('build').comm('node', startsWith('np'), endsWith('.sh')).uid.atLeast(1000).follow();
const asScope: Scope = build;
asScope satisfies Scope;

scope().uid(0, 'nobody', between(1000, 1999)).gid.not('daemon').pid.below(10).tid.above(3).ppid(1);
scope()
  .mntns('@1')
  .pidns.not(4026531836)
  .netns('/run/netns/blue')
  .uts(1)
  .cgroup('/system.slice', 1n)
  .tree(1)
  .tree.not(2);
scope()
  .container()
  .container.not('web')
  .container('0a1b', startsWith('c'))
  .container.not()
  .new.not()
  .exe.endsWith('.sh')
  .exe.not('/bin/sh');
scope()
  .on('open', (open) => open.path.startsWith('/etc/').flags(0))
  .on('connect', (connect) => connect.port(443).family('inet').address.startsWith('10.'))
  .on('exec-failed', (failed) => failed.error('ENOENT', 'EACCES'))
  .on('exec');

// @ts-expect-error: a text has no order
scope().comm.atLeast('a');
// @ts-expect-error: a namespace has no order
scope().mntns.above(1);
// @ts-expect-error: nor ranges
scope().netns(between(1, 2));
// @ts-expect-error: a number has no beginning
scope().uid.startsWith('1');
// @ts-expect-error: nor is it a pattern
scope().uid(startsWith('1'));
// @ts-expect-error: a flag has no values
scope().new('yes');
// @ts-expect-error: what stands alone has no order
scope().container.atLeast('a');
// @ts-expect-error: nothing is not a value
scope().uid();
// @ts-expect-error: nor is it the opposite of one
scope().comm.not();
// @ts-expect-error: there is no such kind
scope().nonesuch(1);
// @ts-expect-error: a text is no number
scope().comm(1);
// @ts-expect-error: follow is no kind and has no opposite
scope().follow.not();
// @ts-expect-error: there is no such event
scope().on('opne');
// @ts-expect-error: the event has no such field
scope().on('open', (open) => open.port(1));
// @ts-expect-error: no condition asks for a list
scope().on('exec', (exec) => exec.argv('sh'));
// @ts-expect-error: the field is a number
scope().on('connect', (connect) => connect.port.startsWith('4'));
// @ts-expect-error: the field is a text
scope().on('open', (open) => open.path.atLeast(1));
