import { execFileSync } from 'node:child_process';
import { expect, it } from 'vitest';
import { trace } from './index.js';

const script = 'ls / >/dev/null; (sleep 0.1; cat /nonexistent 2>/dev/null) & exit 3';

it('follows a command and descendants that outlive it, and hands out the chosen kinds', async () => {
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

it('traces the machine without command and scopes, and nothing with an empty array of scopes', async () => {
  await using all = await trace({ events: ['exec'] });
  await using none = await trace({ events: ['exec'], scopes: [] });
  expect(all.scopeNames.filter((name) => name !== undefined)).toEqual(['all']);
  expect(none.scopeNames.filter((name) => name !== undefined)).toEqual([]);
  const marker = `whole-machine-${process.pid}`;
  execFileSync('true', [marker]);
  const reading = Promise.all(
    [all, none].map(async (tracer) => {
      const markers: unknown[] = [];
      await tracer.each((event) => {
        if (event.kind === 'exec' && event.argv.at(-1) === marker) markers.push(event.scopes);
      });
      return markers;
    }),
  );
  all.close();
  none.close();
  expect(await reading).toEqual([[['all']], []]);
});
