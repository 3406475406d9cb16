import { expect, it } from 'vitest';
import { type TraceOptions, trace } from '../index.js';

const script = '/bin/true; (/bin/sh -c "exit 3"); sleep 0.01 & wait';

/** Returns the events of the script, without fields that differ per run. */
async function traced(options: TraceOptions) {
  await using tracer = await trace({
    events: ['fork', 'exec', 'exit'],
    command: ['/bin/sh', '-c', script],
    ...options,
  });
  const maps = [...tracer.object.maps.keys()];
  const seen: unknown[] = [];
  for await (const event of tracer) {
    if (event.kind === 'malformed') throw new Error('a malformed record');
    const { event: kind, comm, exe, scopes, data } = event.toJSON();
    const { argv, code } = data as Record<string, unknown>;
    seen.push({ kind, comm, exe, scopes, argv, code, fields: Object.keys(data) });
  }
  return { maps, seen, statistics: tracer.stats() };
}

it('the lean object reports the lifecycle events that the whole object reports', async () => {
  const lean = await traced({ tuning: { replaceable: false } });
  const whole = await traced({ tuning: { replaceable: true } });
  expect(lean.maps).not.toContain('module_names');
  expect(whole.maps).toContain('module_names');
  expect(lean.seen.length).toBeGreaterThan(10);
  expect(lean.seen).toEqual(whole.seen);
  for (const { statistics, maps } of [lean, whole]) {
    expect(maps).not.toContain('activity');
    expect(statistics.rings.activity).toEqual({ size: 0, backlog: 0 });
    expect(statistics.rings.lifecycle.size).toBeGreaterThan(0);
    expect(statistics.programs.map(({ name }) => name)).not.toContain('on_sys_exit');
  }
});

it('the lean object has the filters of the scopes', async () => {
  const filtered = await traced({ tuning: { replaceable: false }, scopes: ['sleeper: comm=sleep'] });
  const scopesOf = (comm: string) =>
    (filtered.seen as { kind: string; comm: string; scopes: string[] }[])
      .filter((event) => event.kind === 'exit' && event.comm === comm)
      .map(({ scopes }) => scopes)
      // Other processes of this machine may be called sleep.
      .filter((scopes) => scopes.includes('command'));
  expect(scopesOf('sleep')).toEqual([['command', 'sleeper']]);
  expect(scopesOf('true')).toEqual([['command']]);
});
