import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildProgram, type Program, Running } from '../program.js';

const folder = fileURLToPath(new URL('.', import.meta.url));
const node = process.execPath;

let program: Program;
beforeAll(async () => {
  program = await buildProgram('packet-counter');
});
afterAll(() => program[Symbol.dispose]());

/** A process in a network namespace of its own, which lives until it is disposed. */
const namespace = () => new Running('unshare', '--net', 'sh', '-c', 'echo ready; exec sleep 3600');

const within = ({ pid }: Running, ...command: readonly string[]) =>
  ['nsenter', '--target', String(pid), '--net', ...command] as const;

function run(space: Running, ...command: readonly string[]): void {
  const [file, ...args] = within(space, ...command);
  execFileSync(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
}

test('packets from another network namespace are counted, and each flow is reported once', async () => {
  using near = namespace();
  using far = namespace();
  await Promise.all([near.printed('ready'), far.printed('ready')]);
  // One queue, so that packets keep their order.
  const oneQueue = ['numtxqueues', '1', 'numrxqueues', '1'];
  const peer = ['peer', 'name', 'far', ...oneQueue, 'netns', String(far.pid)];
  run(near, 'ip', 'link', 'add', 'name', 'near', ...oneQueue, 'type', 'veth', ...peer);
  run(near, 'ip', 'address', 'add', '10.78.0.1/24', 'dev', 'near');
  run(near, 'ip', 'link', 'set', 'near', 'up');
  run(far, 'ip', 'address', 'add', '10.78.0.2/24', 'dev', 'far');
  run(far, 'ip', 'link', 'set', 'far', 'up');
  const send = (port: number) => run(far, 'bash', '-c', `echo packet > /dev/udp/10.78.0.1/${port}`);

  using counter = new Running(...within(near, node, program.file, 'near'));
  await counter.printed('counting on near');
  send(9);
  await counter.printed('port 9 ');
  send(9);
  send(10);
  await counter.printed('port 10 ');
  expect(await counter.interrupt()).toBe(0);

  const flow = (port: number) => `10.78.0.2 -> 10.78.0.1 port ${port} protocol 17`;
  expect(counter.lines).toEqual([
    'counting on near',
    `new flow ${flow(9)}`,
    `new flow ${flow(10)}`,
    'protocol 17: 3 packets',
    expect.any(String),
    expect.any(String),
    '3 packets in all',
  ]);
  // 14 bytes of Ethernet, 20 of IP, 8 of UDP, and 7 of text.
  expect(counter.lines).toContain(`${flow(9)}: 2 packets, 98 bytes`);
  expect(counter.lines).toContain(`${flow(10)}: 1 packets, 49 bytes`);
});

test('the module beside it is the one that its source gives', () => {
  expect(program.committed).toBe(program.generated);
});

test('it has at most 40 lines, without a cast, and fewer than with cilium/ebpf', () => {
  const command = /^grep .*$/m.exec(readFileSync(`${folder}README.md`, 'utf8'))?.[0] ?? '';
  const counted = execFileSync('sh', ['-c', command], { cwd: folder, encoding: 'utf8' });
  const [, ours, theirs] = /^main\.ts:(\d+)\nmain\.go:(\d+)\n$/.exec(counted)!.map(Number);
  expect(ours).toBeLessThanOrEqual(40);
  expect(ours).toBeLessThan(theirs!);
  expect(readFileSync(`${folder}README.md`, 'utf8')).toContain(`| ${ours} | ${theirs} |`);
  const source = readFileSync(`${folder}main.ts`, 'utf8');
  expect(source).not.toMatch(/\bas\b|\bany\b|[\w)]!/);
});
