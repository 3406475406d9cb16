import { readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { useStage } from '../../test/actor.js';
import { problemsOf } from '../../test/schemas.js';
import { linesOf, spoor, startSpoor } from '../../test/spoor.js';

const stage = useStage();

/** Starts several processes with names that are hard to print. One outlives the others. */
const script = `"$0" do open /etc/hostname open "$(printf 'a\\nb\\033[31m\\377')" | "$0" do; ("$0" storm 5; "$0" do exit 4) & exit 2`;

it.each([
  ['json', []],
  ['table', ['--events', 'exec,exit']],
  ['table', ['--time', 'wall', '--ring-size', '4096']],
  ['tree', []],
])('replays as %s, %j, what was shown live', async (output, options) => {
  const recording = join(stage.folder, `${output}-${options.length}`);
  const shown = ['--format', output, ...options.filter((word) => word !== '--ring-size' && word !== '4096')];
  const command = ['sh', '-c', script, stage.actor];
  const live = await spoor([
    'trace',
    '--output-file',
    '-',
    '--record',
    recording,
    '--format',
    output,
    ...options,
    '--',
    ...command,
  ]);
  expect(live.status).toBe(2);
  expect(live.stdout).toContain('actor');
  const replayed = await spoor(['replay', recording, ...shown]);
  expect(replayed.status).toBe(0);
  expect(replayed.stdout).toBe(live.stdout);
  if (output === 'json') expect(problemsOf(linesOf(live.stdout))).toEqual([]);
});

it('names the scopes of an event in trace and replay, by a policy with conditions on its fields', async () => {
  const recording = join(stage.folder, 'scoped');
  const policy = join(stage.folder, 'policy.json');
  const filters = [{ filter: 'exe', values: [stage.actor] }];
  writeFileSync(
    policy,
    JSON.stringify({
      scopes: [
        { name: 'failed', filters, events: ['exit.code!=0'] },
        { name: 'hosts', filters, events: ['open.path=/etc/host*'] },
      ],
    }),
  );
  const options = ['--record', recording, '--policy', policy, '--format', 'json', '--output-file', '-'];
  const live = await spoor(['trace', ...options, '--', 'sh', '-c', script, stage.actor]);
  expect(live.stderr).toBe('');
  expect(live.status).toBe(2);
  const lines = linesOf(live.stdout);
  const taken = (name: string) => lines.filter(({ scopes }) => scopes.includes(name));
  expect(taken('failed').map(({ event, data }) => [event, data['code']])).toEqual([['exit', 4]]);
  expect(taken('hosts').map(({ event, data }) => [event, data['path']])).toEqual([['open', '/etc/hostname']]);
  expect(lines.every(({ scopes }) => scopes.includes('command'))).toBe(true);
  expect((await spoor(['replay', recording, '--format', 'json'])).stdout).toBe(live.stdout);
  // The shell of the command is another binary. It is in none of these scopes, neither in the trace
  // nor in the replay.
  const asked = await spoor(['replay', recording, '--policy', policy, '--format', 'json']);
  expect(linesOf(asked.stdout).map(({ scopes }) => scopes)).toEqual([['hosts'], ['failed']]);
});

it('writes records while the trace runs', async () => {
  const recording = join(stage.folder, 'growing');
  const { child, ended } = startSpoor([
    'trace',
    '--record',
    recording,
    '-o',
    '/dev/null',
    '--',
    'sleep',
    '1000',
  ]);
  const replayed = async () => (await spoor(['replay', recording, '--quiet'])).stdout;
  while (!(await replayed()).includes('sleep 1000')) expect(child.exitCode).toBe(null);
  child.kill('SIGTERM');
  expect((await ended).signal).toBe('SIGTERM');
});

it('replays a cut recording up to the cut', async () => {
  const recording = join(stage.folder, 'cut');
  await spoor([
    'trace',
    '--output-file',
    '/dev/null',
    '--record',
    recording,
    '--',
    stage.actor,
    'storm',
    '20',
  ]);
  const { length } = readFileSync(recording);
  truncateSync(recording, length - 1);
  const { status, stdout, stderr } = await spoor(['replay', recording, '--format', 'json']);
  expect(status).toBe(0);
  expect(linesOf(stdout).length).toBeGreaterThan(60);
  expect(stderr).toMatch(/^spoor: the recording was cut at byte \d+/);
});
