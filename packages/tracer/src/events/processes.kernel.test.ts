import { describe, expect, it } from 'vitest';
import { act } from '../../test/act.js';

/** A child that waits to be ended, with a name of its own. */
const before = `
#include <sys/prctl.h>

__attribute__((unused)) static pid_t child(const char *name)
{
	int ready[2];
	char byte;
	pid_t pid;

	must(pipe(ready));
	pid = must(fork());
	if (!pid) {
		prctl(PR_SET_NAME, name);
		signal(SIGUSR1, SIG_IGN);
		signal(SIGUSR2, SIG_IGN);
		must(write(ready[1], "", 1));
		for (;;)
			pause();
	}
	must(read(ready[0], &byte, 1));
	close(ready[0]);
	close(ready[1]);
	return pid;
}

__attribute__((unused)) static void end(pid_t pid)
{
	must(kill(pid, SIGKILL));
	must(waitpid(pid, NULL, 0));
}
`;

describe('kill', () => {
  it('every call that sends a signal, to a process or a thread', async () => {
    const { data, events, lines, told } = await act({
      kinds: ['kill'],
      before,
      main: `
        pid_t pid = child("v\\n\\033\\xff");
        siginfo_t info = { .si_code = SI_QUEUE };
        tell("%d", pid);
        must(kill(pid, SIGUSR1));
        must(syscall(SYS_tkill, pid, SIGUSR1));
        must(syscall(SYS_tgkill, pid, pid, SIGUSR2));
        must(syscall(SYS_rt_sigqueueinfo, pid, SIGUSR1, &info));
        must(syscall(SYS_rt_tgsigqueueinfo, pid, pid, SIGUSR2, &info));
        int fd = must(syscall(SYS_pidfd_open, pid, 0));
        must(syscall(SYS_pidfd_send_signal, fd, SIGUSR1, NULL, 0));
        must(kill(pid, SIGKILL));
        must(waitpid(pid, NULL, 0));`,
    });
    const pid = Number(told[0]);
    const target = {
      targetTgid: pid,
      targetComm: 'v\n\u001b\ufffd',
      targetCommRaw: '760a1bff',
      targetStartTimeNs: expect.stringMatching(/^\d+$/),
    };
    const thread = { ...target, targetTid: pid };
    expect(data).toEqual([
      { signal: 'SIGUSR1', call: 'kill', pid, ...target },
      { signal: 'SIGUSR1', call: 'tkill', pid, ...thread },
      { signal: 'SIGUSR2', call: 'tgkill', pid, ...thread },
      { signal: 'SIGUSR1', call: 'rt_sigqueueinfo', pid, ...target },
      { signal: 'SIGUSR2', call: 'rt_tgsigqueueinfo', pid, ...thread },
      { signal: 'SIGUSR1', call: 'pidfd_send_signal', pidfd: 3, ...target },
      { signal: 'SIGKILL', call: 'kill', pid, ...target },
    ]);
    for (const { tgid } of events) expect(tgid).not.toBe(pid);
    for (const { flags } of lines) expect(flags).not.toContain('user-memory');
  });

  it('one event for each process of a group', async () => {
    const { data, told } = await act({
      kinds: ['kill'],
      before,
      main: `
        must(setpgid(0, 0));
        signal(SIGUSR1, SIG_IGN);
        pid_t a = child("a"), b = child("b");
        tell("%d", getpid());
        tell("%d", a);
        tell("%d", b);
        must(kill(0, SIGUSR1));
        must(kill(-getpid(), SIGUSR1));
        end(a);
        end(b);`,
    });
    const [self, a, b] = told.map(Number);
    const reached = (pid: number | undefined) =>
      data.filter((event) => event['pid'] === pid).map(({ targetTgid }) => targetTgid);
    expect(new Set(reached(0))).toEqual(new Set([self, a, b]));
    expect(reached(0)).toHaveLength(3);
    expect(new Set(reached(-self!))).toEqual(new Set([self, a, b]));
    expect(reached(a)).toEqual([a]);
  });

  it('what could not be sent, and signal 0, at the return of the call', async () => {
    const { data, told } = await act({
      kinds: ['kill'],
      before,
      main: `
        pid_t pid = child("victim");
        tell("%d", pid);
        must(kill(pid, 0));
        kill(pid, 65);
        kill(2147483647, SIGTERM);
        syscall(SYS_tgkill, 1, 2147483647, SIGTERM);
        syscall(SYS_pidfd_send_signal, 999, SIGTERM, NULL, 0);
        if (!fork()) {
          must(setuid(1001));
          kill(1, SIGTERM);
          exit(0);
        }
        must(wait(NULL));
        end(pid);`,
    });
    const pid = Number(told[0]);
    expect(data.slice(0, -1)).toEqual([
      { signal: null, call: 'kill', pid },
      { signal: '65', call: 'kill', pid, error: 'EINVAL' },
      { signal: 'SIGTERM', call: 'kill', pid: 2147483647, error: 'ESRCH' },
      { signal: 'SIGTERM', call: 'tgkill', pid: 2147483647, error: 'ESRCH' },
      { signal: 'SIGTERM', call: 'pidfd_send_signal', pidfd: 999, error: 'EBADF' },
      { signal: 'SIGTERM', call: 'kill', pid: 1, error: 'EPERM' },
    ]);
  });

  it('a sender cannot hide behind the code that it puts into the signal', async () => {
    const { data, told } = await act({
      kinds: ['kill'],
      before,
      main: `
        pid_t pid = child("victim");
        siginfo_t info = { .si_code = SI_TIMER };
        tell("%d", pid);
        must(syscall(SYS_rt_sigqueueinfo, pid, SIGUSR1, &info));
        end(pid);`,
    });
    expect(data[0]).toMatchObject({
      signal: 'SIGUSR1',
      call: 'rt_sigqueueinfo',
      targetTgid: Number(told[0]),
    });
  });

  it('signals that nobody sent by a call are not told', async () => {
    const { data } = await act({
      kinds: ['kill'],
      before: `${before}
#include <sys/time.h>`,
      main: `
        struct itimerval soon = { .it_value = { .tv_usec = 1000 } };
        signal(SIGALRM, SIG_IGN);
        signal(SIGPIPE, SIG_IGN);
        must(setitimer(ITIMER_REAL, &soon, NULL));
        usleep(20000);
        int ends[2];
        must(pipe(ends));
        close(ends[0]);
        write(ends[1], "", 1);
        if (!fork())
          exit(0);
        must(wait(NULL));
        must(kill(getpid(), SIGALRM));`,
    });
    expect(data).toMatchObject([{ signal: 'SIGALRM', call: 'kill' }]);
  });
});

