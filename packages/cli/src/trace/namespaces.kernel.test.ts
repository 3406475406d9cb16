import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useStage } from '../../test/actor.js';
import { lastingOrphans } from '../../test/leftovers.js';
import { command, type Ended, type Line, linesOf, startProgram } from '../../test/spoor.js';

const stage = useStage();
let folders = 0;

interface Run extends Ended {
  /** The events that `spoor` wrote to `out` in the folder of the script. */
  readonly events: readonly Line[];
}

const pidNamespace = ['--pid', '--fork', '--mount-proc'];

/**
 * Runs a shell script in new namespaces and in a new folder. The script has the functions `spoor`
 * and `fifo`, which creates named pipes. A process waits with `read -r _ <PIPE` until another
 * process runs `echo >PIPE`.
 */
async function run(namespaces: readonly string[], script: string): Promise<Run> {
  const cwd = join(stage.folder, `run-${folders++}`);
  mkdirSync(cwd);
  const functions = `spoor() { "$SPOOR" "$@"; }; fifo() { mkfifo "$@"; }`;
  const env = { ...process.env, NODE: process.execPath, SPOOR: command };
  const whole = `${functions}\n${script}`;
  const [program, args]: [string, string[]] =
    namespaces.length === 0
      ? ['sh', ['-c', whole]]
      : ['unshare', [...namespaces, '--kill-child', 'sh', '-c', whole].filter(isTaken(namespaces))];
  const ended = await startProgram(program, args, { cwd, env }).ended;
  const out = join(cwd, 'out');
  return { ...ended, events: existsSync(out) ? linesOf(readFileSync(out, 'utf8')) : [] };
}

/** `--kill-child` implies `--fork`, which a time namespace does not need. */
const isTaken = (namespaces: readonly string[]) => (word: string) =>
  word !== '--kill-child' || namespaces.includes('--fork');

/**
 * Returns the last argument of each successful exec in a scope. A shell may try several folders of
 * PATH.
 */
const markers = ({ events }: Run, scope: string): string[] =>
  events
    .filter(
      ({ event, scopes, data }) => event === 'exec' && data['error'] === undefined && scopes.includes(scope),
    )
    .map(({ data }) => (data['argv'] as string[]).at(-1)!);

/**
 * Runs a waiting target, a trace with scopes that match it, and a command that lets the target act.
 * `$target` is the id of the target.
 */
const traceTarget = (scopes: readonly string[], target = 'read -r _ <go; /bin/true marked; echo >done') =>
  `fifo go done; sh -c '${target}' & target=$!
   spoor trace --events exec,open --format json --output-file out ${scopes.map((scope) => `--scope "${scope}"`).join(' ')} \\
     -- sh -c 'echo >go; read -r _ <done' || { status=$?; kill $target; exit $status; }
   wait $target`;

it('follows the command and all its descendants in a pid namespace', async () => {
  const script = `spoor trace --events exec --format json --output-file out -- sh -c '/bin/true one; (/bin/true two)'`;
  const [outside, inside] = [await run([], script), await run(pidNamespace, script)];
  expect(outside).toMatchObject({ status: 0, stderr: '' });
  expect(inside).toMatchObject({ status: 0, stderr: '' });
  const argvs = ({ events }: Run) => events.map(({ data }) => data['argv']);
  expect(argvs(inside)).toEqual(argvs(outside));
  expect(argvs(inside)).toHaveLength(3);
});

it('waits in a pid namespace for descendants of the command', async () => {
  const { events, status } = await run(
    pidNamespace,
    `fifo go
     spoor trace --events exec --format json --output-file out -- sh -c '(read -r _ <go; /bin/true late) >/dev/null & (sleep 1; echo >go) &'`,
  );
  expect(status).toBe(0);
  expect(events.map(({ data }) => (data['argv'] as string[]).at(-1))).toContain('late');
});

it.each([
  ['tree=$target', ['marked']],
  ['pid=$target', []],
  ['ppid=$target', ['marked']],
  ['ppid=1-$target ppid!=1 comm=true', ['marked']],
  ['pid>$target comm=true', ['marked']],
  ['pid<=$target comm=true', []],
  ['tree!=$target comm=true', []],
  ['ppid=0 comm=true', []],
])('%s in a pid namespace names the ids of that namespace', async (scope, expected) => {
  const { events, status, stderr } = await run(pidNamespace, traceTarget([`t: ${scope}`]));
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(markers({ events } as Run, 't')).toEqual(expected);
});

