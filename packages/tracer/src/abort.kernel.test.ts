import { expect, it } from 'vitest';
import { trace } from './trace.js';

it('has no exit if the signal aborted before the command could begin', async () => {
  const controller = new AbortController();
  const starting = trace({ command: ['sh', '-c', 'exit 125'], events: ['exec'], signal: controller.signal });
  setImmediate(() => controller.abort());
  await using tracer = await starting;
  expect(tracer.running).toBe(false);
  expect(tracer.exit).toBeUndefined();
  expect(tracer.stats().events['exec']).toMatchObject({ submitted: 0 });
});

it('has the exit of a command that ran', async () => {
  const { signal } = new AbortController();
  await using tracer = await trace({ command: ['sh', '-c', 'exit 125'], events: ['exec'], signal });
  expect(await tracer.exit).toEqual({ code: 125, signal: null });
});
