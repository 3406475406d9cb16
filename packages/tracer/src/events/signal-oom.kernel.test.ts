import { expect, it } from 'vitest';
import { act } from '../../test/act.js';
import { faults as before } from '../../test/faults.js';
import { memoryGroup } from '../../test/memory-group.js';
import { oomCode } from '../kernel/oom-code.js';

const kinds = ['signal'] as const;
const killed = { signal: 'SIGKILL', code: 'SI_KERNEL', outcome: 'delivered', action: 'default' };

it('tells the OOM kill apart, with the sizes of the process', async ({ skip }) => {
  using group = memoryGroup(32 << 20);
  if (typeof group.folder !== 'string') return skip(group.reason);
  if (oomCode() === undefined) return skip('/proc/kallsyms hides the addresses of the kernel');
  const { data } = await act({
    kinds,
    before,
    main: `
        FAULT({
          int fd = must(open("${group.folder}/cgroup.procs", O_WRONLY));
          must(dprintf(fd, "%d", getpid()));
          int adjust = must(open("/proc/self/oom_score_adj", O_WRONLY));
          must(dprintf(adjust, "500"));
          char *memory = mmap(NULL, 256 << 20, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
          memset(memory, 1, 256 << 20);
        });`,
  });
  expect(data).toEqual([
    {
      ...killed,
      receiver: 'process',
      oomKill: true,
      totalVmBytes: expect.any(String),
      anonRssBytes: expect.any(String),
      fileRssBytes: expect.any(String),
      shmemRssBytes: expect.any(String),
      oomScoreAdj: 500,
    },
  ]);
  const { totalVmBytes, anonRssBytes } = data[0] as Record<string, string>;
  expect(Number(totalVmBytes)).toBeGreaterThan(256 << 20);
  expect(Number(anonRssBytes)).toBeGreaterThan(16 << 20);
  expect(Number(anonRssBytes)).toBeLessThan(64 << 20);
});

it('does not take another SIGKILL of the kernel for the OOM kill', async () => {
  const { data } = await act({
    kinds,
    before: `${before}
#include <sys/ptrace.h>`,
    main: `
        pid_t victim = must(fork());
        if (!victim)
          for (;;)
            pause();
        FAULT(must(ptrace(PTRACE_SEIZE, victim, 0, PTRACE_O_EXITKILL)));
        wait(NULL);`,
  });
  expect(data).toEqual([{ ...killed, receiver: 'thread' }]);
});
