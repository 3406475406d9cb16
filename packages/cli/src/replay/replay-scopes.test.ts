import { type Event, eventLayouts } from '@spoor/event';
import { parseScope } from '@spoor/filter';
import { expect, it } from 'vitest';
import { ReplayScopes } from './replay-scopes.js';

const script = 32;
const layouts = { ...eventLayouts, flags: { script } };
const sh = {
  tgid: 5,
  tid: 5,
  ppid: 1,
  uid: 0,
  startTimeNs: 7n,
  comm: 'x',
  exe: '/bin/dash',
  container: '',
  headerFlags: 0,
};
const event = (fields: object) => ({ ...sh, ...fields }) as unknown as Event;

it('matches a process by its script until its next exec, and its children too', () => {
  const scopes = new ReplayScopes([parseScope('s: exe=*.sh'), parseScope('n: exe!=/srv/*')], layouts);
  const judge = (fields: object) => scopes.judge(event(fields));
  const child = { tgid: 6, startTimeNs: 8n };
  expect(judge({ kind: 'open' })).toEqual(['n']);
  expect(judge({ kind: 'exec', headerFlags: script, filename: '/srv/./x.sh', path: '/bin/dash' })).toEqual([
    's',
  ]);
  expect(judge({ kind: 'open' })).toEqual(['s']);
  expect(judge({ kind: 'fork', childTgid: 6, childStartTimeNs: 8n })).toEqual(['s']);
  // A failed exec changes nothing.
  expect(judge({ kind: 'exec-failed', filename: '/srv/missing', result: -2 })).toEqual(['s']);
  expect(judge({ kind: 'exec', filename: '/bin/ls', exe: '/bin/ls' })).toEqual(['n']);
  expect(judge({ ...child, kind: 'open' })).toEqual(['s']);
  expect(judge({ ...child, kind: 'exit' })).toEqual(['s']);
  expect(judge({ ...child, kind: 'open' })).toEqual(['n']);
});

it('keeps the script over the exec that env makes for it', () => {
  const scopes = new ReplayScopes([parseScope('s: exe=*.py')], layouts);
  const judge = (fields: object) => scopes.judge(event({ kind: 'exec', ...fields }));
  expect(judge({ headerFlags: script, filename: './x.py', path: '/usr/bin/env' })).toEqual(['s']);
  expect(judge({ filename: '/usr/bin/python3', path: '/usr/bin/python3' })).toEqual(['s']);
  expect(judge({ filename: '/bin/ls', path: '/bin/ls' })).toEqual([]);
});
