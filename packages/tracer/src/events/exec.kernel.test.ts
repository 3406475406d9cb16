import { describe, expect, it } from 'vitest';
import { act, fromUserMemory } from '../../test/act.js';

const execs = { kinds: ['exec'], before: '__attribute__((unused)) static char *none[] = { NULL };' } as const;
const argvOf = (...words: string[]) =>
  `(char *[]){ ${words.map((word) => JSON.stringify(word)).join(', ')}, NULL }`;

/** The variant of kernels on which no hook copies arguments. */
const noCopy = 'none: flag user-memory';

describe('credentials at an exec', () => {
  const ids = (euid: number, egid: number) => ({ euid, suid: euid, egid, sgid: egid });
  const full = /^0000[0-9a-f]{11}f$/;

  it('are the real, effective and saved ids, and what the file granted', async () => {
    const { lines } = await act({
      ...execs,
      main: `
        if (getenv("AGAIN")) return 0;
        char *env[] = { "AGAIN=1", NULL };
        const char *files[] = { "plain", "setuid", "setgid", "both" };
        int modes[] = { 0755, 04755, 02755, 06755 };
        must(chmod(".", 0755));
        for (int i = 0; i < 4; i++) {
          char command[64];
          sprintf(command, "cp act %s", files[i]);
          must(system(command));
          must(chmod(files[i], modes[i]));
        }
        for (int i = 0; i < 4; i++) {
          pid_t pid = must(fork());
          if (!pid) {
            must(syscall(SYS_setgroups, i, (gid_t[]){ 7, 8, 9 }));
            must(setresgid(1002, 1002, 1002));
            must(setresuid(1001, 1001, 1001));
            execve(files[i], (char *[]){ (char *)files[i], "x", NULL }, env);
            _exit(1);
          }
          must(waitpid(pid, NULL, 0));
        }`,
      options: { scopes: ['all: exec.argc=2'] },
      everything: true,
    });
    const own = lines.filter(({ data }) => (data['argv'] as string[])[1] === 'x');
    expect(own.map(({ uid }) => uid)).toEqual([1001, 1001, 1001, 1001]);
    expect(own.map(({ data }) => data['supplementaryGroups'])).toEqual([0, 1, 2, 3]);
    expect(own.map(({ data }) => data)).toMatchObject([
      { gid: 1002, ...ids(1001, 1002), effectiveCapabilities: '0000000000000000' },
      { gid: 1002, ...ids(0, 1002), effectiveCapabilities: expect.stringMatching(full) },
      { gid: 1002, ...ids(1001, 0), permittedCapabilities: '0000000000000000', gained: ['egid'] },
      { gid: 1002, ...ids(0, 0), permittedCapabilities: expect.stringMatching(full) },
    ]);
    const gained = own.map(({ data }) => (data['gained'] ?? []) as string[]);
    expect(gained[0]).toEqual([]);
    expect(gained[1]).toEqual(expect.arrayContaining(['euid', 'CAP_CHOWN', 'CAP_SYS_ADMIN']));
    expect(gained[3]).toEqual(expect.arrayContaining(['euid', 'egid', 'CAP_KILL']));
  });

  it('include the capabilities that a file granted', async () => {
    const { lines } = await act({
      ...execs,
      main: `
        /* struct vfs_ns_cap_data, revision 2: permitted CAP_NET_RAW, effective. */
        struct { unsigned magic, data[4]; } capability = { 0x02000001, { 1 << CAP_NET_RAW, 0, 0, 0 } };
        char *env[] = { NULL };
        must(chmod(".", 0755));
        must(system("cp /bin/true raw"));
        must(syscall(SYS_setxattr, "raw", "security.capability", &capability, sizeof(capability), 0));
        must(setresuid(1001, 1001, 1001));
        if (!must(fork())) execve("raw", ${argvOf('raw', 'x')}, env);
        wait(NULL);`,
      everything: true,
    });
    const own = lines.find(({ data }) => (data['argv'] as string[])[0] === 'raw');
    expect(own).toMatchObject({
      uid: 1001,
      data: {
        euid: 1001,
        effectiveCapabilities: '0000000000002000',
        permittedCapabilities: '0000000000002000',
        gained: ['CAP_NET_RAW'],
      },
    });
  });

  it('report no gain if root executes a program', async () => {
    const { data } = await act({ ...execs, main: '' });
    expect(data[0]).toMatchObject({ euid: 0, egid: 0, permittedCapabilities: expect.stringMatching(full) });
    expect(data[0]).not.toHaveProperty('gained');
  });
});

