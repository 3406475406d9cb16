import { readFileSync } from 'node:fs';
import { arch, hostname, release } from 'node:os';
import { join } from 'node:path';
import { eventKinds } from '@spoor/bpf';
import { expect, it } from 'vitest';
import { temporaryFolder } from '../../test/captured-io.js';
import { problemsOf } from '../../test/schemas.js';
import { linesOf, spoor } from '../../test/spoor.js';
import { version } from '../version.js';

it('begins with one line about the machine and the trace, live and in a replay', async () => {
  const recording = join(temporaryFolder(), 'recording');
  const json = ['-f', 'json', '--machine'];
  const hostile = 'a\u001b[31m';
  const command = ['sh', '-c', ':', hostile];
  const options = ['-e', 'exec,exit', '--scope', 'named: comm=x-none follow', '--record', recording];
  const live = await spoor(['trace', ...json, ...options, '--', ...command]);
  expect(live.status).toBe(0);
  const [first, ...others] = linesOf(live.stderr);
  expect(first).toEqual({
    event: 'machine',
    time: expect.stringMatching(/^20.*Z$/),
    host: hostname(),
    bootId: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
    kernel: release(),
    architecture: arch(),
    spoor: version(),
    command,
    scopes: ['named: comm=x-none follow'],
    events: ['exec', 'exit'],
    untraced: eventKinds.filter((kind) => kind !== 'exec' && kind !== 'exit'),
  });
  expect(live.stderr).not.toContain('\u001b');
  expect(others.map(({ event }) => event)).toEqual(['exec', 'exit']);
  expect(problemsOf([first!, ...others])).toEqual([]);
  expect((await spoor(['replay', recording, ...json])).stdout).toBe(live.stderr);
});

it('has the scope of the whole machine', async () => {
  const { status, stdout } = await spoor([
    'trace',
    '-f',
    'json',
    '--machine',
    '-e',
    'mount',
    '--duration',
    '1ms',
  ]);
  expect(status).toBe(0);
  expect(linesOf(stdout)[0]).toMatchObject({ command: null, scopes: ['all:'], events: ['mount'] });
});
