import type { Event } from '@spoor/event';
import { describe, expect, it } from 'vitest';
import { testGroups } from '../../test/cgroup.js';
import { eventsInScope } from '../../test/markers.js';

const id = (digit: string) => digit.repeat(64);
const [a, b] = [id('a'), id('b')];

/** Returns a script that enters a group and executes a command, marked with the group. */
const enter = (folder: string, mark: string) =>
  `sh -c 'echo $$ >"$1/cgroup.procs"; exec /bin/true "$2"' sh '${folder}' '${mark}'`;

/** Returns the container of the exec and the exit of each command, by its mark. */
function containersOf(events: readonly Event[]): Record<string, readonly string[]> {
  const found: Record<string, string[]> = {};
  const marks = new Map<number, string>();
  for (const event of events) {
    if (event.kind === 'exec' && event.argv[0] === '/bin/true') marks.set(event.tgid, event.argv[1] ?? '');
    const mark = marks.get(event.tgid);
    if (mark !== undefined) found[mark] = [...(found[mark] ?? []), event.container];
  }
  return found;
}

/** Runs one command per group path, and returns the containers that their events have. */
async function containersIn(paths: readonly string[], controller?: string) {
  using groups = testGroups(paths, controller);
  const script = paths.map((path) => enter(groups.folder(path), path)).join('\n');
  const events = await eventsInScope({
    scopes: ({ tgid }) => [`tree=${tgid} exec exit`],
    script: `${script}\nexit 0`,
    options: { events: ['exec', 'exit'] },
  });
  return containersOf(events);
}

const both = (container: string) => [container, container];

/** Groups with the names that runtimes give, and the container of their processes. */
const named: Readonly<Record<string, string>> = {
  // docker, with the systemd driver and with the cgroupfs driver
  [`docker-${a}.scope`]: a,
  [`docker/${a}`]: a,
  // Kubernetes with containerd and with cri-o, by both drivers
  [`kubepods.slice/kubepods-pod1.slice/cri-containerd-${a}.scope`]: a,
  [`kubepods/burstable/pod0a/${b}`]: b,
  [`kubepods-pod1.slice:cri-containerd:${b}`]: b,
  [`kubepods.slice/kubepods-pod1.slice/crio-${a}.scope`]: a,
  [`kubepods/besteffort/pod0b/crio-${b}`]: b,
  // podman
  [`machine.slice/libpod-${a}.scope/container`]: a,
  [`user.slice/libpod-payload-${b}`]: b,
  [`libpod_parent/libpod-${b}`]: b,
  // systemd-nspawn
  'machine.slice/machine-web.scope': 'web',
  'machine.slice/machine-web\\x2d1\\x2da.scope/payload': 'web-1-a',
  'machine.slice/systemd-nspawn@mail-2.service/payload': 'mail-2',
  // LXC 4, 3 and 2
  'lxc.payload.cellar': 'cellar',
  'lxc.payload/attic': 'attic',
  'lxc/roof': 'roof',
};

/** Groups with names like those of containers, outside any container. */
const others = [
  `docker-${a}.service`,
  `docker-${'a'.repeat(63)}.scope`,
  `docker-${'a'.repeat(65)}.scope`,
  `docker-${'A'.repeat(64)}.scope`,
  `docker-${'g'.repeat(64)}.scope`,
  `x${b}`,
  `libpod-conmon-${a}.scope`,
  `crio-conmon-${a}`,
  `libpod_parent/${b}/conmon`,
  'machine-qemu\\x2d1\\x2dvm.scope',
  'machine-web.slice',
  'machine-x.scope/supervisor',
  'systemd-nspawn@x.service/supervisor',
  'systemd-nspawn@x.scope',
  'lxc.monitor.cellar',
  'lxc',
  'supervisor',
  'conmon',
  'app.slice',
  '7',
];

