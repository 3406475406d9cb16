import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { StructLayout } from '@spoor/btf';
import { eventLayouts, RecordingWriter } from '@spoor/event';
import { fakeRecord } from '@spoor/event/testing';
import { beforeEach, expect, it, vi } from 'vitest';
import { capturedIo, temporaryFolder } from '../../test/captured-io.js';
import { problemsOf } from '../../test/schemas.js';
import { type Line, linesOf } from '../../test/spoor.js';
import { run } from '../run.js';

vi.mock('node:timers/promises', async (original) => {
  const real = await original<typeof import('node:timers/promises')>();
  return { ...real, setTimeout: vi.fn(real.setTimeout) };
});

let path: string;

const shell = { tgid: 10, tid: 10, startTimeNs: 100n, comm: 'sh', exe: '/bin/sh', uid: 1000 };
const child = { tgid: 11, tid: 11, ppid: 10, startTimeNs: 200n, comm: 'cat', exe: '/bin/cat', uid: 1000 };
const records = [
  fakeRecord('exec', {
    ...shell,
    timeNs: 1_000_000n,
    path: '/bin/sh',
    argv: ['sh'],
    argc: 1,
    matchedScopes: 1n,
  }),
  fakeRecord('fork', { ...shell, timeNs: 2_000_000n, childTgid: 11, childTid: 11, childStartTimeNs: 200n }),
  fakeRecord('exec', { ...child, timeNs: 3_000_000n, path: '/bin/cat', argv: ['cat', 'x'], argc: 2 }),
  fakeRecord('open', { ...child, timeNs: 4_000_000n, path: '/tmp/x', result: 3n }),
  fakeRecord('exit', { ...child, timeNs: 5_000_000n, code: 0, durationNs: 4_000_000n }),
  fakeRecord('exit', { ...shell, timeNs: 6_000_000n, code: 2, durationNs: 5_000_000n }),
];

beforeEach(async () => {
  path = join(temporaryFolder(), 'recording');
  const writer = await RecordingWriter.create(path, {
    context: { clockOffsetNs: 0n, scopeNames: ['command'] },
    facts: { events: ['exec', 'exit', 'open'] },
  });
  for (const [index, record] of records.entries()) {
    writer.add(record);
    if (index === 3) writer.mark({ kind: 'drops', timeNs: 4_000_000n, drops: { open: { 'ring-full': 7 } } });
  }
  await writer.close();
});

/** Replaces the recording that every test begins with. */
async function record(events: readonly Uint8Array[], layouts = eventLayouts): Promise<void> {
  const writer = await RecordingWriter.create(path, { layouts, facts: { events: ['exec', 'exit'] } });
  for (const event of events) writer.add(event);
  await writer.close();
}

/** Returns layouts without one field of the header, as in an older version. */
function layoutsWithout(name: string): typeof eventLayouts {
  const without = (layout: StructLayout): StructLayout => {
    const [header, ...own] = layout.fields;
    if (header?.layout.kind !== 'struct') throw new TypeError('no header');
    const fields = header.layout.fields.filter((field) => field.name !== name);
    return { ...layout, fields: [{ ...header, layout: { ...header.layout, fields } }, ...own] };
  };
  const events = Object.entries(eventLayouts.events).map(([kind, layout]) => [kind, without(layout)]);
  return { ...eventLayouts, events: Object.fromEntries(events) };
}

async function replay(...args: string[]) {
  const io = capturedIo();
  const status = await run(['replay', path, ...args], io);
  return { status, stdout: io.stdout(), stderr: io.stderr() };
}

const told = (lines: readonly Line[]) =>
  lines.map(({ event, tgid }) => (tgid === undefined ? event : `${event} ${tgid}`));

it('shows the recorded event kinds by default, and where events are missing', async () => {
  const { status, stdout, stderr } = await replay('--format', 'json');
  expect(status).toBe(0);
  expect(told(linesOf(stdout))).toEqual(['exec 10', 'exec 11', 'open 11', 'drops', 'exit 11', 'exit 10']);
  expect(stderr).toBe('spoor: 7 events dropped: open 7 (ring-full), when this was recorded\n');
});

