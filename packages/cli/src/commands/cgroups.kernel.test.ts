import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { useStage } from '../../test/actor.js';
import { command, startProgram } from '../../test/spoor.js';

const stage = useStage();

/** The groups of these tests: `outer`, `outer/inner` and, beside it, `other`. */
const name = (group: string) => `spoor-cgroups-${process.pid}-${group}`;
const [outer, inner, other] = [name('outer'), `${name('outer')}/inner`, name('other')];
let unified = '';

const hierarchy = `spoor-${process.pid}`;

/** A v1 hierarchy with a group `old`, and a bind mount of that group. */
const oldHierarchy = () =>
  `mkdir -p v1 bound; mount -t cgroup -o none,name=${hierarchy} cgroup v1
   mkdir -p v1/old v1/${outer}; mount --bind v1/old bound`;

const directory = (group: string) => join(unified, group);
const idOf = (group: string) => statSync(directory(group), { bigint: true }).ino;

beforeAll(() => {
  unified = readFileSync('/proc/mounts', 'utf8').match(/^\S+ (\S+) cgroup2 /m)![1]!;
  for (const group of [outer, inner, other]) mkdirSync(directory(group));
});
afterAll(async () => {
  // A hierarchy without a mount exists as long as it has groups.
  const empty = `${oldHierarchy()}; umount bound; rmdir v1/*/`;
  const unmount = `mount -t cgroup -o none,name=${hierarchy} cgroup v1; umount v1`;
  const inNamespace = (script: string) =>
    execFileSync('unshare', ['--mount', 'sh', '-c', script], { cwd: stage.folder });
  inNamespace(empty);
  const isThere = () => readFileSync('/proc/self/cgroup', 'utf8').includes(hierarchy);
  // The hierarchy disappears some time after the last unmount. If a group was still being removed,
  // another unmount is needed. Mounting without a pause would recreate the hierarchy each time.
  while (isThere()) {
    inNamespace(unmount);
    for (let looks = 0; isThere() && looks < 100; looks++) await setTimeout(20);
  }
  for (const group of [inner, outer, other]) rmdirSync(directory(group));
});

const sleepers: { kill(): void; readonly ended: Promise<unknown> }[] = [];
afterEach(async () => {
  for (const { kill, ended } of sleepers.splice(0)) {
    kill();
    await ended;
  }
});

/** Starts a process in a group of the unified hierarchy. "" is its root. */
function sleeperIn(group: string): number {
  const { child, ended } = startProgram('sleep', ['1000']);
  sleepers.push({ kill: () => child.kill('SIGKILL'), ended });
  writeFileSync(join(directory(group), 'cgroup.procs'), String(child.pid));
  return child.pid!;
}

interface Explained {
  /** The id that the scope compiles to. */
  readonly id: bigint | undefined;
  readonly status: number | null;
  readonly stderr: string;
}

/**
 * Returns the id that `cgroup=VALUE` compiles to, in a mount namespace that a script has changed.
 */
async function explain(
  value: string,
  { before = ':', namespaceOf }: { readonly before?: string; readonly namespaceOf?: string } = {},
): Promise<Explained> {
  const enter =
    namespaceOf === undefined ? '' : `echo $$ >${directory(namespaceOf)}/cgroup.procs; exec unshare --cgroup`;
  const explaining = `${before}; exec "$0" explain "cgroup=$1"`;
  const script = `${enter} ${enter === '' ? explaining : `sh -c '${explaining}' "$0" "$1"`}`;
  const args = ['--mount', 'sh', '-c', script, command, value];
  const { status, stdout, stderr } = await startProgram('unshare', args, { cwd: stage.folder }).ended;
  const id = /cgroup=(\d+)/.exec(stdout)?.[1];
  return { id: id === undefined ? undefined : BigInt(id), status, stderr };
}

it('takes a path of the hierarchy, and the path of a directory', async () => {
  for (const group of [outer, inner]) {
    expect((await explain(`/${group}`)).id).toBe(idOf(group));
    expect((await explain(directory(group))).id).toBe(idOf(group));
  }
  expect((await explain('/')).id).toBe(idOf(''));
});

