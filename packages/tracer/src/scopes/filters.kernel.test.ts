import { chmodSync, copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filterKinds, parseScope } from '@spoor/filter';
import { afterAll, describe, expect, it } from 'vitest';
import { eventsInScope, execMarkers } from '../../test/markers.js';

/** Runs a set-user-id program of root as another user. */
const folder = mkdtempSync(join(tmpdir(), 'spoor-filters-'));
const program = join(folder, 'true');
copyFileSync('/bin/true', program);
chmodSync(program, 0o4755);
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true }));
const setUserId = `setpriv --reuid=1001 --clear-groups ${program}`;

interface Case {
  readonly scope: string;
  readonly script: string;
  readonly expected: readonly string[];
}

/**
 * Scripts of commands. Those in the scope are marked `in`, others `out`.
 */
const cases: Record<string, Case> = {
  uid: {
    scope: 'uid=1001',
    script: 'setpriv --reuid=1001 --clear-groups /bin/true in; /bin/true out',
    expected: ['in'],
  },
  'uid range': {
    scope: 'uid=1001-1002 uid!=1002',
    script: 'for u in 1000 1001 1002 1003; do setpriv --reuid=$u --clear-groups /bin/true $u; done',
    expected: ['1001'],
  },
  'uid comparison': {
    scope: 'uid>1000 uid<=1002',
    script: 'for u in 1000 1001 1002 1003; do setpriv --reuid=$u --clear-groups /bin/true $u; done',
    expected: ['1001', '1002'],
  },
  gid: {
    scope: 'gid=1001',
    script: 'setpriv --regid=1001 --clear-groups /bin/true in; /bin/true out',
    expected: ['in'],
  },
  'uid, of a set-user-id program': {
    scope: 'uid=0 comm=true',
    script: `${setUserId} in; setpriv --reuid=1001 --clear-groups /bin/true out`,
    expected: ['in'],
  },
  'uid, neither': {
    scope: 'uid!=0 comm=true',
    script: `${setUserId} out; setpriv --reuid=1001 --clear-groups /bin/true in`,
    expected: ['in'],
  },
  euid: {
    scope: 'euid=0 uid=1001',
    script: `${setUserId} in; setpriv --reuid=1001 --clear-groups /bin/true out; /bin/true out`,
    expected: ['in'],
  },
  egid: {
    scope: 'egid=1002 gid=1001',
    script: 'setpriv --rgid=1001 --egid=1002 --clear-groups /bin/true in; /bin/true out',
    expected: ['in'],
  },
  'comm, whole': { scope: 'comm=true', script: '/bin/true in; /bin/false out', expected: ['in'] },
  'comm, beginning': { scope: 'comm=tr*', script: '/bin/true in; /bin/false out', expected: ['in'] },
  'comm, end': { scope: 'comm=*rue', script: '/bin/true in; /bin/false out', expected: ['in'] },
  'comm, other': { scope: 'comm!=false,sh', script: '/bin/true in; /bin/false out', expected: ['in'] },
  'exe, whole': { scope: 'exe=/usr/bin/true', script: '/bin/true in; /bin/false out', expected: ['in'] },
  'exe, beginning': { scope: 'exe=/usr/bin/tr*', script: '/bin/true in; /bin/false out', expected: ['in'] },
  'exe, end': { scope: 'exe=*/true', script: '/bin/true in; /bin/false out', expected: ['in'] },
  mntns: {
    scope: `mntns!=@${process.pid}`,
    script: 'unshare --mount /bin/true in; /bin/true out',
    expected: ['in'],
  },
  netns: {
    scope: `netns!=@${process.pid}`,
    script: 'unshare --net /bin/true in; /bin/true out',
    expected: ['in'],
  },
  uts: {
    scope: `uts!=@${process.pid}`,
    script: 'unshare --uts /bin/true in; /bin/true out',
    expected: ['in'],
  },
  pidns: {
    scope: `pidns!=@${process.pid}`,
    script: 'unshare --pid --fork /bin/true in; /bin/true out',
    expected: ['in'],
  },
  'not in a container': {
    scope: '!container comm=true',
    script: 'unshare --pid --fork /bin/true in; /bin/false out',
    expected: ['in'],
  },
};

/**
 * Kinds whose processes need more than a script: each has a test of its own below or in a file
 * beside.
 */
