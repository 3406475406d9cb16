/**
 * Evaluates scopes on your own data, without a kernel: which of these processes would a trace with
 * this scope see?
 *
 *     node examples/scopes-on-your-data.mjs 'comm=node,np* uid>=1000'
 */
import process from 'node:process';
import { SpoorError } from '@spoor/core';
import { parseScope } from '@spoor/filter';
import { matchesScope, taskFacts } from '@spoor/filter/reference';

const processes = [
  { comm: 'node', uid: 1000, exe: '/usr/bin/node' },
  { comm: 'npm', uid: 0, exe: '/usr/bin/node' },
  { comm: 'sshd', uid: 0, exe: '/usr/sbin/sshd' },
];

try {
  const scope = parseScope(process.argv[2] ?? 'exe=/usr/bin/* uid=0');
  for (const facts of processes) console.log(facts.comm, matchesScope(scope, taskFacts(facts)));
} catch (error) {
  if (!(error instanceof SpoorError)) throw error;
  console.error(`${error.message}\n${error.remedy ?? ''}`);
  process.exitCode = 2;
}
