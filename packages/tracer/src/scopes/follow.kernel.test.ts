import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { realpathSync } from 'node:fs';
import type { Event } from '@spoor/event';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testCgroup } from '../../test/cgroup.js';
import { compileProgram, type TestProgram } from '../../test/compile.js';
import { eventsInScope, execMarkers } from '../../test/markers.js';
import { trace } from '../index.js';

let threads: TestProgram;

beforeAll(() => {
  threads = compileProgram('threads');
});
afterAll(() => threads[Symbol.dispose]());

const openedPaths = (events: readonly Event[]) =>
  events.flatMap((event) => (event.kind === 'open' ? [event.path] : []));

/** Both places of follow state. */
const stores = [
  ['task storage', {}],
  ['the hash', { taskStorage: false }],
] as const;

/** A scope that follows every process that runs the file named `begin`. */
const followsTouch = ({ cgroup }: { cgroup: string }) => [`f: comm=begin cgroup=${cgroup} follow`];

/** A shell that is in the scope by its name for a moment, and then runs a script. */
const begin = (script: string) =>
  `printf begin >/proc/self/comm; : </dev/null; printf sh >/proc/self/comm; ${script}`;

describe.each(stores)('follow, kept in %s', (_, kernel) => {
  it('is inherited by descendants only', async () => {
    const events = await eventsInScope({
      scopes: followsTouch,
      script: `/bin/true out; (${begin('/bin/true in; sh -c "/bin/true deep; :"')}); /bin/true out; exit 0`,
      kernel,
    });
    expect(execMarkers(events)).toEqual(['in', '/bin/true deep; :', 'deep']);
  });

  it('survives exec and setuid', async () => {
    const events = await eventsInScope({
      scopes: followsTouch,
      script: begin('exec setpriv --reuid=1001 --clear-groups sh -c "exec /bin/true last"'),
      kernel,
    });
    expect(execMarkers(events)).toEqual(['exec /bin/true last', 'exec /bin/true last', 'last']);
    expect(events.findLast(({ kind }) => kind === 'exec')).toMatchObject({ uid: 1001, comm: 'true' });
  });

  it('reaches a process whose parent has gone', async () => {
    const events = await eventsInScope({
      scopes: followsTouch,
      script: `mkfifo f; sh -c '${begin('( read -r _ <f; /bin/true orphan; echo >g ) & exit 0').replaceAll("'", `'"'"'`)}'; mkfifo g; echo >f; read -r _ <g; rm f g; exit 0`,
      kernel,
    });
    const orphan = events.find((event) => event.kind === 'exec' && event.argv.at(-1) === 'orphan');
    expect(orphan).toBeDefined();
  });

  it.each([
    ['open', 'a thread acts'],
    ['gone', 'the leader has ended and a thread acts'],
    ['exec', 'a thread executes'],
    ['gone-exec', 'the leader has ended and a thread executes'],
  ])('%s: %s', async (mode) => {
    const marker = '/etc/hostname';
    const events = await eventsInScope({
      scopes: followsTouch,
      script: begin(`exec ${threads.path} ${mode} ${marker}`),
      kernel,
    });
    expect(openedPaths(events)).toContain(marker);
    const opened = events.find((event) => event.kind === 'open' && event.path === marker)!;
    expect(opened.tid).not.toBe(opened.tgid);
    expect(opened.exe).toBe(threads.path);
    if (mode.includes('exec')) {
      const exec = events.findLast((event) => event.kind === 'exec')!;
      expect(exec).toMatchObject({
        tgid: opened.tgid,
        tid: opened.tgid,
        exe: '/usr/bin/true',
        previousComm: 'threads',
      });
      expect(exec.startTimeNs).toBe(opened.startTimeNs);
    }
    const exits = events.filter(({ kind }) => kind === 'exit');
    expect(exits).toHaveLength(1);
    expect(exits[0]).toMatchObject({ code: mode.includes('exec') ? 0 : 7 });
  });

  it('excludes a subtree for good', async () => {
    const events = await eventsInScope({
      scopes: ({ cgroup, tgid }) => [`x: tree!=${tgid} cgroup=${cgroup}`],
      script: '/bin/true child; sh -c "/bin/true grandchild; :"; exec /bin/true self',
      kernel,
    });
    expect(events).toEqual([]);
  });
});

