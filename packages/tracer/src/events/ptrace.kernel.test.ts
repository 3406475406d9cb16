import { describe, expect, it } from 'vitest';
import { act } from '../../test/act.js';
import { childProcesses as before } from '../../test/child-processes.js';

describe('ptrace', () => {
  it('reports requests with their target thread, and failures', async () => {
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
      targetProcessId: expect.stringMatching(/^[0-9a-f]{16}$/),
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

  it('reports PTRACE_TRACEME, also in a pid namespace', async () => {
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