describe('ptrace', () => {
  it('requests with the thread that they are about, and failures', async () => {
    const { data, told } = await act({
      kinds: ['ptrace'],
      before: `${before}
static long word = 7;`,
      main: `
        pid_t pid = child("traced"), other = child("other");
        long seen;
        tell("%d", pid);
        tell("%d", other);
        tell("%lx", (long)&word);
        tell("%lx", (long)&seen);
        must(syscall(SYS_ptrace, PTRACE_SEIZE, other, 0, 0));
        must(syscall(SYS_ptrace, PTRACE_ATTACH, pid, 0, 0));
        must(waitpid(pid, NULL, __WALL));
        must(syscall(SYS_ptrace, PTRACE_PEEKDATA, pid, &word, &seen));
        must(syscall(SYS_ptrace, PTRACE_POKEDATA, pid, &word, 0xfeed));
        must(syscall(SYS_ptrace, PTRACE_DETACH, pid, 0, 0));
        syscall(SYS_ptrace, PTRACE_PEEKDATA, pid, &word, &seen);
        syscall(SYS_ptrace, PTRACE_ATTACH, 2147483647, 0, 0);
        syscall(SYS_ptrace, PTRACE_ATTACH, getpid(), 0, 0);
        syscall(SYS_ptrace, 77, other, 0, 0);
        end(pid);
        end(other);`,
    });
    const [pid, other] = told.slice(0, 2).map(Number);
    const [word, seen] = told.slice(2).map((text) => `0x${text}`);
    const target = (tgid: number | undefined, comm: string) => ({
      targetTgid: tgid,
      targetTid: tgid,
      targetComm: comm,
      targetStartTimeNs: expect.stringMatching(/^\d+$/),
    });
    const none = { address: '0x0', data: '0x0' };
    expect(data.slice(0, 6)).toEqual([
      { request: 'PTRACE_SEIZE', pid: other, ...none, ...target(other, 'other') },
      { request: 'PTRACE_ATTACH', pid, ...none, ...target(pid, 'traced') },
      { request: 'PTRACE_PEEKDATA', pid, address: word, data: seen, ...target(pid, 'traced') },
      { request: 'PTRACE_POKEDATA', pid, address: word, data: '0xfeed', ...target(pid, 'traced') },
      { request: 'PTRACE_DETACH', pid, ...none },
      { request: 'PTRACE_PEEKDATA', pid, address: word, data: seen, error: 'ESRCH' },
    ]);
    expect(data.slice(6)).toMatchObject([
      { request: 'PTRACE_ATTACH', pid: 2147483647, error: 'ESRCH' },
      { request: 'PTRACE_ATTACH', error: 'EPERM' },
      { request: '77', pid: other, targetTgid: other, error: 'ESRCH' },
    ]);
  });

  it('by the one that asks to be traced, and in a pid namespace', async () => {
    const { data, events, told } = await act({
      kinds: ['ptrace'],
      before,
      main: `
        must(unshare(CLONE_NEWPID));
        pid_t init = must(fork());
        if (init) {
          must(waitpid(init, NULL, 0));
          return 0;
        }
        /* The first of its namespace: its children have small ids there. */
        pid_t traced = must(fork());
        if (!traced) {
          must(ptrace(PTRACE_TRACEME, 0, 0, 0));
          raise(SIGSTOP);
          exit(0);
        }
        must(waitpid(traced, NULL, __WALL));
        tell("%d", traced);
        must(ptrace(PTRACE_CONT, traced, 0, 0));
        must(waitpid(traced, NULL, __WALL));`,
    });
    const [asked, resumed] = events;
    expect(asked?.targetTgid).toBe(asked?.tgid);
    expect(data[0]).toMatchObject({ request: 'PTRACE_TRACEME', pid: 0 });
    expect(data[1]).toMatchObject({ request: 'PTRACE_CONT', pid: Number(told[0]), targetTgid: asked?.tgid });
    expect(Number(told[0])).not.toBe(asked?.tgid);
    expect(resumed?.tgid).not.toBe(asked?.tgid);
  });
});