/** Starts a shell that lives before the trace, and runs its script on request. */
class Sleeper {
  readonly child: ChildProcess;

  constructor(script: string) {
    this.child = spawn('/bin/sh', ['-c', `read -r _; ${script}`], { stdio: ['pipe', 'ignore', 'ignore'] });
  }

  get tgid(): number {
    return this.child.pid!;
  }

  async wake(): Promise<void> {
    this.child.stdin!.end('\n');
    await once(this.child, 'exit');
  }
}

describe('processes alive before the trace', () => {
  it('are followed with their living descendants, and found to be old', async () => {
    const sleeper = new Sleeper('/bin/true child; : </dev/null; exit 0');
    const events: Event[] = [];
    await using tracer = await trace({ scopes: [`tree=${sleeper.tgid}`], tuning: { replaceable: false } });
    const reading = tracer.each((event) => {
      if (event.kind !== 'malformed') events.push(event.copy());
    });
    await sleeper.wake();
    tracer.close();
    await reading;
    expect(execMarkers(events)).toEqual(['child']);
    const own = events.find(({ kind, tgid }) => kind === 'open' && tgid === sleeper.tgid)!;
    expect(own.origin).toBe('snapshot');
    expect(own.headerFlags & 4).toBe(0);
    expect(events.find(({ kind }) => kind === 'exec')!.headerFlags & 4).toBe(4);
  });

  it('are found at their first event if no scope needs the snapshot', async () => {
    const path = `/nonexistent/${process.pid}`;
    const sleeper = new Sleeper(`: <${path}`);
    const events: Event[] = [];
    await using tracer = await trace({
      scopes: [`open.path=${path}`],
      events: ['open'],
      tuning: { replaceable: false },
    });
    expect([...tracer.object.programs.keys()]).not.toContain('on_iter_task');
    const reading = tracer.each((event) => {
      if (event.kind !== 'malformed') events.push(event.copy());
    });
    await sleeper.wake();
    tracer.close();
    await reading;
    expect(events.map(({ kind, tgid, exe }) => ({ kind, tgid, exe }))).toEqual([
      { kind: 'open', tgid: sleeper.tgid, exe: realpathSync('/bin/sh') },
    ]);
    expect(events[0]!.origin).not.toBe('snapshot');
    expect(events[0]!.headerFlags & 4).toBe(0);
  });

  it('inherit from an ancestor that a scope matches, at any depth', async () => {
    using cgroup = testCgroup();
    // A chain of three shells; the innermost acts. The outermost is in the scope by its name.
    const chain = spawn(
      '/bin/sh',
      ['-c', 'sh -c "sh -c \'echo ready; read -r _; /bin/true deep; :\'; :"; :'],
      {
        stdio: ['pipe', 'pipe', 'ignore'],
      },
    );
    cgroup.add(chain.pid!);
    await once(chain.stdout!, 'data');
    const events: Event[] = [];
    await using tracer = await trace({
      scopes: [`f: pid=${chain.pid!} follow`],
      tuning: { replaceable: false },
    });
    const reading = tracer.each((event) => {
      if (event.kind !== 'malformed') events.push(event.copy());
    });
    chain.stdin!.end('\n');
    await once(chain, 'exit');
    tracer.close();
    await reading;
    expect(execMarkers(events)).toEqual(['deep']);
  });

  it('do not match new until they execute', async () => {
    using cgroup = testCgroup();
    const sleeper = new Sleeper(': </etc/hostname; exec /bin/true now');
    cgroup.add(sleeper.tgid);
    const events: Event[] = [];
    await using tracer = await trace({
      scopes: [`new cgroup=${cgroup.path}`],
      tuning: { replaceable: false },
    });
    const reading = tracer.each((event) => {
      if (event.kind !== 'malformed') events.push(event.copy());
    });
    await sleeper.wake();
    tracer.close();
    await reading;
    expect(openedPaths(events)).not.toContain('/etc/hostname');
    expect(execMarkers(events)).toEqual(['now']);
  });
});
