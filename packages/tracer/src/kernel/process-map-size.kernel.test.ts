import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { trace } from '../index.js';

const children = 120;

/**
 * Shells that live at once. Each blocks in a read between its steps, so that no step depends on the
 * speed of another shell.
 */
const script = `
mkfifo ready gate
exec 3<>gate 4<>ready
i=0
while [ $i -lt ${children} ]; do
  sh -c 'cat /etc/hostname > out.$0; echo > ready; read -r _ <&3; cat /etc/hostname > out.$0; exec true $0' $i &
  i=$((i + 1))
done
i=0
while [ $i -lt ${children} ]; do read -r _ <&4; i=$((i + 1)); done
i=0
while [ $i -lt ${children} ]; do echo >&3; i=$((i + 1)); done
wait
`;

/** Fields that differ per run, what a process has used, and where a record came from. */
const passing =
  /^(time|ktimeNs|cpu|tgid|tid|ppid|startTimeNs|origin|childTgid|childTid|childStartTimeNs|(p|parentP|childP|targetP)rocessId|durationNs|inode|(user|system)TimeNs|(maxRss|(storage)?([rR]ead|[wW]rite))Bytes|\w*oluntarySwitches)$/;

/** Returns the events per process, in order, without fields that differ per run. */
async function eventsWith(processMapSize?: number): Promise<{ events: string[]; misses: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-entries-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const byProcess = new Map<string, string[]>();
  await using tracer = await trace({
    command: ['sh', '-c', script],
    tuning: { replaceable: false },
    spawn: { cwd: folder },
    ...(processMapSize === undefined ? {} : { processMapSize }),
  });
  for await (const event of tracer) {
    if (event.kind === 'malformed') throw new Error(JSON.stringify(event));
    const process = `${event.tgid} ${event.startTimeNs}`;
    const line = JSON.stringify(event, (key, value) => (passing.test(key) ? undefined : value));
    byProcess.set(process, [...(byProcess.get(process) ?? []), line.replaceAll(folder, '.')]);
  }
  return {
    events: [...byProcess.values()].map((lines) => lines.join('\n')).sort((a, b) => (a < b ? -1 : 1)),
    misses: tracer.stats().state.misses,
  };
}

it('reports the same events with 100 entries as with the default, with more processes alive', async () => {
  const usual = await eventsWith();
  const pressed = await eventsWith(100);
  expect(usual.events.length).toBeGreaterThan(2 * children);
  expect(pressed.misses).toBeGreaterThan(usual.misses + children / 2);
  expect(pressed.events).toEqual(usual.events);
});

/** Opens a file before and after its binary is renamed, and after its record is lost. */
const renamed = `
exec 3<> gate
: > before
mv runme other
: > after
read -r _ <&3
: > lost
read -r _ <&3
`;

it('keeps the name of a binary that is renamed while it runs, even if its entry is lost', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-entries-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  await using tracer = await trace({
    command: ['sh', '-c', `mkfifo gate; cp /bin/sh runme; exec ./runme -c '${renamed}'`],
    scopes: [`old: exe=${folder}/runme`, `new: exe=${folder}/other`],
    events: ['open', 'exit'],
    spawn: { cwd: folder },
  });
  const records = tracer.object.maps.get('proc_info')!;
  const forget = () => {
    records.delete(new Uint8Array(new Uint32Array([tracer.commandTgid!]).buffer));
    writeFileSync(join(folder, 'gate'), '\n');
  };
  const told: [string, string, string, string][] = [];
  for await (const event of tracer) {
    if (event.kind !== 'open' && event.kind !== 'exit') continue;
    if (event.tgid !== tracer.commandTgid) continue;
    const name = event.kind === 'open' ? event.path.replace(`${folder}/`, '') : 'exit';
    if (!['before', 'after', 'lost', 'exit'].includes(name)) continue;
    told.push([name, event.exe, event.origin, event.scopes.filter((scope) => scope !== 'command').join()]);
    if (name === 'after' || name === 'lost') forget();
  }
  const runme = `${folder}/runme`;
  expect(told).toEqual([
    ['before', runme, 'exec', 'old'],
    ['after', runme, 'exec', 'old'],
    ['lost', runme, 'recovered-kernel', 'old'],
    ['exit', runme, 'recovered-kernel', 'old'],
  ]);
});
