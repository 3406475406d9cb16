/** Tries, as the user nobody, to reach the secrets of a running `spoor` of root. */
import { readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useStage } from '../../test/actor.js';
import { childrenOf, holdsPrograms, processesWith, until } from '../../test/leftovers.js';
import { type Running, startProgram, startSpoor } from '../../test/spoor.js';

const stage = useStage();

let running: Running;
let command = 0;
/** The launcher, its witness and Node.js. */
let ours: number[] = [];

beforeAll(async () => {
  const file = (name: string) => join(stage.folder, name);
  const outputs = ['--output-file', file('out'), '--record', file('record'), '--stats-json', file('stats')];
  running = startSpoor(['trace', '--events', 'exec', ...outputs, '--', 'sleep', '1234.5'], {
    stdio: 'ignore',
  });
  await until(() => holdsPrograms(running.child.pid!));
  const found = () => childrenOf(running.child.pid!).find((pid) => commOf(pid) === 'sleep');
  await until(() => found() !== undefined);
  command = found()!;
  ours = processesWith(file('record'));
});

afterAll(async () => {
  running.child.kill('SIGTERM');
  await running.ended;
});

function commOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
  } catch {
    // The process has ended in the meantime.
    return '';
  }
}

const asNobody = async (script: string) =>
  (
    await startProgram('setpriv', ['--reuid=65534', '--regid=65534', '--clear-groups', 'sh', '-c', script])
      .ended
  ).status;

it('consists of three processes besides the command', () => {
  expect(ours).toHaveLength(3);
  expect(ours).not.toContain(command);
});

it('takes no signal from another user', async () => {
  for (const pid of ours) {
    for (const signal of ['USR1', 'TERM', 'STOP', 'KILL'])
      expect(await asNobody(`kill -${signal} ${pid}`)).not.toBe(0);
  }
});

it('keeps its priority and its limits, whatever another user asks for', async () => {
  for (const pid of ours) {
    for (const ask of [`renice 19 -p ${pid}`, `chrt -i -p 0 ${pid}`, `prlimit --pid ${pid} --nofile=10`])
      expect([ask, await asNobody(ask)]).not.toEqual([ask, 0]);
  }
});

it('shows no descriptor and no memory to another user', async () => {
  for (const pid of ours) {
    for (const name of ['fd', 'environ', 'mem', 'maps', 'cwd']) {
      expect(await asNobody(`ls /proc/${pid}/${name}/ || cat /proc/${pid}/${name}`)).not.toBe(0);
    }
  }
});

it('writes files that no other user reads or writes', async () => {
  for (const name of ['out', 'record', 'stats']) {
    const path = join(stage.folder, name);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(await asNobody(`cat '${path}' || : >> '${path}'`)).not.toBe(0);
  }
});

it('has no port and no socket that anybody could connect to, also after SIGUSR1', async () => {
  for (const pid of ours) process.kill(pid, 'SIGUSR1');
  // Leaves time for the debugger, which must not open.
  await setTimeout(300);
  expect(running.child.exitCode).toBe(null);
  const sockets = new Set(ours.flatMap(socketsOf));
  const internet = ['tcp', 'tcp6', 'udp', 'udp6', 'raw', 'raw6', 'packet'].flatMap((name) => table(name));
  expect(internet.filter((fields) => fields.some((field) => sockets.has(field)))).toEqual([]);
  const unix = table('unix').filter(([, , , , , , inode = '']) => sockets.has(inode));
  // The sockets of the launcher and of the gate have no name.
  expect(unix.map(([, , , , , , , path]) => path)).toEqual(unix.map(() => undefined));
});

it('leaves the command no descriptor of its own', () => {
  const targetsOf = (pid: number) =>
    readdirSync(`/proc/${pid}/fd`)
      .filter((fd) => Number(fd) > 2)
      .map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  const own = new Set(ours.flatMap(targetsOf));
  expect(own.size).toBeGreaterThan(0);
  expect(targetsOf(command).filter((target) => own.has(target))).toEqual([]);
});

/** Returns the inodes of the open sockets of a process. */
function socketsOf(pid: number): string[] {
  return readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    const target = readlinkSync(`/proc/${pid}/fd/${fd}`);
    return /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? [];
  });
}

/** Returns the rows of a table of /proc/net, without the header. */
function table(name: string): string[][] {
  const lines = readFileSync(`/proc/net/${name}`, 'utf8').split('\n').slice(1, -1);
  return lines.map((line) => line.trim().split(/\s+/));
}