it('begins with a line about the machine, as far as the recording knows it', async () => {
  const { stdout } = await replay('--format', 'json', '--machine');
  const [first, ...others] = linesOf(stdout);
  expect(problemsOf([first!])).toEqual([]);
  expect(first).toMatchObject({
    event: 'machine',
    host: null,
    bootId: null,
    events: ['exec', 'exit', 'open'],
  });
  expect(others).toHaveLength(6);
  expect(others).toEqual(linesOf((await replay('--format', 'json')).stdout));
});

it('refuses a line about the machine in another format', async () => {
  const { status, stderr } = await replay('--machine');
  expect(status).toBe(2);
  expect(stderr).toMatch(/^spoor: USAGE: --machine has no effect without -f json\n/);
});

it('shows the requested event kinds', async () => {
  const { stdout } = await replay('--format', 'json', '--events', 'fork,exit');
  expect(told(linesOf(stdout))).toEqual(['fork 10', 'drops', 'exit 11', 'exit 10']);
});

it.each([
  ['new', '--format', '--output-file', '--events'],
  ['short', '-f', '-o', '-e'],
  ['old', '--output', '--out', '--events'],
])('accepts the %s names of options', async (_, format, outputFile, events) => {
  const file = `${path}.jsonl`;
  const { status, stdout } = await replay(format, 'json', outputFile, file, events, 'exit');
  expect([status, stdout]).toEqual([0, '']);
  expect(told(linesOf(readFileSync(file, 'utf8')))).toEqual(['drops', 'exit 11', 'exit 10']);
});

it.each(['--pid', '-p'])('selects a process and its descendants with %s', async (option) => {
  const { stdout } = await replay('-f', 'json', option, '11');
  expect(told(linesOf(stdout))).toEqual(['exec 11', 'open 11', 'drops', 'exit 11']);
});

it('draws the tree, even if forks are not shown', async () => {
  const { stdout } = await replay('--format', 'tree');
  expect(stdout.split('\n').map((line) => line.replace(/^\W*/, ''))).toEqual([
    // Measured from its exec: the process of the command started a millisecond before.
    'sh  [10]  4.0 ms  exit 2  exec 1, fork 1',
    'cat x  [11]  4.0 ms  exit 0  exec 1, open 1',
    '',
  ]);
});

it('does not call a process running whose exit a scope leaves out', async () => {
  const { stdout } = await replay('--format', 'tree', '--scope', 'comm=sh');
  expect(stdout.split('\n').map((line) => line.replace(/^\W*/, ''))).toEqual([
    'sh  [10]  4.0 ms  exit 2  exec 1, fork 1',
    'bin/sh (forked)  [11]  exit not seen',
    '',
  ]);
});

it('evaluates other scopes, and follows descendants', async () => {
  const only = await replay('--format', 'json', '--scope', 'cats: comm=cat');
  expect(told(linesOf(only.stdout))).toEqual(['exec 11', 'open 11', 'drops', 'exit 11']);
  expect(linesOf(only.stdout)[0]).toMatchObject({ scopes: ['cats'] });
  const follow = await replay('--format', 'json', '--scope', 'comm=sh follow exec exit.code=0');
  expect(told(linesOf(follow.stdout))).toEqual(['exec 10', 'exec 11', 'drops', 'exit 11']);
});

it('rejects filters that need facts missing from a recording', async () => {
  const { status, stderr } = await replay('--scope', 'netns=1');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^spoor: UNSUPPORTED: .*netns/);
});

it('evaluates container by the recorded container', async () => {
  const id = `0007${'a'.repeat(60)}`;
  await record([
    fakeRecord('exec', { ...shell, path: '/bin/sh', container: id }),
    fakeRecord('exec', { ...child, path: '/bin/cat', container: 'web' }),
    fakeRecord('exit', { ...shell, code: 0 }),
  ]);
  const linesIn = async (scope: string) =>
    linesOf((await replay('--format', 'json', '--scope', scope)).stdout);
  expect(told(await linesIn('container'))).toEqual(['exec 10', 'exec 11']);
  expect(told(await linesIn('container=0007'))).toEqual(['exec 10']);
  expect(told(await linesIn('container=we*'))).toEqual(['exec 11']);
  expect(told(await linesIn('!container'))).toEqual(['exit 10']);
  expect(await linesIn('container=0007')).toMatchObject([{ container: id }]);
  expect((await linesIn('!container'))[0]).not.toHaveProperty('container');
});