it.each(['pid', 'tid', 'tree'])('%s=$target in a pid namespace is the target itself', async (kind) => {
  const target = 'read -r _ <go; : </etc/hostname; echo >done';
  const { events, status } = await run(
    pidNamespace,
    traceTarget([`t: ${kind}=\\$target open.path=/etc/hostname`.replace('\\', '')], target),
  );
  expect(status).toBe(0);
  const opens = events.filter(({ scopes }) => scopes.includes('t'));
  expect(opens.map(({ event, data }) => `${event} ${String(data['path'])}`)).toEqual(['open /etc/hostname']);
});

it('distinguishes a process inside the namespace from one outside', async () => {
  // A process outside waits for the command inside. It has no id in that namespace.
  const inside = `spoor trace --events exec --format json --output-file out --scope "any: pid>=0 comm=true" \\
    --scope "ids: pid=0-4194303 comm=true" --scope "other: pid!=1 comm=true" --scope "none: pid=1 comm=true" \\
    -- sh -c 'echo >go; read -r _ <done; /bin/true inside'`;
  const result = await run(
    [],
    `fifo go done; (read -r _ <go; /bin/true outside; echo >done) &
     unshare ${pidNamespace.join(' ')} --kill-child sh -c '
       spoor() { "$SPOOR" "$@"; }
       ${inside.replaceAll("'", `'"'"'`)}'`,
  );
  expect(result).toMatchObject({ status: 0, stderr: '' });
  expect(markers(result, 'any')).toEqual(['inside']);
  expect(markers(result, 'ids')).toEqual(['inside']);
  expect(markers(result, 'other')).toEqual(['outside', 'inside']);
  expect(markers(result, 'none')).toEqual([]);
});

it.each(['tree=$inner', 'ppid=$inner', 'mntns=@$inner comm=true', 'pidns=@$inner comm=true'])(
  '%s of a process in a pid namespace below, by its id here',
  async (scope) => {
    const result = await run(
      pidNamespace,
      `fifo ready go done
       unshare --pid --mount --fork sh -c 'echo >ready; read -r _ <go; /bin/true marked; echo >done' & 
       read -r _ <ready
       # The child of unshare is 1 in its own namespace.
       inner=$(cat /proc/$!/task/$!/children); inner=\${inner% }
       spoor trace --events exec --format json --output-file out --scope "t: ${scope}" -- sh -c 'echo >go; read -r _ <done'`,
    );
    expect(result).toMatchObject({ status: 0, stderr: '' });
    expect(markers(result, 't')).toEqual(['marked']);
  },
);

it('in a pid namespace two levels deep', async () => {
  const result = await run(
    pidNamespace,
    `unshare ${pidNamespace.join(' ')} sh -c '
       spoor() { "$SPOOR" "$@"; }; fifo() { mkfifo "$@"; }
       ${traceTarget(['t: tree=$target', 'p: ppid=$target']).replaceAll("'", `'"'"'`)}'`,
  );
  expect(result).toMatchObject({ status: 0, stderr: '' });
  expect(markers(result, 't')).toEqual(['marked']);
  expect(markers(result, 'p')).toEqual(['marked']);
  expect(markers(result, 'command')).toHaveLength(1);
});

it.each([
  ['trace -- true', 'a command'],
  ['trace --scope tree=1 --duration 1s', 'a tree'],
  ['trace --scope mntns=@1 --duration 1s', 'a namespace of a process'],
  ['explain mntns=@1', 'an explanation'],
])('a /proc of another pid namespace is an error: %s', async (args) => {
  const { status, stderr, stdout } = await run(['--pid', '--fork'], `spoor ${args}`);
  expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
  expect(stderr).toMatch(/^spoor: UNSUPPORTED: \/proc shows the processes of another pid namespace/);
  expect(stderr).toContain('mount -t proc proc /proc');
});

it('fails without /proc', async () => {
  const { status, stderr } = await run(['--mount', '--fork'], 'umount -l /proc; spoor trace -- true');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^spoor: UNSUPPORTED: \/proc is not mounted/);
});

