import { expect, it } from 'vitest';
import { act } from '../../test/act.js';
import { childProcesses } from '../../test/child-processes.js';

const kinds = ['process-vm'] as const;

/** A page that every child has, and the vectors of a call on `size` bytes of it. */
const before = `
#include <sys/uio.h>
${childProcesses}
static char page[4096] __attribute__((aligned(4096)));

__attribute__((unused)) static long reads(pid_t pid, size_t size, unsigned long flags)
{
	static char own[16384];
	struct iovec local = { own, size }, remote = { page, size };

	return process_vm_readv(pid, &local, 1, &remote, 1, flags);
}

__attribute__((unused)) static long writes(pid_t pid, const void *from, size_t size)
{
	struct iovec local = { (void *)from, size }, remote = { page, size };

	return process_vm_writev(pid, &local, 1, &remote, 1, 0);
}
`;

const identity = {
  targetTgid: expect.any(Number),
  targetStartTimeNs: expect.stringMatching(/^\d+$/),
  targetProcessId: expect.stringMatching(/^[0-9a-f]{16}$/),
};

it('reports reads and writes with their target, and failures', async () => {
  const { data, lines, told } = await act({
    kinds,
    before,
    main: `
      pid_t pid = child("v\\n\\033\\xff");
      tell("%d", pid);
      tell("%d", getpid());
      must(reads(pid, 100, 0));
      must(writes(pid, "new", 4));
      /* The pages behind end somewhere. */
      struct iovec local[2] = { { (char[10]){ 0 }, 10 }, { (char[10]){ 0 }, 10 } };
      struct iovec remote[2] = { { page, 10 }, { NULL, 10 } };
      must(process_vm_readv(pid, local, 2, remote, 2, 0));
      reads(pid, 1, 1);
      writes(pid, (void *)1, 4);
      reads(2147483647, 1, 0);
      reads(-1, 1, 0);
      reads(0, 1, 0);
      if (!must(fork())) {
        must(setuid(1001));
        writes(getppid(), "x", 1);
        _exit(0);
      }
      must(wait(NULL));
      end(pid);`,
  });
  const [pid, self] = told.map(Number);
  const target = { ...identity, targetTgid: pid, targetComm: 'v\n\u001b\ufffd', targetCommRaw: '760a1bff' };
  expect(data).toEqual([
    { call: 'process_vm_readv', pid, bytes: 100, ...target },
    { call: 'process_vm_writev', pid, bytes: 4, ...target },
    { call: 'process_vm_readv', pid, bytes: 10, ...target },
    { call: 'process_vm_readv', pid, ...target, error: 'EINVAL' },
    { call: 'process_vm_writev', pid, ...target, error: 'EFAULT' },
    { call: 'process_vm_readv', pid: 2147483647, error: 'ESRCH' },
    { call: 'process_vm_readv', pid: -1, error: 'ESRCH' },
    { call: 'process_vm_readv', pid: 0, error: 'ESRCH' },
    {
      call: 'process_vm_writev',
      pid: self,
      ...identity,
      targetTgid: self,
      targetComm: 'act',
      error: 'EPERM',
    },
  ]);
  // Only the parent of the last caller was there before its caller.
  expect(lines.map(({ flags }) => flags.includes('racy'))).toEqual([
    ...[true, true, true, true, true],
    ...[false, false, false, false],
  ]);
});