describe('the container of a task', () => {
  it('is named by its cgroup', async () => {
    const expected = Object.fromEntries(Object.entries(named).map(([path, name]) => [path, both(name)]));
    expect(await containersIn(Object.keys(named))).toEqual(expected);
  });

  it('is empty for groups with other names', async () => {
    expect(await containersIn(others)).toEqual(Object.fromEntries(others.map((path) => [path, both('')])));
  });

  it('is the innermost, also for all groups below it', async () => {
    const deep = `docker-${a}.scope/system.slice/1/2/3/4/5/6/7/8`;
    const expected = {
      [deep]: a,
      [`docker-${a}.scope/docker/${b}`]: b,
      [`docker/${a}/kubelet.slice/kubepods.slice/cri-containerd-${b}.scope/init.scope`]: b,
      [`docker-${a}.scope/libpod-conmon-${b}.scope`]: a,
      [`docker-${a}.scope/machine-m.scope/supervisor`]: a,
      'lxc.payload.outer/lxc.payload.inner': 'inner',
    };
    const both_ = Object.entries(expected).map(([path, name]) => [path, both(name)]);
    expect(await containersIn(Object.keys(expected))).toEqual(Object.fromEntries(both_));
  });

  it('is found in a hierarchy of cgroup v1', async () => {
    const paths = [`docker/${a}`, 'lxc/roof/below', 'user.slice'];
    expect(await containersIn(paths, 'pids')).toEqual({
      [paths[0]!]: both(a),
      [paths[1]!]: both('roof'),
      [paths[2]!]: both(''),
    });
  });

  it('changes when the process enters another group, also if the previous group is gone', async () => {
    const paths = [`docker-${a}.scope`, 'plain', `docker-${b}.scope`];
    using groups = testGroups([]);
    const rounds = [1, 2, 3].flatMap((round) => paths.map((path) => [path, `${path} ${round}`] as const));
    const script = rounds.map(([path, mark]) => {
      const folder = groups.folder(path);
      return `mkdir ${folder}; /bin/true 'before ${mark}'; ${enter(folder, mark)}; rmdir ${folder}`;
    });
    const events = await eventsInScope({
      scopes: ({ tgid }) => [`tree=${tgid} exec exit`],
      script: `${script.join('\n')}\nexit 0`,
      options: { events: ['exec', 'exit'] },
    });
    const containers = containersOf(events);
    for (const [path, mark] of rounds) {
      expect(containers[`before ${mark}`]).toEqual(both(''));
      expect(containers[mark]).toEqual(both(path === 'plain' ? '' : path === paths[0] ? a : b));
    }
  });

  it('is in events of every kind, and in JSON', async () => {
    using groups = testGroups([`docker-${a}.scope`]);
    const events = await eventsInScope({
      scopes: () => [`container=${a}`],
      script: `echo $$ >${groups.folder(`docker-${a}.scope`)}/cgroup.procs; cat /etc/hostname; /bin/true; exit 0`,
    });
    expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['fork', 'exec', 'open', 'exit']));
    for (const event of events) {
      expect(event.container).toBe(a);
      expect(JSON.parse(JSON.stringify(event))).toMatchObject({ container: a });
    }
  });
});

describe('the filter container', () => {
  const paths = [`docker/${a}`, `docker/${b}`, 'machine-bee.scope', 'lxc.payload.b', 'plain'];
  const marks = (indices: readonly number[]) => indices.map((index) => paths[index]);

  it.each([
    ['container', [0, 1, 2, 3]],
    ['!container', [4]],
    ['container=aaa', [0]],
    ['container=a,bb', [0, 1]],
    [`container=${b}`, [1]],
    // Hexadecimal digits match the beginning of an id, and the whole of a name.
    ['container=b', [1, 3]],
    ['container=b*', [1, 2, 3]],
    ['container=be*', [2]],
    ['container=*bb', [1]],
    ['container=*ee,plain', [2]],
    ['container!=a', [1, 2, 3, 4]],
    ['container container!=a,bee', [1, 3]],
  ])('%s', async (filter, expected) => {
    using groups = testGroups(paths);
    const events = await eventsInScope({
      scopes: ({ tgid }) => [`seen: ${filter} comm=true exec`, `all: tree=${tgid} exec`],
      script: `${paths.map((path) => enter(groups.folder(path), path)).join('\n')}\nexit 0`,
      options: { events: ['exec'] },
    });
    const ours = events.filter(({ scopes }) => scopes.includes('all') && scopes.includes('seen'));
    expect(ours.flatMap((event) => (event.kind === 'exec' ? event.argv.slice(1) : []))).toEqual(
      marks(expected),
    );
  });

  it('follows descendants of a container', async () => {
    using groups = testGroups([`docker/${a}`, 'plain']);
    const [inside, outside] = [`docker/${a}`, 'plain'].map((path) => groups.folder(path));
    const events = await eventsInScope({
      scopes: () => [`container=${a} follow exec`],
      script: `sh -c 'echo $$ >${inside}/cgroup.procs; /bin/true in; echo $$ >${outside}/cgroup.procs; exec /bin/true left'; /bin/true out; exit 0`,
      options: { events: ['exec'] },
    });
    expect(Object.entries(containersOf(events))).toEqual([
      ['in', [a]],
      ['left', ['']],
    ]);
  });
});
