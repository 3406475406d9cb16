import { expect, it } from 'vitest';
import type { EachOptions } from './options.js';
import { trace } from './trace.js';

// Six programs are executed, with the shell.
const script = 'for i in 1 2 3; do /bin/true; done; sleep 0.3; /bin/true';
const start = () => trace({ command: ['/bin/sh', '-c', script], events: ['exec'] });

it('an error of the handler rejects each() and ends the trace, and the handler is not called again', async () => {
  await using tracer = await start();
  let calls = 0;
  const reading = tracer.each(() => {
    calls += 1;
    throw new Error('mine');
  });
  await expect(reading).rejects.toThrow('mine');
  expect(tracer.running).toBe(false);
  expect(calls).toBe(1);
  // Later events were read and counted.
  const { submitted, delivered } = tracer.stats().events['exec']!;
  expect(delivered).toBe(submitted);
});

it('a handler that closes the trace and then throws rejects each()', async () => {
  await using tracer = await start();
  const reading = tracer.each(() => {
    tracer.close();
    throw new Error('mine');
  });
  await expect(reading).rejects.toThrow('mine');
});

it('a handler may close the trace in each call, and each() resolves after the last event', async () => {
  await using tracer = await start();
  let calls = 0;
  await tracer.each(() => {
    calls += 1;
    tracer.close();
  });
  expect(calls).toBe(tracer.stats().events['exec']!.submitted);
});

it.each([
  ['throws', () => expect.fail('broken output'), 'broken output'],
  ['rejects', () => Promise.reject(new Error('broken output')), 'broken output'],
  ['returns no promise', () => 5 as never, 'pause() returned a value of type number'],
] satisfies [string, EachOptions['pause'], string][])(
  'a pause that %s rejects each() and ends the trace',
  async (_, pause, message) => {
    await using tracer = await start();
    await expect(tracer.each(() => undefined, { pause })).rejects.toThrow(message);
    expect(tracer.running).toBe(false);
  },
);

it('a second reader is rejected and takes no events from the first', async () => {
  await using tracer = await start();
  let calls = 0;
  const reading = tracer.each(() => {
    calls += 1;
  });
  await expect(tracer.each(() => expect.fail())).rejects.toMatchObject({ code: 'WRONG_PHASE' });
  await reading;
  expect(calls).toBe(6);
});