it('rejects container for a recording of a version that did not record it', async () => {
  const layouts = layoutsWithout('container');
  await record([fakeRecord('exec', { ...shell, path: '/bin/sh' }, layouts)], layouts);
  expect(linesOf((await replay('--format', 'json')).stdout)).toMatchObject([{ event: 'exec', tgid: 10 }]);
  const { status, stderr } = await replay('--scope', 'container');
  expect(status).toBe(1);
  expect(stderr).toMatch(/^spoor: UNSUPPORTED: a recording does not have the facts for container/);
});

it('shows a cut recording up to the cut, and reports the cut', async () => {
  const whole = readFileSync(path);
  writeFileSync(path, whole.subarray(0, whole.length - 8));
  const { status, stdout, stderr } = await replay('--format', 'json');
  expect(status).toBe(0);
  expect(told(linesOf(stdout)).at(-1)).toBe('exit 10');
  expect(stderr).toMatch(/the recording was cut at byte \d+: later events are missing\n$/);
});

it('rejects a file that is not a recording, and a missing file', async () => {
  writeFileSync(path, 'no recording');
  expect(await replay()).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^spoor: RECORDING_INVALID: /),
  });
  path = '/nowhere/at/all';
  expect(await replay()).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/^spoor: FILE_UNREADABLE: /),
  });
});

it('shows the first of two recordings, and reports where the second begins', async () => {
  const whole = readFileSync(path);
  for (const first of [whole, whole.subarray(0, endOfMarkers(whole))]) {
    writeFileSync(path, Buffer.concat([first, whole]));
    const { status, stdout, stderr } = await replay('--format', 'json');
    expect(status).toBe(1);
    expect(stderr).toMatch(
      `spoor: RECORDING_INVALID: ${path}: another recording begins at byte ${first.length}\n`,
    );
    expect(stdout).toContain('"event":"open"');
  }
  writeFileSync(path, Buffer.concat([whole, Buffer.of(0)]));
  expect(await replay()).toMatchObject({
    status: 1,
    stderr: expect.stringContaining(`bytes follow its end at byte ${whole.length}`),
  });
});

/** Returns the offset of the last block, the end. */
function endOfMarkers(recording: Buffer): number {
  return recording.lastIndexOf('BLK1');
}

it('reports damage, and fails', async () => {
  const whole = readFileSync(path);
  const damaged = Buffer.from(whole);
  damaged[endOfMarkers(whole)]! ^= 1;
  writeFileSync(path, damaged);
  const end = await replay();
  expect(end.status).toBe(1);
  expect(end.stderr).toContain('the recording is damaged at byte');
  const block = Buffer.from(whole);
  block[endOfMarkers(whole) - 1]! ^= 1;
  writeFileSync(path, block);
  const inside = await replay();
  expect(inside.status).toBe(1);
  expect(inside.stderr).toContain('1 damaged block: the events in it are missing');
});

it.runIf(process.platform === 'linux')('reads a pipe as it reads a file', async () => {
  const { stdout } = await replay('--format', 'json');
  const pipe = `${path}.pipe`;
  execFileSync('mkfifo', [pipe]);
  const writer = spawn('sh', ['-c', 'cat "$1" >"$2"', 'sh', path, pipe]);
  const written = once(writer, 'exit');
  path = pipe;
  const piped = await replay('--format', 'json');
  await written;
  expect(piped.status).toBe(0);
  expect(piped.stdout).toBe(stdout);
});

it.each(['/dev/zero', '/dev/null', '/', '/etc/passwd'])('refuses %s at once, with a remedy', async (file) => {
  path = file;
  const { status, stderr } = await replay();
  expect(status).toBe(file === '/' ? 2 : 1);
  expect(stderr).toMatch(/^spoor: (RECORDING_INVALID|FILE_UNREADABLE): .*\n {2}Give \w/);
});

it('waits between events at the requested speed', async () => {
  const waits: number[] = [];
  using _ = vi.spyOn(performance, 'now').mockImplementation(() => waits.reduce((sum, wait) => sum + wait, 0));
  using __ = vi.mocked(delay).mockImplementation(async (wait, value) => {
    waits.push(wait!);
    return value!;
  });
  await replay('--speed', '0.1x');
  // Five milliseconds of events at a tenth of the speed.
  expect(waits).toEqual([10, 10, 10, 10, 10]);
  expect((await replay('--speed', 'fast')).stderr).toContain('INVALID_VALUE');
});