const testedApart = ['pid', 'tid', 'tree', 'ppid', 'new', 'cgroup'];

describe('filters on real processes', () => {
  it('each kind has a case', () => {
    const inCases = Object.values(cases).flatMap(({ scope }) => parseScope(scope).filters);
    const tested = new Set([...testedApart, ...inCases.map(({ kind }) => kind)]);
    expect(Object.keys(filterKinds).filter((kind) => !tested.has(kind))).toEqual([]);
  });

  it.each(Object.entries(cases))('%s', async (_, { scope, script, expected }) => {
    const events = await eventsInScope({
      scopes: ({ cgroup }) => [`${scope} cgroup=${cgroup}`],
      script: `${script}; exit 0`,
      options: { events: ['exec'] },
    });
    expect(execMarkers(events).filter((marker) => /^(in|out|\d+)$/.test(marker))).toEqual(expected);
  });

  it.each(['pid', 'tid', 'tree'])(
    '%s: that process, and of its children only what the tree takes',
    async (kind) => {
      const events = await eventsInScope({
        scopes: ({ tgid }) => [`${kind}=${tgid}`],
        script: '/bin/true child; exec /bin/true self',
        options: { events: ['exec'] },
      });
      expect(execMarkers(events).filter((marker) => marker === 'child' || marker === 'self')).toEqual(
        kind === 'tree' ? ['child', 'self'] : ['self'],
      );
    },
  );

  it('ppid: matches children, not grandchildren', async () => {
    const events = await eventsInScope({
      scopes: ({ tgid }) => [`ppid=${tgid}`],
      script: '/bin/true child; sh -c "/bin/true grandchild; :"; exit 0',
      options: { events: ['exec'] },
    });
    expect(execMarkers(events)).toEqual(['child', '/bin/true grandchild; :']);
  });

  it('new: matches processes that started or executed since the trace began', async () => {
    const events = await eventsInScope({
      scopes: ({ cgroup }) => [`new cgroup=${cgroup}`],
      // A redirection of the shell is an open by a process that is not new.
      script: ': </etc/hostname; cat /etc/passwd >/dev/null; exit 0',
      options: { events: ['open'] },
    });
    const paths = events.flatMap((event) => (event.kind === 'open' ? [event.path] : []));
    expect(paths).toContain('/etc/passwd');
    // The gate executed the shell after the trace began, so it is new, too.
    expect(paths).toContain('/etc/hostname');
  });

  it('cgroup: matches its descendants, and no process outside', async () => {
    const events = await eventsInScope({
      scopes: ({ cgroup }) => [`cgroup=${cgroup} comm=true`],
      script: '/bin/true in; exit 0',
      options: { events: ['exec'] },
    });
    expect(execMarkers(events)).toEqual(['in']);
  });

  it('a scope has only events of its kinds', async () => {
    const events = await eventsInScope({
      scopes: ({ cgroup }) => [`opens: cgroup=${cgroup} open`, `execs: cgroup=${cgroup} comm=true exec`],
      script: '/bin/true in; exit 0',
    });
    expect(new Set(events.map(({ kind, scopes }) => `${kind} ${scopes.join()}`))).toEqual(
      new Set(['exec execs', 'open opens']),
    );
  });
});

describe('conditions that user space judges', () => {
  it.each([
    ['exit.code!=0', ['exit 1', 'exit 0', 'exit 3'], [1, 3]],
    ['exit.code=3', ['exit 1', 'exit 3'], [3]],
  ])('%s', async (condition, ends, expected) => {
    const events = await eventsInScope({
      scopes: ({ cgroup }) => [`some: cgroup=${cgroup} ${condition}`],
      script: `${ends.map((end) => `sh -c '${end}'`).join('; ')}; exit 0`,
    });
    expect(events.map((event) => (event.kind === 'exit' ? event.code : event.kind))).toEqual(expected);
    expect(new Set(events.flatMap(({ scopes }) => scopes))).toEqual(new Set(['some']));
  });

  it('keeps the other scopes of an event', async () => {
    const events = await eventsInScope({
      scopes: ({ cgroup }) => [`all: cgroup=${cgroup} exit`, `bad: cgroup=${cgroup} exit.code!=0`],
      script: "sh -c 'exit 1'; sh -c 'exit 0'; exit 0",
    });
    expect(events.map(({ scopes }) => scopes.join())).toEqual(['all,bad', 'all', 'all']);
  });
});