it('accepts a group in a bind mount, by both paths, also without another mount', async () => {
  const bind = `mkdir -p bound; mount --bind ${directory(outer)} bound`;
  const alone = `${bind}; umount -l ${unified}`;
  const bound = `${stage.folder}/bound`;
  for (const before of [bind, alone]) {
    expect((await explain(`/${inner}`, { before })).id).toBe(idOf(inner));
    expect((await explain(`${bound}/inner`, { before })).id).toBe(idOf(inner));
    expect((await explain(bound, { before })).id).toBe(idOf(outer));
  }
  // The mounted group is not the root of the hierarchy.
  expect(await explain('/inner', { before: alone })).toMatchObject({ id: undefined, status: 2 });
  expect(await explain(`/${other}`, { before: alone })).toMatchObject({ id: undefined, status: 2 });
  const { id, status, stderr } = await explain(`@${sleeperIn(other)}`, { before: alone });
  expect({ id, status }).toEqual({ id: undefined, status: 2 });
  expect(stderr).toContain('is outside the mounted part of the unified hierarchy');
});

it('@PID is the group of that process', async () => {
  for (const group of [outer, inner]) {
    expect((await explain(`@${sleeperIn(group)}`)).id).toBe(idOf(group));
  }
});

it('refuses @PID of a process in the root, which would select the machine', async () => {
  const tgid = sleeperIn('');
  const { id, status, stderr } = await explain(`@${tgid}`);
  expect({ id, status }).toEqual({ id: undefined, status: 2 });
  expect(stderr).toContain(
    `process ${tgid} is in the root of the unified hierarchy, which has every process`,
  );
  expect(stderr).toContain(`tree=${tgid}`);
});

it.each([
  ['a path of the hierarchy', () => '/old'],
  ['the path of a directory', () => `${stage.folder}/v1/old`],
  ['a bind mount', () => `${stage.folder}/bound`],
])('a v1 group is refused by name: %s', async (_, path) => {
  const { id, status, stderr } = await explain(path(), { before: oldHierarchy() });
  expect({ id, status }).toEqual({ id: undefined, status: 2 });
  expect(stderr).toContain(`this is a cgroup v1 group (${stage.folder}/`);
  expect(stderr).toContain('only groups of the unified hierarchy (cgroup v2) are supported');
  // A path that exists in both hierarchies means the unified one.
  expect((await explain(`/${outer}`, { before: oldHierarchy() })).id).toBe(idOf(outer));
});

it('names the v1 groups of a process in the root with @PID', async () => {
  const tgid = sleeperIn('');
  const { id, status, stderr } = await explain(`@${tgid}`, {
    before: `${oldHierarchy()}; echo ${tgid} >v1/old/cgroup.procs`,
  });
  expect({ id, status }).toEqual({ id: undefined, status: 2 });
  expect(stderr).toContain(`name=${hierarchy}:/old`);
});

it('fails if no unified hierarchy is mounted', async () => {
  const before = `umount -l ${unified}`;
  for (const value of ['/', `/${outer}`, `@${sleeperIn(outer)}`]) {
    const { id, status, stderr } = await explain(value, { before });
    expect({ id, status }).toEqual({ id: undefined, status: 2 });
    expect(stderr).toContain('mount -t cgroup2');
  }
});

it.each([
  ['the mount of the namespace above', ':'],
  ['a mount of its own', 'umount -l UNIFIED; mount -t cgroup2 none UNIFIED'],
  ['a mount of the root beside one of its own', 'mkdir -p own; mount -t cgroup2 none own'],
])('in a cgroup namespace paths begin at its root, with %s', async (_, mounting) => {
  const options = { before: mounting.replaceAll('UNIFIED', unified), namespaceOf: outer };
  expect((await explain('/', options)).id).toBe(idOf(outer));
  expect((await explain('/inner', options)).id).toBe(idOf(inner));
  expect((await explain(`@${sleeperIn(inner)}`, options)).id).toBe(idOf(inner));
  expect((await explain(`@${sleeperIn(outer)}`, options)).id).toBe(idOf(outer));
  const [sibling, ofSibling, ofRoot] = [
    await explain(`/../${other}`, options),
    await explain(`@${sleeperIn(other)}`, options),
    await explain(`@${sleeperIn('')}`, options),
  ];
  if (mounting.startsWith('umount')) {
    // No mount shows the groups.
    for (const { id, status } of [sibling, ofSibling, ofRoot]) {
      expect({ id, status }).toEqual({ id: undefined, status: 2 });
    }
  } else {
    expect(sibling.id).toBe(idOf(other));
    expect(ofSibling.id).toBe(idOf(other));
    expect(ofRoot.stderr).toContain('which has every process');
  }
});
