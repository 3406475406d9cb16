import { expect, it } from 'vitest';
import { type TraceOptions, trace } from '../index.js';

const script = '/bin/true; (/bin/sh -c "exit 3"); sleep 0.01 & wait';

/** What the trace of the script told, without what differs from run to run. */
async function told(options: TraceOptions) {
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

it('tells the same of lifecycle events, whether the object has the code of others or not', async () => {
  const lean = await told({ tuning: { replaceable: false } });
  const whole = await told({ tuning: { replaceable: true } });
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

it('has the filters that it is asked for', async () => {
  const filtered = await told({ tuning: { replaceable: false }, scopes: ['sleeper: comm=sleep'] });
  const scopesOf = (comm: string) =>
    (filtered.seen as { kind: string; comm: string; scopes: string[] }[])
      .filter((event) => event.kind === 'exit' && event.comm === comm)
      .map(({ scopes }) => scopes)
      // Another sleep of this machine may end meanwhile.
      .filter((scopes) => scopes.includes('command'));
  expect(scopesOf('sleep')).toEqual([['command', 'sleeper']]);
  expect(scopesOf('true')).toEqual([['command']]);
});
