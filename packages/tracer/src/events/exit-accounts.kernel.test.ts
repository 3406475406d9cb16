import { describe, expect, it } from 'vitest';
import { act } from '../../test/act.js';

/** For `act`: children tell what they know of themselves; the parent asks /proc and wait4(). */
const before = `
#include <sys/resource.h>
#include <time.h>

static long cpu_ns(clockid_t clock)
{
	struct timespec time;

	must(clock_gettime(clock, &time));
	return time.tv_sec * 1000000000 + time.tv_nsec;
}

/* Has the calling thread run for a while. */
__attribute__((unused)) static void burn(long ms)
{
	for (long end = cpu_ns(CLOCK_THREAD_CPUTIME_ID) + ms * 1000000; cpu_ns(CLOCK_THREAD_CPUTIME_ID) < end;)
		;
}

/* Right before the end. */
__attribute__((unused)) static void tell_own(void)
{
	struct rusage usage;

	must(getrusage(RUSAGE_SELF, &usage));
	tell("own %d %ld %ld %ld", getpid(), cpu_ns(CLOCK_PROCESS_CPUTIME_ID), usage.ru_nvcsw, usage.ru_nivcsw);
}

/* The end of a child: it is asked while it is a zombie. */
static void ended(pid_t pid)
{
	char path[64], text[512] = "";
	unsigned long io[6] = {};
	struct rusage usage;
	siginfo_t info;
	int fd, count = 0;

	must(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	sprintf(path, "/proc/%d/io", pid);
	fd = open(path, O_RDONLY);
	if (fd >= 0) {
		must(read(fd, text, sizeof(text) - 1));
		count = sscanf(text, "rchar: %lu wchar: %lu syscr: %lu syscw: %lu read_bytes: %lu write_bytes: %lu",
			       io, io + 1, io + 2, io + 3, io + 4, io + 5);
		close(fd);
	}
	must(wait4(pid, NULL, 0, &usage));
	tell("ended %d %d %lu %lu %lu %lu", pid, count, io[0], io[1], io[4], io[5]);
	tell("usage %d %ld %ld %ld %ld", pid, usage.ru_utime.tv_sec * 1000000000 + usage.ru_utime.tv_usec * 1000,
	     usage.ru_stime.tv_sec * 1000000000 + usage.ru_stime.tv_usec * 1000, usage.ru_maxrss * 1024, usage.ru_nvcsw);
}

#define child(...)                                                                                             \\
	do {                                                                                                   \\
		pid_t pid = must(fork());                                                                      \\
		if (!pid) {                                                                                    \\
			__VA_ARGS__;                                                                           \\
			exit(0);                                                                               \\
		}                                                                                              \\
		ended(pid);                                                                                    \\
	} while (0)
`;

/** The tick of the slowest clock. */
const tickNs = 10_000_000;

async function exits(main: string, more = '') {
  const { lines, told } = await act({ kinds: ['exit'], before: before + more, main });
  const rows = told.map((row) => row.split(' '));
  const numbers = (name: string, tgid: number) =>
    rows
      .find(([first, pid]) => first === name && Number(pid) === tgid)
      ?.slice(2)
      .map(Number);
  return lines
    .filter(({ tgid }) => numbers('ended', tgid) !== undefined)
    .map(({ tgid, data }) => ({
      data,
      cpuNs: Number(data['userTimeNs']) + Number(data['systemTimeNs']),
      own: numbers('own', tgid),
      ended: numbers('ended', tgid)!,
      usage: numbers('usage', tgid)!,
    }));
}

type Exit = Awaited<ReturnType<typeof exits>>[number];

/** Compares with /proc/PID/io of the zombie: `count` of its lines were there. */
function expectBytes({ data, ended: [count, read, write, fromStorage, toStorage] }: Exit) {
  const text = (value: number | undefined, least: number) => (count! < least ? undefined : String(value));
  expect({
    readBytes: data['readBytes'],
    writeBytes: data['writeBytes'],
    storageReadBytes: data['storageReadBytes'],
    storageWriteBytes: data['storageWriteBytes'],
  }).toEqual({
    readBytes: text(read, 4),
    writeBytes: text(write, 4),
    storageReadBytes: text(fromStorage, 6),
    storageWriteBytes: text(toStorage, 6),
  });
}

/** Compares times and switches: at least what the process knew, at most what wait4() returned. */
function expectTimes({ data, cpuNs, own, usage: [user, system, , voluntary] }: Exit) {
  const [ownNs, ownVoluntary, ownInvoluntary] = own!;
  // wait4() has microseconds.
  expect(cpuNs).toBeGreaterThanOrEqual(ownNs!);
  expect(cpuNs).toBeLessThan(user! + system! + tickNs);
  expect(Number(data['voluntarySwitches'])).toBeGreaterThanOrEqual(ownVoluntary!);
  expect(Number(data['voluntarySwitches'])).toBeLessThanOrEqual(voluntary!);
  expect(Number(data['involuntarySwitches'])).toBeGreaterThanOrEqual(ownInvoluntary!);
}

