/** Tests the priority and the rights of the process of the tracer. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { release } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { useStage } from '../../test/actor.js';
import { childrenOf, until } from '../../test/leftovers.js';
import {
  type Ended,
  command as launcher,
  linesOf,
  type Running,
  spoor,
  startProgram,
  startSpoor,
} from '../../test/spoor.js';

const stage = useStage();
const none = '0'.repeat(16);
const capBpf = '0000008000000000';
const [major = 0, minor = 0] = release().split('.').map(Number);
/** With `kernel.unprivileged_bpf_disabled`, kernels before 5.19 check CAP_BPF at each use. */
const needsBpf =
  (major < 5 || (major === 5 && minor < 19)) &&
  readFileSync('/proc/sys/kernel/unprivileged_bpf_disabled', 'utf8').trim() !== '0';

let running: Running;
let ended: Ended | undefined;
let command = 0;
let tracer = 0;

const commOf = (pid: number) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
/** Returns the 19th field of /proc/PID/stat. The second field, a name, may have spaces. */
const nicenessOf = (pid: number, thread = pid) =>
  Number(
    readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[16],
  );

beforeAll(async () => {
  running = startSpoor(['trace', '--events', 'exit', '--stats', '--', 'sleep', '1234.5']);
  const found = (name: string) => childrenOf(running.child.pid!).find((pid) => commOf(pid) === name);
  await until(() => found('sleep') !== undefined);
  command = found('sleep')!;
  tracer = childrenOf(running.child.pid!).find((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('spoor.cjs'),
  )!;
});

afterAll(() => {
  if (ended === undefined) running.child.kill('SIGKILL');
});

it('reads at a raised priority, which the command does not inherit', () => {
  expect(nicenessOf(tracer)).toBe(-20);
  expect(nicenessOf(command)).toBe(nicenessOf(process.pid));
});

/** Returns the fields of /proc/PID/status, of a process or of one of its threads. */
function statusOf(pid: number, thread = pid): ReadonlyMap<string, string> {
  const text = readFileSync(`/proc/${pid}/task/${thread}/status`, 'utf8');
  return new Map([...text.matchAll(/^(\w+):\t(.*)$/gm)].map(([, name, value]) => [name!, value!]));
}

it('is not root and has no capability in any of its threads, nor can it gain one', () => {
  const threads = readdirSync(`/proc/${tracer}/task`).map(Number);
  for (const thread of threads) {
    const status = statusOf(tracer, thread);
    for (const name of ['Uid', 'Gid']) expect(status.get(name)).toBe('65533\t65533\t65533\t65533');
    expect(status.get('Groups')!.trim()).toBe('');
    expect(status.get('NoNewPrivs')).toBe('1');
    for (const name of ['CapInh', 'CapAmb']) expect(status.get(name)).toBe(none);
    // CAP_BPF in the main thread, if the kernel requires it for open descriptors.
    const rights = thread === tracer && needsBpf ? capBpf : none;
    for (const name of ['CapPrm', 'CapEff']) expect(status.get(name)).toBe(rights);
  }
  expect(statusOf(tracer).get('CapBnd')).toBe(none);
});

it('leaves the rights of the command alone', () => {
  const own = statusOf(process.pid);
  const status = statusOf(command);
  for (const name of ['Uid', 'Gid', 'Groups', 'NoNewPrivs', 'CapInh', 'CapPrm', 'CapEff', 'CapBnd', 'CapAmb'])
    expect([name, status.get(name)]).toEqual([name, own.get(name)]);
});

it('sees the command to its end, and says in --stats what it was', async () => {
  process.kill(command, 'SIGTERM');
  ended = await running.ended;
  expect(ended.signal).toBe('SIGTERM');
  expect(ended.stderr).toMatch(/^.*sleep.*exit/m);
  expect(ended.stderr).toMatch(/^ {2}reader priority +raised: niceness -20$/m);
  expect(ended.stderr).toMatch(
    needsBpf ? /^ {2}privileges +CAP_BPF alone.*: uid 65533$/m : /^ {2}privileges +none: uid 65533$/m,
  );
});

it('follows descendants that outlive the command, and writes its files, without privileges', async () => {
  const script = 'sh -c "sleep .5; cat /etc/hostname > /dev/null" & exit 7';
  const files = [
    '--format',
    'json',
    '--output-file',
    join(stage.folder, 'out'),
    '--stats-json',
    join(stage.folder, 'stats'),
  ];
  const record = ['--record', join(stage.folder, 'record')];
  const { status, stderr } = await spoor(['trace', ...files, ...record, '--', 'sh', '-c', script]);
  expect([status, stderr]).toEqual([7, '']);
  const lines = linesOf(readFileSync(join(stage.folder, 'out'), 'utf8'));
  expect(lines.some(({ event, data }) => event === 'open' && data['path'] === '/etc/hostname')).toBe(true);
  const stats = JSON.parse(readFileSync(join(stage.folder, 'stats'), 'utf8')) as {
    programs: readonly { readonly runs: number }[];
  };
  expect(stats.programs.some(({ runs }) => runs > 0)).toBe(true);
});

it('is never the user of the command', async () => {
  const script =
    'for pid in $(cat /proc/$PPID/task/$PPID/children); do grep -h ^Uid /proc/$pid/status; done; kill -0 $(cat /proc/$PPID/task/$PPID/children)';
  const { stdout, status } = await spoor([
    'trace',
    '--events',
    'exec',
    '--output-file',
    '/dev/null',
    '--user',
    'nobody',
    '--',
    'sh',
    '-c',
    script,
  ]);
  expect(stdout).toContain('Uid:\t65533');
  expect(status).not.toBe(0);
});

it.each([
  ['+no_setuid_fixup', /^ {2}privileges +(none|CAP_BPF alone.*): uid 65533$/m],
  [
    '+no_setuid_fixup,+no_setuid_fixup_locked',
    /^ {2}privileges +root: privileges cannot be given up: SECBIT/m,
  ],
])('says what its threads have left, also when it is started with the securebits %s', async (bits, said) => {
  const script =
    'for pid in $(cat /proc/$PPID/task/$PPID/children); do cat /proc/$pid/task/*/status; done; cat /proc/self/status | sed s/^/own/';
  const trace = [
    'trace',
    '--events',
    'exec',
    '--output-file',
    '/dev/null',
    '--stats',
    '--',
    'sh',
    '-c',
    script,
  ];
  const ended = await startProgram('setpriv', ['--securebits', bits, launcher, ...trace]).ended;
  expect(ended.stderr).toMatch(said);
  const threads = ended.stdout.split(/^(?=Name:)/m).filter((text) => /^Uid:\t65533/m.test(text));
  const rights = threads.map((text) => /^CapPrm:\t(.*)$/m.exec(text)![1]!);
  expect(rights.filter((right) => ![none, capBpf].includes(right))).toEqual([]);
  expect(threads.length > 1).toBe(!bits.includes('locked'));
});

it('keeps root with --keep-root', async () => {
  const { status, stderr } = await spoor([
    'trace',
    '--keep-root',
    '--events',
    'exec',
    '--stats',
    '--',
    'true',
  ]);
  expect(status).toBe(0);
  expect(stderr).toMatch(/^ {2}privileges +root, as --keep-root asks$/m);
});

it('ends with its launcher', async () => {
  const { child } = startSpoor(['trace', '--events', 'exec', '--duration', '1000s'], { stdio: 'ignore' });
  const node = () => childrenOf(child.pid!).find((pid) => statusOf(pid).get('Uid')?.startsWith('65533'));
  await until(() => node() !== undefined);
  const pid = node()!;
  child.kill('SIGKILL');
  await until(() => !existsSync(`/proc/${pid}`));
});