describe('arguments', () => {
  /** Executes itself with an argument of this many bytes (with its NUL), and a last argument. */
  const longArgument = (...sizes: number[]) => `
    static char text[200000];
    int sizes[] = { ${sizes.join(', ')} };
    char *env[] = { "AGAIN=1", NULL };
    if (getenv("AGAIN")) return 0;
    for (int i = 0; i < ${sizes.length}; i++) {
      memset(text, 'x', sizes[i] - 1);
      text[sizes[i] - 1] = 0;
      pid_t pid = must(fork());
      if (!pid) execve("/proc/self/exe", (char *[]){ text, "--marker", NULL }, env);
      must(waitpid(pid, NULL, 0));
    }`;
  interface Arguments {
    argv: string[];
    argvTail?: string[];
    argvTailTruncated?: true;
    argvBytes: number;
    argvTruncated: boolean;
  }
  const last = '--marker\0'.length;

  it('are whole up to 4,095 bytes; beyond, the first and the last bytes are kept', async () => {
    const { data } = await act({ ...execs, main: longArgument(4095 - last, 4096 - last, 20_000) });
    const [, whole, cut, long] = data as unknown as Arguments[];
    expect(whole).toMatchObject({ argvBytes: 4095, argvTruncated: false });
    expect(whole!.argv).toEqual(['x'.repeat(4094 - last), '--marker']);
    expect(whole).not.toHaveProperty('argvTail');
    for (const [one, size] of [
      [cut!, 4096],
      [long!, 20_000 + last],
    ] as const) {
      expect(one).toMatchObject({ argvBytes: size, argvTruncated: true, argvTailTruncated: true });
      expect(one.argv).toEqual(['x'.repeat(4095 - 512)]);
      expect(one.argvTail).toEqual(['x'.repeat(512 - last - 1), '--marker']);
    }
  });

  it('are flagged as read from user memory if no hook copies them, or if they are too long for it', async () => {
    const { lines, variants } = await act({
      ...execs,
      main: longArgument(1920 - last, 1921 - last, 20_000),
      options: { tuning: { argvLimit: 8192 } },
    });
    const unproven = variants['exec arguments'] === noCopy;
    expect(fromUserMemory(lines)).toEqual(unproven ? [0, 1, 2, 3] : [2, 3]);
  });

  it('are those of the call, or flagged, if another process overwrites them in the new memory', async () => {
    const { lines, told, variants } = await act({
      kinds: ['exec'],
      before: `
        #include <sys/personality.h>
        #include <sys/uio.h>
        static const char word[] = "--truth", lie[] = "--false";

        /* Overwrites the word as soon as it is there. */
        static void overwrite(pid_t pid, void *at)
        {
          char found[sizeof(word)];
          struct iovec own = { found, sizeof(word) }, other = { at, sizeof(word) };

          while (!waitpid(pid, NULL, WNOHANG)) {
            if (process_vm_readv(pid, &own, 1, &other, 1, 0) != sizeof(word) || memcmp(found, word, sizeof(word)))
              continue;
            own.iov_base = (void *)lie;
            process_vm_writev(pid, &own, 1, &other, 1, 0);
            waitpid(pid, NULL, 0);
            return;
          }
        }`,
      main: `
        char *env[] = { "AGAIN=1", NULL };
        struct { void *at; char word[sizeof(word)]; } seen;
        int ends[2];
        if (getenv("AGAIN")) {
          seen.at = program_invocation_name + strlen(program_invocation_name) + 1;
          memcpy(seen.word, seen.at, sizeof(word));
          must(write(10, &seen, sizeof(seen)));
          return 0;
        }
        /* From now on each exec puts its arguments at the same place. */
        must(personality(ADDR_NO_RANDOMIZE));
        must(pipe(ends));
        must(dup2(ends[1], 10));
        for (int i = 0; i <= 200; i++) {
          pid_t pid = must(fork());
          if (!pid) execve("/proc/self/exe", ${argvOf('/proc/self/exe', '--truth')}, env);
          if (i)
            overwrite(pid, seen.at);
          else
            must(waitpid(pid, NULL, 0));
          must(read(ends[0], &seen, sizeof(seen)));
          tell("%s", seen.word);
        }`,
    });
    const execsOfItself = lines.slice(1);
    expect(execsOfItself).toHaveLength(201);
    expect(told.filter((line) => line === '--false')).not.toHaveLength(0);
    if (variants['exec arguments'] === noCopy) {
      expect(fromUserMemory(execsOfItself)).toHaveLength(201);
    } else {
      expect(fromUserMemory(execsOfItself)).toEqual([]);
      const argv = execsOfItself.map(({ data }) => (data['argv'] as string[]).join(' '));
      expect(new Set(argv)).toEqual(new Set(['/proc/self/exe --truth']));
    }
  });

  it.each([
    [1024, 20_000],
    [16_384, 20_000],
    [65_536, 100_000],
  ])('with a limit of %i bytes', async (argvLimit, size) => {
    const limit = Math.min(argvLimit, 65_535);
    const { data, events } = await act({
      ...execs,
      main: longArgument(10, 5000, limit - last, size),
      options: { tuning: { argvLimit } },
    });
    const [, short, middle, most, long] = data as unknown as Arguments[];
    expect(short).toMatchObject({ argv: ['x'.repeat(9), '--marker'], argvTruncated: false });
    expect(middle!.argvTruncated).toBe(5000 + last > limit);
    expect(most).toMatchObject({ argvBytes: limit, argvTruncated: false });
    expect(most!.argv).toEqual(['x'.repeat(limit - last - 1), '--marker']);
    expect(long).toMatchObject({ argvBytes: size + last, argvTruncated: true, argvTailTruncated: true });
    expect(long!.argv).toEqual(['x'.repeat(limit - 512)]);
    expect(long!.argvTail!.at(-1)).toBe('--marker');
    for (const { exe, filename } of events.slice(1)) {
      expect(exe).toMatch(/act$/);
      expect(filename).toBe('/proc/self/exe');
    }
  });

  it('keep an argument whole that begins at the kept end', async () => {
    const { data } = await act({
      ...execs,
      main: `
        static char text[4000], tail[512 - 2];
        if (getenv("AGAIN")) return 0;
        memset(text, 'x', sizeof(text) - 1);
        memset(tail, 'y', sizeof(tail) - 1);
        execve("/proc/self/exe", (char *[]){ text, tail, "z", NULL }, (char *[]){ "AGAIN=1", NULL });`,
    });
    expect(data[1]).toMatchObject({ argvTail: ['y'.repeat(509), 'z'], argvTruncated: true });
    expect(data[1]).not.toHaveProperty('argvTailTruncated');
  });

  it.each([0, 1023, 65_537, 4096.5])('reject a limit of %d', async (argvLimit) => {
    await expect(act({ ...execs, main: '', options: { tuning: { argvLimit } } })).rejects.toMatchObject({
      code: 'INVALID_VALUE',
      message: expect.stringContaining(String(argvLimit)),
    });
  });
});
