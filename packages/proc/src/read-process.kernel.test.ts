import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileCodec } from '@spoor/btf';
import { type LoadedObject, openObject } from '@spoor/object';
import { afterAll, beforeAll, expect, it, onTestFinished } from 'vitest';
import { compileFixture } from '../test/compile.js';
import { kernelDevice } from './executable.js';
import { type ProcessFacts, readProcess } from './read-process.js';
import { ticksOfStartTime } from './start-clock.js';

interface TaskRecord {
  readonly startTimeNs: bigint;
  readonly inode: bigint;
  readonly device: number;
  readonly tgid: number;
  readonly tid: number;
  readonly parentTgid: number;
}

const [u32, u64] = [4, 8].map((size) => ({ kind: 'int', size: size as 4 | 8, signed: false }) as const);
const codec = compileCodec<TaskRecord>({
  kind: 'struct',
  name: 'task_record',
  size: 32,
  fields: [
    { name: 'start_time_ns', offset: 0, layout: u64! },
    { name: 'inode', offset: 8, layout: u64! },
    { name: 'device', offset: 16, layout: u32! },
    { name: 'tgid', offset: 20, layout: u32! },
    { name: 'tid', offset: 24, layout: u32! },
    { name: 'parent_tgid', offset: 28, layout: u32! },
  ],
});

let loaded: LoadedObject;
beforeAll(() => {
  loaded = openObject(compileFixture('tasks')).load();
});
afterAll(() => loaded.close());

/**
 * The kernel's record of each process: that of its leader, or of a thread with memory if the leader
 * has none.
 */
function askKernel(): Map<number, TaskRecord> {
  const bytes = loaded.program('tasks').iterate();
  const records = new Map<number, TaskRecord>();
  for (let offset = 0; offset < bytes.length; offset += codec.size) {
    const record = codec.decode(bytes.subarray(offset));
    const known = records.get(record.tgid);
    if (known === undefined || known.inode === 0n) records.set(record.tgid, record);
  }
  return records;
}

/** One of `test/programs`, compiled into a folder that goes with the test. */
function compileProgram(name: string): string {
  const program = join(newFolder(), name);
  const source = fileURLToPath(new URL(`../test/programs/${name}.c`, import.meta.url));
  execFileSync('clang', ['-Wall', '-Werror', '-pthread', '-o', program, source], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  return program;
}

const script = 'console.log("up"); process.stdin.resume()';

/** Starts a program that says a line when it runs; it is killed when the test ends. */
async function start(path: string, args: readonly string[] = []): Promise<number> {
  const child = spawn(path, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  await once(child.stdout!, 'data');
  return child.pid!;
}

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-process-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

function expectSame(facts: ProcessFacts, record: TaskRecord): void {
  const { executable } = facts;
  expect({
    tgid: facts.tgid,
    ticks: facts.startTicks,
    parent: facts.parentTgid,
    inode: executable?.inode ?? 0n,
    device: executable === undefined ? 0 : kernelDevice(executable.device),
  }).toEqual({
    tgid: record.tgid,
    ticks: ticksOfStartTime(record.startTimeNs),
    parent: record.parentTgid,
    inode: record.inode,
    device: record.device,
  });
}

it('agrees with the kernel on every process that is alive', () => {
  const before = askKernel();
  let compared = 0;
  for (const [tgid, record] of before) {
    const facts = readProcess(tgid);
    // One that started, executed or lost its parent meanwhile says something else by now.
    const now = askKernel().get(tgid);
    if (facts === undefined || JSON.stringify(plain(now)) !== JSON.stringify(plain(record))) continue;
    expectSame(facts, record);
    compared++;
  }
  expect(compared).toBeGreaterThan(before.size / 2);
});

const plain = (record: TaskRecord | undefined): string[] => Object.values(record ?? {}).map(String);

it('takes an exact start time of the kernel, and no other', () => {
  const { startTimeNs } = askKernel().get(process.pid)!;
  expect(readProcess(process.pid, { startTimeNs })).toMatchObject({ startTimeNs, startIsExact: true });
});

it('knows the executable of a process whose leader has exited', async () => {
  const program = compileProgram('leader-exits');
  const tgid = await start(program);
  const facts = readProcess(tgid)!;
  expect(facts.executable).toMatchObject({ path: program, deleted: false });
  expect(facts.namespaces.mnt).toBe(readProcess(process.pid)!.namespaces.mnt);
  expectSame(facts, askKernel().get(tgid)!);
});

it('knows a deleted executable, and one that never had a name', async () => {
  const copy = join(newFolder(), 'node');
  copyFileSync(process.execPath, copy);
  const deleted = await start(copy, ['-e', script]);
  rmSync(copy);
  expect(readProcess(deleted)!.executable).toMatchObject({ path: copy, deleted: true });
  const unnamed = await start(compileProgram('from-memory'), [process.execPath, '-e', script]);
  expect(readProcess(unnamed)!.executable).toMatchObject({ path: '/memfd:spoor test', deleted: true });
  for (const tgid of [deleted, unnamed]) expectSame(readProcess(tgid)!, askKernel().get(tgid)!);
});
