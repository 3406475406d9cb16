import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { testCgroup } from '../../test/cgroup.js';
import { GatedCommand } from '../command/gated-command.js';
import { trace } from '../index.js';

/** 1,000 in a long run. */
const replacements = Number(process.env['SPOOR_REPLACEMENTS'] ?? 100);

it('replaces scopes during a storm of forks: no mixture, no loss, every process followed', async () => {
  using cgroup = testCgroup();
  // Forks until the file exists, then reports the number of forks.
  const stop = `/tmp/spoor-stop-${process.pid}`;
  const script = `n=0; while ! [ -e ${stop} ]; do /bin/true $n; n=$((n+1)); done; rm ${stop}; /bin/true total=$n; exit 0`;
  const command = await GatedCommand.start(['sh', '-c', script], { stdio: 'ignore' });
  cgroup.add(command.tgid);
  const kept = `kept: tree=${command.tgid}`;
  const sets = [
    [kept, `even1: cgroup=${cgroup.path}`, `even2: cgroup=${cgroup.path}`],
    [kept, `odd1: cgroup=${cgroup.path}`, `odd2: cgroup=${cgroup.path}`],
  ];
  const seen = new Map<string, number>();
  const serials: string[] = [];
  await using tracer = await trace({
    scopes: sets[0]!,
    tuning: { replaceable: true },
    events: ['exec'],
    // Each replacement keeps the reader away: on a busy machine for thousands of forks.
    ringSizes: { lifecycle: 1 << 26 },
  });
  const reading = tracer.each((event) => {
    if (event.kind !== 'exec') return;
    const names = event.scopes.join();
    seen.set(names, (seen.get(names) ?? 0) + 1);
    if (event.comm === 'true') serials.push(event.argv.at(-1)!);
  });
  await command.open();
  for (let index = 1; index <= replacements; index++) {
    tracer.setScopes(sets[index % 2]!);
    await setImmediate();
  }
  const { closeSync, openSync } = await import('node:fs');
  closeSync(openSync(stop, 'w'));
  await command.exit;
  tracer.close();
  await reading;
  expect(new Set(seen.keys())).toEqual(new Set(['kept,even1,even2', 'kept,odd1,odd2']));
  const total = Number(serials.pop()!.replace('total=', ''));
  expect(serials).toEqual(Array.from({ length: total }, (_, index) => String(index)));
  expect(total).toBeGreaterThan(0);
  expect(tracer.stats().events['exec']!.dropped).toEqual({});
});
