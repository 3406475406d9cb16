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
import { setTimeout } from 'node:timers/promises';
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

/** Copies `true` under another name, and waits until the copy is old enough to have a hash. */
async function copyOfTrue(name: string): Promise<string> {
  const path = join(folder, name);
  copyFileSync('/bin/true', path);
  chmodSync(path, 0o755);
  await setTimeout(60);
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
    const own = await copyOfTrue(`own-${borrowed}`);
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
  const changed = await copyOfTrue('changed');
  const removed = await copyOfTrue('removed');
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

/** C: functions that copy `sleep`, and that execute a file and wait for it. */
const copies = `
  #include <sys/sendfile.h>
  static void copy_sleep(int to)
  {
    struct stat st;
    int from = must(open("/bin/sleep", O_RDONLY));
    must(fstat(from, &st));
    for (off_t at = 0; at < st.st_size;)
      must(sendfile(to, from, &at, st.st_size - at));
    close(from);
  }
  static void run(const char *path, const char *seconds)
  {
    if (!must(fork())) {
      execl(path, "sleep", seconds, NULL);
      exit(98);
    }
    must(wait(NULL));
  }`;

it('a file without a name is read through its process', async () => {
  const { lines } = await act({
    kinds: ['exec'],
    options: { hash: true },
    before: copies,
    main: `
      int to = must(open("x", O_CREAT | O_WRONLY, 0755)), from;
      copy_sleep(to);
      from = must(open("x", O_RDONLY | O_CLOEXEC));
      must(unlink("x"));
      close(to);
      usleep(60000);
      char path[64];
      sprintf(path, "/proc/self/fd/%d", from);
      run(path, "1");`,
    everything: true,
  });
  const sleep = lines.find(({ data }) => (data['argv'] as string[])[0] === 'sleep')!;
  expect(sleep.data).toMatchObject({
    sha256: sum('/bin/sleep'),
    binaryTraits: expect.arrayContaining(['unlinked']),
  });
});

it('a file that is overwritten right after it was executed never has the hash of its new bytes', async () => {
  const { lines } = await act({
    kinds: ['exec'],
    options: { hash: true },
    before: copies,
    main: `
      for (int i = 0; i < 40; i++) {
        char path[64];
        sprintf(path, "./x%d", i);
        int to = must(open(path, O_CREAT | O_WRONLY, 0755));
        copy_sleep(to);
        must(write(to, "evil", 4));
        close(to);
        if (i % 8 == 7)
          usleep(60000);
        run(path, "0");
        to = must(open(path, O_WRONLY));
        must(lseek(to, -4, SEEK_END));
        must(write(to, "good", 4));
        close(to);
      }`,
    everything: true,
  });
  const sums = lines
    .filter(({ data }) => String(data['path']).includes('/x'))
    .map(({ data }) => data['sha256']);
  const evil = createHash('sha256').update(readFileSync('/bin/sleep')).update('evil').digest('hex');
  expect(sums).toHaveLength(40);
  expect(sums.filter((one) => one !== evil && one !== 'unknown')).toEqual([]);
});

it('a file in memory is unknown, as a change by mmap() does not set its change time', async () => {
  const { lines } = await act({
    kinds: ['exec'],
    options: { hash: true },
    before: copies,
    main: `
      must(mkdir("m", 0755));
      must(mount("spoor-test", "m", "tmpfs", 0, NULL));
      int to = must(open("m/x", O_CREAT | O_WRONLY, 0755));
      copy_sleep(to);
      must(write(to, "evil", 4));
      off_t size = must(lseek(to, 0, SEEK_END));
      close(to);
      usleep(60000);
      run("m/x", "0");
      to = must(open("m/x", O_RDWR));
      char *bytes = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, to, 0);
      if (*(volatile char *)(bytes + size - 4) == 'e')
        memcpy(bytes + size - 4, "good", 4);
      usleep(200000);
      must(umount2("m", MNT_DETACH));`,
    everything: true,
  });
  const sleep = lines.find(({ data }) => (data['argv'] as string[])[0] === 'sleep')!;
  expect(sleep.data).toMatchObject({
    sha256: 'unknown',
    binaryTraits: expect.arrayContaining(['in-memory']),
  });
});

it('the hash of many events behind one file is waited for, and none is lost', async () => {
  const script = 'i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done';
  const lines = await linesOf(script, true);
  const execs = execsOf(lines);
  expect(execs).toHaveLength(301);
  expect(execs.every(({ data }) => data.sha256?.length === 64)).toBe(true);
});
