import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { maps } from '@spoor/bpf';
import { typedMap } from '@spoor/map';
import { expect, it } from 'vitest';
import { trace } from '../index.js';

const options = { events: ['exec'], spawn: { stdio: 'ignore' } } as const;

it('the seed of a command is gone after its first event', async () => {
  await using tracer = await trace({ ...options, command: ['true'] });
  const kinds: string[] = [];
  await tracer.each(({ kind }) => kinds.push(kind));
  expect(kinds).toEqual(['exec']);
  expect(tracer.commandUnseen).toBe(false);
});

it('a seed that no process took is reported when the trace has ended', async () => {
  await using tracer = await trace({ ...options, command: ['true'] });
  const seeds = typedMap(tracer.object.map('seeds'), maps.seeds);
  // The seed of a process that started at another time.
  seeds.set(tracer.commandTgid!, { followed: 1n, startTicks: 0n });
  expect(tracer.commandUnseen).toBe(false);
  tracer.close();
  expect(tracer.commandUnseen).toBe(true);
});

it('a process that ends before the snapshot is an error, not an empty trace', async () => {
  const child = spawn('sleep', ['1000'], { stdio: 'ignore' });
  await once(child, 'spawn');
  // The load takes longer than the signal.
  const starting = trace({ scopes: [`tree=${child.pid}`], events: ['exec'] });
  child.kill('SIGKILL');
  await expect(starting).rejects.toMatchObject({ code: 'INVALID_VALUE' });
});
