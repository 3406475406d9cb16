import { expect, it } from 'vitest';
import { trace } from './index.js';

const script = 'ls / >/dev/null; (sleep 0.1; cat /nonexistent 2>/dev/null) & exit 3';

it('follows a command and what outlives it, and hands out the kinds that were asked for', async () => {
  await using tracer = await trace({ command: ['/bin/sh', '-c', script], events: ['exec', 'exit'] });
  const execs: string[] = [];
  for await (const event of tracer) {
    if (event.kind === 'exec') execs.push(event.argv.join(' '));
    else expect(event.kind).toBe('exit');
  }
  expect(execs).toEqual([expect.stringMatching(/^\/bin\/sh -c/), 'ls /', 'sleep 0.1', 'cat /nonexistent']);
  expect(await tracer.exit).toEqual({ code: 3, signal: null });
  const { events } = tracer.stats();
  expect(events['exec']).toEqual({ submitted: 4, delivered: 4, dropped: {} });
  expect(events['fork']).toEqual({ submitted: 3, delivered: 3, dropped: {} });
  expect(tracer.processes.living).toBe(0);
  expect(tracer.processes.roots).toHaveLength(1);
});