describe('setuid and setgid', () => {
  it('the ids after each call, and what a failed one asked for', async () => {
    const { data, lines } = await act({
      kinds: ['setuid', 'setgid'],
      main: `
        must(syscall(SYS_setresgid, 1, 2, 3));
        must(syscall(SYS_setfsgid, 1) >= 0 ? 0 : -1);
        must(syscall(SYS_setregid, -1, 4));
        must(syscall(SYS_setgid, 5));
        must(syscall(SYS_setresuid, -1, 1001, -1));
        syscall(SYS_setfsuid, 0);
        must(syscall(SYS_setuid, 0));
        must(syscall(SYS_setreuid, 1001, 1002));
        syscall(SYS_setuid, 0);
        syscall(SYS_setgid, 0);
        syscall(SYS_setresuid, 0, -1, 7);`,
    });
    const ids = (real: number, effective: number, saved: number, filesystem = effective) => ({
      real,
      effective,
      saved,
      filesystem,
    });
    expect(data).toEqual([
      { call: 'setresgid', requested: [1, 2, 3], ...ids(1, 2, 3) },
      { call: 'setfsgid', requested: [1], ...ids(1, 2, 3, 1) },
      { call: 'setregid', requested: [null, 4], ...ids(1, 4, 4) },
      { call: 'setgid', requested: [5], ...ids(5, 5, 5) },
      { call: 'setresuid', requested: [null, 1001, null], ...ids(0, 1001, 0) },
      { call: 'setfsuid', requested: [0], ...ids(0, 1001, 0, 0) },
      { call: 'setuid', requested: [0], ...ids(0, 0, 0) },
      { call: 'setreuid', requested: [1001, 1002], ...ids(1001, 1002, 1002) },
      { call: 'setuid', requested: [0], ...ids(1001, 1002, 1002), error: 'EPERM' },
      { call: 'setgid', requested: [0], ...ids(5, 5, 5), error: 'EPERM' },
      { call: 'setresuid', requested: [0, null, 7], ...ids(1001, 1002, 1002), error: 'EPERM' },
    ]);
    for (const { flags } of lines) expect(flags).not.toContain('user-memory');
  });

  it('in a user namespace the ids are those of the initial one', async () => {
    const { data } = await act({
      kinds: ['setuid'],
      main: `
        int unshared[2], mapped[2];
        char path[64], byte;
        must(pipe(unshared));
        must(pipe(mapped));
        pid_t pid = must(fork());
        if (!pid) {
          must(unshare(CLONE_NEWUSER));
          must(write(unshared[1], "", 1));
          must(read(mapped[0], &byte, 1));
          must(setuid(7));
          setuid(11);
          exit(0);
        }
        must(read(unshared[0], &byte, 1));
        sprintf(path, "/proc/%d/uid_map", pid);
        must(write(must(open(path, O_WRONLY)), "0 100 10", 8));
        must(write(mapped[1], "", 1));
        must(wait(NULL));`,
    });
    expect(data).toMatchObject([
      { requested: [7], real: 107 },
      { requested: [11], real: 107, error: 'EINVAL' },
    ]);
  });
});

