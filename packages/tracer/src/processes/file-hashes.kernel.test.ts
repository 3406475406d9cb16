import { createHash } from 'node:crypto';
import {
  chmodSync,
  copyFileSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  utimesSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Event, EventLine } from '@spoor/event';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { act } from '../../test/act.js';
import { FileHashes, trace } from '../index.js';

const sum = (path: string) => createHash('sha256').update(readFileSync(path)).digest('hex');
const dash = sum(realpathSync('/bin/sh'));

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-hash-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Copies `true` under another name and with other bytes behind it. */
function copyOfTrue(name: string): string {
  const path = join(folder, name);
  copyFileSync('/bin/true', path);
  chmodSync(path, 0o755);
  return path;
}

const execsOf = (lines: readonly EventLine[]) =>
  lines.filter((line): line is EventLine<'exec'> => line.event === 'exec');

async function linesOf(script: string, borrowed: boolean) {
  await using tracer = await trace({
    command: ['sh', '-c', script],
    events: ['exec', 'exit'],
    hash: true,
  });
  const lines: EventLine[] = [];
  const keep = (event: object) => lines.push(JSON.parse(JSON.stringify(event)) as EventLine);
  if (borrowed) await tracer.each(keep);
  else for await (const event of tracer) keep(event);
  expect(tracer.stats().events['exec']).toMatchObject({ dropped: {} });
  return lines;
}

it.each([true, false])(
  'each exec has the hash of its binary, in order (borrowed events: %s)',
  async (borrowed) => {
    const own = copyOfTrue(`own-${borrowed}`);
    const lines = await linesOf(`${own}; ${own}; /bin/true; :`, borrowed);
    const execs = execsOf(lines);
    expect(execs.map(({ data }) => data.sha256)).toEqual([dash, sum(own), sum(own), sum('/bin/true')]);
    expect(execs[1]!.data.changeTimeNs).toBe(String(statSync(own, { bigint: true }).ctimeNs));
    const times = lines.map(({ ktimeNs }) => BigInt(ktimeNs));
    expect(times).toEqual(times.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(lines.filter(({ event }) => event === 'exit')).toHaveLength(4);
  },
);

it('without the option there is no hash', async () => {
  const { data } = await act({ kinds: ['exec'], main: '' });
  expect(data[0]).not.toHaveProperty('sha256');
});

it('a file that was changed or removed since is unknown, and is never taken for another', async () => {
  const changed = copyOfTrue('changed');
  const removed = copyOfTrue('removed');
  await using tracer = await trace({ command: ['sh', '-c', `${changed}; ${removed}; :`], events: ['exec'] });
  const events: Event<'exec'>[] = [];
  for await (const event of tracer) if (event.kind === 'exec') events.push(event);
  const [shell, first, second] = events;
  utimesSync(changed, 1, 1);
  rmSync(removed);
  const hashes = new FileHashes();
  expect(hashes.known(first!)).toBeUndefined();
  expect(await Promise.all([shell!, first!, second!, first!].map((event) => hashes.of(event)))).toEqual([
    dash,
    'unknown',
    'unknown',
    'unknown',
  ]);
  expect(hashes.known(shell!)).toBe(dash);
});

it('a file without a name is read through its process', async () => {
  const { lines } = await act({
    kinds: ['exec'],
    options: { hash: true },
    before: '#include <sys/sendfile.h>',
    main: `
      struct stat st;
      int memory = must(memfd_create("x", 0)), from = must(open("/bin/sleep", O_RDONLY));
      must(fstat(from, &st));
      for (off_t at = 0; at < st.st_size;)
        must(sendfile(memory, from, &at, st.st_size - at));
      char path[64];
      sprintf(path, "/proc/self/fd/%d", memory);
      if (!must(fork())) {
        execl(path, "sleep", "1", NULL);
        exit(98);
      }
      must(wait(NULL));`,
    everything: true,
  });
  const sleep = lines.find(({ data }) => (data['argv'] as string[])[0] === 'sleep')!;
  expect(sleep.data).toMatchObject({
    sha256: sum('/bin/sleep'),
    binaryTraits: expect.arrayContaining(['unlinked']),
  });
});

it('the hash of many events behind one file is waited for, and none is lost', async () => {
  const script = 'i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done';
  const lines = await linesOf(script, true);
  const execs = execsOf(lines);
  expect(execs).toHaveLength(301);
  expect(execs.every(({ data }) => data.sha256?.length === 64)).toBe(true);
});
