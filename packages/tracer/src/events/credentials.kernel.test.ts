import { describe, expect, it } from 'vitest';
import { act, fromUserMemory } from '../../test/act.js';

describe('setuid and setgid', () => {
  it('reports the ids after each call, and the wanted ids of a failed call', async () => {
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

  it('reports ids of the initial user namespace', async () => {
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
  it('reports the sets after the call, and the wanted sets of a failed call', async () => {
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
    expect(fromUserMemory(lines)).toEqual([1, 2]);
  });
});
