import { features } from '@spoor/object';
import { describe, expect, it } from 'vitest';
import { act } from '../../test/act.js';
import { childProcesses as before } from '../../test/child-processes.js';

/**
 * Without the registers of a task (5.15), the hook of signals does not know the call that sent the
 * signal.
 */
const tellsTarget = features.has('task_regs');

describe('kill', () => {
  it('reports every call that sends a signal to a process or a thread', async () => {
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
    const target = tellsTarget && {
      targetTgid: pid,
      targetComm: 'v\n\u001b\ufffd',
      targetCommRaw: '760a1bff',
      targetStartTimeNs: expect.stringMatching(/^\d+$/),
      targetProcessId: expect.stringMatching(/^[0-9a-f]{16}$/),
    };
    const thread = target && { ...target, targetTid: pid };
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

  it.runIf(tellsTarget)('reports one event per process of a group', async () => {
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

  it('reports failures and signal 0 at the return of the call', async () => {
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

  it.runIf(tellsTarget)('a sender cannot hide behind the code that it puts into the signal', async () => {
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

  it('does not report signals that no call sent', async () => {
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