describe('capset', () => {
  it('the sets after the call, and what a failed one asked for', async () => {
    const { data, lines } = await act({
      kinds: ['capset'],
      main: `
        struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
        struct __user_cap_data_struct sets[2] = {
          { .effective = 1 << CAP_KILL, .permitted = 1 << CAP_KILL | 1 << CAP_CHOWN, .inheritable = 1 << CAP_CHOWN },
          { .effective = 0, .permitted = 1 << (CAP_BPF - 32), .inheritable = 0 },
        };
        must(syscall(SYS_capset, &header, sets));
        sets[0].effective |= 1 << CAP_SYS_ADMIN;
        sets[0].permitted |= 1 << CAP_SYS_ADMIN;
        syscall(SYS_capset, &header, sets);
        header.version = 0x19980330;
        syscall(SYS_capset, &header, sets);
        syscall(SYS_capset, &header, (void *)1);`,
    });
    const after = {
      effective: ['CAP_KILL'],
      permitted: ['CAP_CHOWN', 'CAP_KILL', 'CAP_BPF'],
      inheritable: ['CAP_CHOWN'],
    };
    const asked = { effective: ['CAP_KILL', 'CAP_SYS_ADMIN'], inheritable: ['CAP_CHOWN'] };
    expect(data).toEqual([
      after,
      {
        ...after,
        requested: { ...asked, permitted: ['CAP_CHOWN', 'CAP_KILL', 'CAP_SYS_ADMIN', 'CAP_BPF'] },
        error: 'EPERM',
      },
      {
        ...after,
        requested: { ...asked, permitted: ['CAP_CHOWN', 'CAP_KILL', 'CAP_SYS_ADMIN'] },
        error: 'EPERM',
      },
      { ...after, requested: { effective: [], permitted: [], inheritable: [] }, error: 'EFAULT' },
    ]);
    expect(lines.map(({ flags }) => flags.includes('user-memory'))).toEqual([false, true, true, false]);
  });
});
