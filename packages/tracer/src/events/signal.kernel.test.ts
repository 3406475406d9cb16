import { features } from '@spoor/object';
import { describe, expect, it } from 'vitest';
import { act, hostile } from '../../test/act.js';
import { faults as before } from '../../test/faults.js';

const kinds = ['signal'] as const;

/** Without the registers of a task (5.15), signals of calls are known by what they say. */
const knowsCalls = features.has('task_regs');

const killed = { outcome: 'delivered', action: 'default' };
const toThread = { receiver: 'thread' };

describe('signal', () => {
  it('reports faults with their code and address', async () => {
    const { data, told, lines, events } = await act({
      kinds,
      before,
      main: `
        prctl(PR_SET_NAME, HOSTILE);
        char *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        int fd = must(open("empty", O_CREAT | O_RDWR, 0600));
        char *beyond = mmap(NULL, 4096, PROT_READ, MAP_SHARED, fd, 0);
        tell("0x%lx 0x%lx", (long)page + 7, (long)beyond + 9);
        FAULT(*(volatile char *)16 = 1);
        FAULT(*(volatile char *)(page + 7) = 1);
        FAULT((void)*(volatile char *)(beyond + 9));
        FAULT(__builtin_trap());`,
    });
    const [inPage, inFile] = told[0]!.split(' ');
    const trap = process.arch === 'x64' ? { signal: 'SIGILL', code: 'ILL_ILLOPN' } : { signal: 'SIGTRAP' };
    expect(data).toEqual([
      { signal: 'SIGSEGV', code: 'SEGV_MAPERR', address: '0x10', ...killed, ...toThread },
      { signal: 'SIGSEGV', code: 'SEGV_ACCERR', address: inPage, ...killed, ...toThread },
      { signal: 'SIGBUS', code: 'BUS_ADRERR', address: inFile, ...killed, ...toThread },
      expect.objectContaining({ ...trap, address: expect.stringMatching(/^0x/), ...killed, ...toThread }),
    ]);
    const processes = new Set(events.map(({ tgid }) => tgid));
    expect(processes.size).toBe(4);
    for (const { comm, flags } of lines) {
      expect(comm).toBe(hostile.text);
      expect(flags.includes('racy')).toBe(!knowsCalls);
    }
  });

  it.runIf(process.arch === 'x64')(
    'reports faults of arithmetic, of breakpoints and of protection',
    async () => {
      const { data } = await act({
        kinds,
        before,
        main: `
        FAULT(asm volatile("xor %%ecx, %%ecx; mov $1, %%eax; cdq; idiv %%ecx" ::: "eax", "ecx", "edx"));
        FAULT(asm volatile("int3"));
        FAULT(asm volatile("hlt"));
        FAULT(*(volatile char *)0x8000000000000000 = 1);`,
      });
      expect(data).toEqual([
        {
          signal: 'SIGFPE',
          code: 'FPE_INTDIV',
          address: expect.stringMatching(/^0x/),
          ...killed,
          ...toThread,
        },
        { signal: 'SIGTRAP', code: 'SI_KERNEL', ...killed, ...toThread },
        { signal: 'SIGSEGV', code: 'SI_KERNEL', ...killed, ...toThread },
        { signal: 'SIGSEGV', code: 'SI_KERNEL', ...killed, ...toThread },
      ]);
    },
  );

  it('says what the process does with the signal', async () => {
    const { data } = await act({
      kinds,
      before,
      main: `
        int ends[2];
        sigset_t set;
        must(pipe(ends));
        close(ends[0]);
        FAULT(signal(SIGSEGV, handler); *(volatile char *)16 = 1);
        FAULT(signal(SIGSEGV, SIG_IGN); *(volatile char *)16 = 1);
        FAULT(sigemptyset(&set); sigaddset(&set, SIGSEGV); sigprocmask(SIG_BLOCK, &set, NULL);
              *(volatile char *)16 = 1);
        FAULT(signal(SIGPIPE, SIG_IGN); write(ends[1], "", 1));
        FAULT(signal(SIGPIPE, handler); sigemptyset(&set); sigaddset(&set, SIGPIPE);
              sigprocmask(SIG_BLOCK, &set, NULL); write(ends[1], "", 1); write(ends[1], "", 1));
        FAULT(signal(SIGPIPE, SIG_DFL); write(ends[1], "", 1));`,
    });
    const segv = {
      signal: 'SIGSEGV',
      code: 'SEGV_MAPERR',
      address: '0x10',
      outcome: 'delivered',
      ...toThread,
    };
    const pipe = { signal: 'SIGPIPE', code: 'SI_USER', ...toThread };
    expect(data).toEqual([
      { ...segv, action: 'handler' },
      { ...segv, action: 'default' },
      { ...segv, action: 'default' },
      { ...pipe, outcome: 'ignored', action: 'ignore' },
      { ...pipe, outcome: 'blocked', action: 'handler' },
      { ...pipe, outcome: 'already-pending', action: 'handler' },
      { ...pipe, ...killed },
    ]);
  });

  it('reports timers, the death of a parent and a refused call, but no SIGCHLD', async () => {
    const { data, told, lines } = await act({
      kinds,
      before: `${before}
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>`,
      main: `
        struct itimerval soon = { .it_value = { .tv_usec = 1000 } };
        FAULT(must(setitimer(ITIMER_REAL, &soon, NULL)); pause());
        int ends[2];
        must(pipe(ends));
        FAULT({
          pid_t parent = getpid();
          if (!must(fork())) {
            must(prctl(PR_SET_NAME, "heir"));
            must(prctl(PR_SET_PDEATHSIG, SIGTERM));
            if (getppid() == parent)
              write(ends[1], "", 1);
            pause();
          }
          char byte;
          read(ends[0], &byte, 1);
        });
        close(ends[1]);
        char end;
        read(ends[0], &end, 1);
        struct sock_filter trap[] = {
          BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0),
          BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_getuid, 0, 1),
          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_TRAP),
          BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        };
        struct sock_fprog filter = { .len = 4, .filter = trap };
        tell("%d", SYS_getuid);
        FAULT(must(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
              must(prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter)); syscall(SYS_getuid));`,
    });
    expect(data).toEqual([
      { signal: 'SIGALRM', code: 'SI_KERNEL', ...killed, receiver: 'process' },
      { signal: 'SIGTERM', code: 'SI_USER', ...killed, receiver: 'process' },
      { signal: 'SIGSYS', code: 'SYS_SECCOMP', syscall: Number(told[0]), ...killed, ...toThread },
    ]);
    expect(lines[1]).toMatchObject({ comm: 'heir', ppid: expect.any(Number) });
  });

  it('reports the signal that an owner of a descriptor asked for, and the one at the end of a clone', async () => {
    const { data, told, lines } = await act({
      kinds,
      before,
      main: `
        int pair[2];
        signal(SIGUSR1, SIG_IGN);
        signal(SIGUSR2, SIG_IGN);
        must(socketpair(AF_UNIX, SOCK_STREAM, 0, pair));
        must(fcntl(pair[1], F_SETOWN, getpid()));
        must(fcntl(pair[1], F_SETSIG, SIGUSR1));
        must(fcntl(pair[1], F_SETFL, O_ASYNC));
        tell("%d", getpid());
        if (!must(fork())) {
          must(prctl(PR_SET_NAME, "writer"));
          must(write(pair[0], "x", 1));
          _exit(0);
        }
        must(wait(NULL));
        if (!must(syscall(SYS_clone, SIGUSR2, NULL, NULL, NULL, NULL)))
          _exit(0);
        must(waitpid(-1, NULL, __WALL));`,
    });
    const ignored = { outcome: 'ignored', action: 'ignore', receiver: 'process' };
    expect(data).toEqual([
      { signal: 'SIGUSR1', code: '1', ...ignored },
      { signal: 'SIGUSR2', code: '1', ...ignored },
    ]);
    for (const { tgid, comm } of lines)
      expect({ tgid, comm }).toEqual({ tgid: Number(told[0]), comm: 'act' });
  });

  it('does not report signals of processes, which are the event kill', async () => {
    const { data, lines } = await act({
      kinds: ['signal', 'kill'],
      before,
      main: `
        signal(SIGUSR1, SIG_IGN);
        siginfo_t info = { .si_code = SI_QUEUE };
        must(kill(getpid(), SIGUSR1));
        must(syscall(SYS_tgkill, getpid(), gettid(), SIGUSR1));
        must(syscall(SYS_rt_sigqueueinfo, getpid(), SIGUSR1, &info));
        FAULT(raise(SIGSEGV));
        FAULT(abort());`,
    });
    expect(lines.map(({ event }) => event)).toEqual(Array.from({ length: 5 }, () => 'kill'));
    expect(data.at(-1)).toMatchObject({ signal: 'SIGABRT' });
  });

  it('a process cannot send itself the fault of the kernel, or the event is flagged', async () => {
    const { lines } = await act({
      kinds,
      before,
      main: `
        FAULT(siginfo_t info = { .si_code = SEGV_MAPERR, .si_addr = (void *)16 };
              must(syscall(SYS_rt_sigqueueinfo, getpid(), SIGSEGV, &info)));`,
    });
    expect(lines.map(({ flags }) => flags.includes('racy'))).toEqual(knowsCalls ? [] : [true]);
  });

  it.runIf(process.arch === 'x64')('reports signals of the kernel in calls of 32-bit programs', async () => {
    const { lines, data } = await act({
      kinds: ['signal', 'kill'],
      before,
      main: `
        int ends[2];
        must(pipe(ends));
        close(ends[0]);
        signal(SIGPIPE, SIG_IGN);
        compat(4, ends[1], low_text("x"), 1, 0, 0); /* write */
        must(compat(37, getpid(), SIGPIPE, 0, 0, 0)); /* kill */`,
    });
    expect(lines.map(({ event }) => event)).toEqual(['signal', 'kill']);
    expect(data[0]).toMatchObject({ signal: 'SIGPIPE', outcome: 'ignored' });
  });

  it('conditions ask for each field', async () => {
    const { lines } = await act({
      kinds,
      before,
      options: {
        scopes: [
          'signal: signal.signal=SIGSEGV',
          'code: signal.code=SEGV_MAPERR',
          'kernel: signal.code=SI_KERNEL',
          'address: signal.address=16',
          'outcome: signal.outcome=ignored',
          'action: signal.action=handler',
          'receiver: signal.receiver=process',
          'oom: signal.oomKill=1',
          'syscall: signal.syscall>=0',
        ],
      },
      main: `
        int ends[2];
        must(pipe(ends));
        close(ends[0]);
        struct itimerval soon = { .it_value = { .tv_usec = 1000 } };
        FAULT(*(volatile char *)16 = 1);
        FAULT(signal(SIGSEGV, handler); *(volatile char *)24 = 1);
        FAULT(signal(SIGPIPE, SIG_IGN); write(ends[1], "", 1));
        FAULT(must(setitimer(ITIMER_REAL, &soon, NULL)); pause());`,
    });
    expect(lines.map(({ scopes }) => scopes.slice(1))).toEqual([
      ['signal', 'code', 'address'],
      ['signal', 'code', 'action'],
      ['outcome'],
      ['kernel', 'receiver'],
    ]);
  });

  it('reports each signal of many', async () => {
    const { data } = await act({
      kinds,
      before,
      main: `
        int ends[2];
        must(pipe(ends));
        close(ends[0]);
        signal(SIGPIPE, SIG_IGN);
        for (int i = 0; i < 500; i++)
          write(ends[1], "", 1);`,
    });
    expect(data).toHaveLength(500);
  });
});