it('names the process of a thread, and of an id in a pid namespace', async () => {
  const { data, events, told } = await act({
    kinds,
    before: `${before}
static void *waits(void *tid)
{
	*(volatile pid_t *)tid = syscall(SYS_gettid);
	for (;;)
		pause();
}`,
    main: `
      volatile pid_t tid = 0;
      pthread_t thread;
      must(pthread_create(&thread, NULL, waits, (void *)&tid));
      while (!tid)
        usleep(1000);
      tell("%d", tid);
      must(reads(tid, 1, 0));
      must(unshare(CLONE_NEWPID));
      pid_t init = must(fork());
      if (init) {
        must(waitpid(init, NULL, 0));
        return 0;
      }
      pid_t inner = child("inner");
      tell("%d", inner);
      must(reads(inner, 1, 0));
      must(reads(getpid(), 1, 0));
      /* A process outside has no id here. */
      reads(tid, 1, 0);
      end(inner);`,
  });
  const [tid, inner] = told.map(Number);
  const [first, second, third] = events;
  expect(data).toEqual([
    { call: 'process_vm_readv', pid: tid, bytes: 1, ...identity, targetComm: 'act' },
    { call: 'process_vm_readv', pid: inner, bytes: 1, ...identity, targetComm: 'inner' },
    { call: 'process_vm_readv', pid: 1, bytes: 1, ...identity, targetComm: 'act' },
    { call: 'process_vm_readv', pid: tid, error: 'ESRCH' },
  ]);
  expect(first?.targetTgid).toBe(first?.tgid);
  expect(first?.targetTgid).not.toBe(tid);
  expect(second?.targetTgid).not.toBe(inner);
  expect(second?.targetStartTimeNs).toBeGreaterThan(second!.startTimeNs);
  expect(third).toMatchObject({ targetTgid: second?.tgid, targetStartTimeNs: second?.startTimeNs });
});

it('finds the right one of many processes', async () => {
  const { events, told } = await act({
    kinds,
    before,
    main: `
      pid_t pids[200];
      for (int i = 0; i < 200; i++) {
        char name[16];
        sprintf(name, "c%d", i);
        pids[i] = child(name);
        tell("%d", pids[i]);
      }
      for (int i = 0; i < 200; i++)
        must(reads(pids[i], 1, 0));
      for (int i = 0; i < 200; i++)
        end(pids[i]);`,
  });
  expect(events.map(({ pid, targetTgid, targetComm }) => [pid, targetTgid, targetComm])).toEqual(
    told.map(Number).map((pid, index) => [pid, pid, `c${index}`]),
  );
});

it('conditions ask for each field', async () => {
  const { lines } = await act({
    kinds,
    before,
    options: {
      scopes: [
        'call: process-vm.call=process_vm_writev',
        'pid: process-vm.pid=2147483647',
        'bytes: process-vm.bytes>=3',
        'target: process-vm.targetTgid>0',
        'comm: process-vm.targetComm=inner',
        'racy: process-vm.racy=1',
        'error: process-vm.error=ESRCH',
      ],
    },
    main: `
      pid_t inner = child("inner");
      must(reads(inner, 2, 0));
      must(writes(getpid(), "new", 3));
      reads(2147483647, 4, 0);
      end(inner);`,
  });
  expect(lines.map(({ scopes }) => scopes.slice(1))).toEqual([
    ['target', 'comm', 'racy'],
    ['call', 'bytes', 'target'],
    ['pid', 'error'],
  ]);
});

it.runIf(process.arch === 'x64')('32-bit callers', async () => {
  const { data, lines, told } = await act({
    kinds,
    before: `${before}
/* The sixth argument, flags, is in the frame pointer. */
static long compat_vm(long number, pid_t pid, long vector)
{
	long result;

	asm volatile("mov %%rbp, %%r12; xor %%ebp, %%ebp; int $0x80; mov %%r12, %%rbp"
		     : "=a"(result)
		     : "a"(number), "b"(pid), "c"(vector), "d"(1), "S"(vector), "D"(1)
		     : "memory", "r8", "r9", "r10", "r11", "r12");
	return (int)result;
}`,
    main: `
      char *text = low("new", 4);
      long local = (long)low(((unsigned[]){ (long)text, 4 }), 8);
      tell("%d", getpid());
      must(compat_vm(347, getpid(), local));
      compat_vm(348, 2147483647, local);`,
  });
  const pid = Number(told[0]);
  expect(data).toEqual([
    { call: 'process_vm_readv', pid, bytes: 4, ...identity, targetTgid: pid, targetComm: 'act' },
    { call: 'process_vm_writev', pid: 2147483647, error: 'ESRCH' },
  ]);
  for (const { flags } of lines) expect(flags).toContain('compat');
});