it.each(['100000', '-1'])('in a time namespace %s seconds away', async (seconds) => {
  const before = Date.now();
  const target = 'read -r _ <go; : </etc/hostname; /bin/true marked; echo >done';
  const result = await run(
    ['--time', '--boottime', seconds],
    traceTarget(['t: tree=$target', 'n: new open.path=/etc/hostname exec'], target),
  );
  expect(result).toMatchObject({ status: 0, stderr: '' });
  expect(markers(result, 't')).toEqual(['marked']);
  expect(markers(result, 'command')).toHaveLength(1);
  // The target is older than the trace.
  const ofTarget = result.events.filter(({ data }) => data['path'] === '/etc/hostname');
  expect(ofTarget.map(({ scopes }) => scopes)).toEqual([['t']]);
  expect(markers(result, 'n')).toContain('marked');
  for (const { time } of result.events) {
    expect(Date.parse(time)).toBeGreaterThan(before - 1000);
    expect(Date.parse(time)).toBeLessThan(Date.now() + 1000);
  }
});

it.each([
  ['tree=4194303', 'There is no process 4194303 to follow'],
  ['tree!=4194303 comm=true', 'There is no process 4194303 to follow'],
  ['tree=4194303 uid=0', 'There is no process 4194303 to follow'],
])('%s names no process, which is an error', async (scope, message) => {
  const { status, stderr } = await run([], `spoor trace --output-file out --scope "${scope}" -- true`);
  expect(status).toBe(2);
  expect(stderr).toContain(`spoor: INVALID_VALUE: ${message}`);
});

it('rejects tree= of a zombie', async () => {
  const { status, stderr } = await run(
    [],
    // The parent becomes a program that does not wait for a child.
    `fifo ready go; sh -c '(read -r _ <go) & echo $! >ready; exec sleep 1000' & parent=$!
     read -r zombie <ready
     # A shell would wait for its child: it has to be sleep by then, which does not.
     until grep -q sleep /proc/$parent/comm; do sleep 0.01; done; echo >go
     until grep -q 'State:.Z' /proc/$zombie/status; do sleep 0.01; done
     spoor trace --output-file out --scope tree=$zombie --duration 10s; status=$?
     kill $parent; exit $status`,
  );
  expect(status).toBe(2);
  expect(stderr).toMatch(/INVALID_VALUE: Process \d+ has ended: it is a zombie/);
});

it('rejects tree= of a thread, and names its process', async () => {
  const { status, stderr } = await run(
    [],
    `fifo ready; "$NODE" -e 'require("fs").writeFileSync("ready", "x"); setInterval(() => {}, 1e6)' & owner=$!
     read -r _ <ready
     for thread in /proc/$owner/task/*; do
       thread=\${thread##*/}; [ $thread = $owner ] || break
     done
     spoor trace --output-file out --scope tree=$thread --duration 10s; status=$?
     kill $owner; exit $status`,
  );
  expect(status).toBe(2);
  expect(stderr).toMatch(
    /INVALID_VALUE: \d+ is not a process but a thread of process \d+\n {2}Follow the process, tree=\d+/,
  );
});

it('fails if a trace ends before its command was seen', async () => {
  const { status, stderr, events } = await run(
    [],
    'spoor trace --duration 1ms --format json --output-file out -- true',
  );
  // If the command is faster, its exec is recorded.
  const unseen = /IDENTITY_MISMATCH: process \d+ of the command was never seen: nothing was traced/;
  expect(unseen.test(stderr)).toBe(events.length === 0);
  expect(status).toBe(events.length === 0 ? 1 : 0);
});

it('doctor reports its namespaces, and whose processes it sees', async () => {
  const own = await run([], 'spoor doctor');
  expect(own.stdout).toMatch(
    /namespaces +pid initial, mnt initial, user initial, cgroup initial, time initial/,
  );
  expect(own.stdout).toContain('Tracing works here.');
  const inside = await run([...pidNamespace, '--cgroup', '--net'], 'spoor doctor');
  expect(inside).toMatchObject({ status: 0 });
  expect(inside.stdout).toMatch(
    /namespaces +pid own, mnt own, user initial, cgroup own, time initial, net own/,
  );
  expect(inside.stdout).not.toContain('Tracing works here');
  expect(inside.stdout).toContain('Tracing works for the processes of this pid namespace.');
});

it('leaves nothing loaded', async () => {
  expect(await lastingOrphans()).toEqual([]);
});