const threads = `
static pthread_t leader;
static pthread_barrier_t all;

static void *work(void *given)
{
  int null = must(open("/dev/null", O_WRONLY));
  burn(3);
  for (int i = 0; i < 100; i++) must(write(null, "0123456789", 10));
  return given;
}

__attribute__((unused)) static void *outlive(void *given)
{
  pthread_t other;
  must(pthread_join(leader, NULL) ? -1 : 0);
  must(pthread_create(&other, NULL, work, NULL) ? -1 : 0);
  must(pthread_join(other, NULL) ? -1 : 0);
  tell_own();
  return given;
}

__attribute__((unused)) static void *work_on(void *given)
{
  work(given);
  pthread_barrier_wait(&all);
  for (;;)
    ;
}`;

describe('the accounts of a process that ends', () => {
  it('are those of /proc and wait4()', async () => {
    const [first, second] = await exits(`
      child(
        char bytes[5000] = "";
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE;
        void *memory = mmap(NULL, 30 << 20, PROT_READ | PROT_WRITE, flags, -1, 0);
        must(munmap(memory, 30 << 20));
        int fd = must(open("file", O_CREAT | O_RDWR, 0600));
        must(write(fd, bytes, sizeof(bytes)));
        must(fsync(fd));
        must(pread(fd, bytes, 3000, 0));
        for (int i = 0; i < 5; i++) must(usleep(100));
        burn(20);
        tell_own();
      );
      child(tell_own());`);
    for (const exit of [first!, second!]) {
      expectBytes(exit);
      expectTimes(exit);
      expect(exit.data['maxRssBytes']).toBe(String(exit.usage[2]));
    }
    expect(first!.cpuNs).toBeGreaterThanOrEqual(20e6);
    expect(Number(first!.data['voluntarySwitches'])).toBeGreaterThanOrEqual(5);
    expect(Number(first!.data['maxRssBytes'])).toBeGreaterThanOrEqual(30 << 20);
    if (first!.ended[0] === 6) {
      expect(Number(first!.data['writeBytes'])).toBeGreaterThanOrEqual(5000);
      expect(Number(first!.data['readBytes'])).toBeGreaterThanOrEqual(3000);
    }
  });

  it('have the time of a process that ends before the first tick', async () => {
    const found = await exits('for (int i = 0; i < 20; i++) child();');
    expect(found).toHaveLength(20);
    for (const { data, cpuNs } of found) expect(cpuNs).toBeLessThan(Number(data['durationNs']) + tickNs);
    expect(found.filter(({ cpuNs }) => cpuNs > 0).length).toBeGreaterThan(10);
  });

  it('include threads that have ended, and the leader that ended first', async () => {
    const [exit] = await exits(
      `
      child(
        pthread_t thread;
        leader = pthread_self();
        work(NULL);
        must(pthread_create(&thread, NULL, outlive, NULL) ? -1 : 0);
        pthread_exit(NULL);
      );`,
      threads,
    );
    expectBytes(exit!);
    expectTimes(exit!);
    expect(exit!.cpuNs).toBeGreaterThanOrEqual(6e6);
    if (exit!.ended[0]! >= 4) expect(Number(exit!.data['writeBytes'])).toBeGreaterThanOrEqual(2000);
  });

  it('include threads that end at the same moment, each once', async () => {
    const found = await exits(
      `
      for (int i = 0; i < 20; i++)
        child(
          pthread_t thread;
          must(pthread_barrier_init(&all, NULL, 9) ? -1 : 0);
          for (int i = 0; i < 8; i++) must(pthread_create(&thread, NULL, work_on, NULL) ? -1 : 0);
          pthread_barrier_wait(&all);
          tell_own();
        );`,
      threads,
    );
    expect(found).toHaveLength(20);
    for (const exit of found) {
      expectBytes(exit);
      expectTimes(exit);
      expect(exit.cpuNs).toBeGreaterThanOrEqual(24e6);
    }
  });

  it('include bytes of children that were waited for, and no memory of them', async () => {
    const [exit] = await exits(`
      child(
        int null = must(open("/dev/null", O_WRONLY));
        static char bytes[5000];
        if (!must(fork())) {
          must(write(null, bytes, sizeof(bytes)));
          mmap(NULL, 30 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
          exit(0);
        }
        must(wait(NULL));
        tell_own();
      );`);
    expectBytes(exit!);
    if (exit!.ended[0]! >= 4) expect(Number(exit!.data['writeBytes'])).toBeGreaterThanOrEqual(5000);
    expect(exit!.usage[2]).toBeGreaterThanOrEqual(30 << 20);
    expect(Number(exit!.data['maxRssBytes'])).toBeLessThan(30 << 20);
  });

  it('select exits by a condition', async () => {
    const { lines } = await act({
      kinds: ['exit'],
      before,
      main: `
        int null = must(open("/dev/null", O_WRONLY));
        child(exit(3));
        static char bytes[5000];
        child(must(write(null, bytes, sizeof(bytes))); exit(4));`,
      options: { scopes: ['much: exit.writeBytes>=5000'] },
    });
    const much = lines.filter(({ scopes }) => scopes.includes('much'));
    const codes = much.map(({ data }) => data['code']);
    expect(codes).not.toContain(3);
    if (lines.some(({ data }) => data['writeBytes'] !== undefined)) expect(codes).toContain(4);
  });
});
