import { mkdtempSync, rmSync } from 'node:fs';
import { release, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { trace } from './index.js';

const children = 120;

/**
 * Shells that all live at once, each blocked in a read between its acts: none forks, opens or executes depending on how fast
 * another one is.
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

/** Of no two runs the same, or where a record came from. */
const passing =
  /^(time|ktimeNs|cpu|tgid|tid|ppid|startTimeNs|origin|childTgid|childTid|childStartTimeNs|durationNs|inode)$/;

/**
 * Until 6.16 a process had let go of its binary when the hook of its exit ran: an exit then tells it only where the map
 * still has it.
 */
const [major = 0, minor = 0] = release().split('.').map(Number);
const binaryAtExit = major > 6 || (major === 6 && minor >= 16);

/** What each process did, in its order, without what differs from run to run. */
async function eventsWith(mapEntries?: number): Promise<{ events: string[]; misses: number }> {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-entries-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const byProcess = new Map<string, string[]>();
  await using tracer = await trace({
    command: ['sh', '-c', script],
    replaceable: false,
    spawn: { cwd: folder },
    ...(mapEntries === undefined ? {} : { mapEntries }),
  });
  for await (const event of tracer) {
    if (event.kind === 'malformed') throw new Error(JSON.stringify(event));
    const process = `${event.tgid} ${event.startTimeNs}`;
    const isUncertain = (key: string) =>
      passing.test(key) || (key === 'exe' && event.kind === 'exit' && !binaryAtExit);
    const line = JSON.stringify(event, (key, value) => (isUncertain(key) ? undefined : value));
    byProcess.set(process, [...(byProcess.get(process) ?? []), line.replaceAll(folder, '.')]);
  }
  return {
    events: [...byProcess.values()].map((lines) => lines.join('\n')).sort((a, b) => (a < b ? -1 : 1)),
    misses: tracer.stats().state.misses,
  };
}

it('gives the same events with 100 entries as with the default, where more processes live', async () => {
  const usual = await eventsWith();
  const pressed = await eventsWith(100);
  expect(usual.events.length).toBeGreaterThan(2 * children);
  expect(pressed.misses).toBeGreaterThan(usual.misses + children / 2);
  expect(pressed.events).toEqual(usual.events);
});
