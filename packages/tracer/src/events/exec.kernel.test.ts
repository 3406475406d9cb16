import { features } from '@spoor/object';
import { describe, expect, it } from 'vitest';
import { act, fromUserMemory, hostile } from '../../test/act.js';

/** The gate of 32-bit programs is there on x86-64 only. */
const onX64 = it.runIf(process.arch === 'x64');
const execs = { kinds: ['exec'], before: '__attribute__((unused)) static char *none[] = { NULL };' } as const;
const argvOf = (...words: string[]) =>
  `(char *[]){ ${words.map((word) => JSON.stringify(word)).join(', ')}, NULL }`;

describe('an exec that failed', () => {
  it('is told with its error, its name and its arguments', async () => {
    const { data, lines, folder, program } = await act({
      ...execs,
      main: `
        must(mkdir("folder", 0700));
        close(must(open("text", O_CREAT | O_WRONLY, 0700)));
        close(must(open("closed", O_CREAT | O_WRONLY, 0600)));
        int script = must(open("script", O_CREAT | O_WRONLY, 0700));
        must(write(script, "#!/no/interpreter\\n", 18));
        close(script);
        execve("/no/such", ${argvOf('such', '', 'last')}, none);
        execve("folder", ${argvOf('a')}, none);
        execve("text", ${argvOf('b')}, none);
        execve("closed", ${argvOf('c')}, none);
        execve("script", ${argvOf('d')}, none);
        execve("text/x", ${argvOf('e')}, none);
        execve(HOSTILE, (char *[]){ HOSTILE, NULL }, none);
        execve("", none, none);
        execve((char *)1, ${argvOf('f')}, none);
        execve("/no/such", (char **)1, none);`,
    });
    const base = { path: '', argvTruncated: false };
    const relative = { ...base, directory: folder };
    expect(data[0]).toMatchObject({ path: program });
    expect(data[0]).not.toHaveProperty('error');
    expect(data.slice(1)).toMatchObject([
      { ...base, filename: '/no/such', argv: ['such', '', 'last'], argc: 3, argvBytes: 11, error: 'ENOENT' },
      { ...relative, filename: 'folder', argv: ['a'], error: 'EACCES' },
      { ...relative, filename: 'text', argv: ['b'], error: 'ENOEXEC' },
      { ...relative, filename: 'closed', argv: ['c'], error: 'EACCES' },
      { ...relative, filename: 'script', argv: ['d'], error: 'ENOENT' },
      { ...relative, filename: 'text/x', argv: ['e'], error: 'ENOTDIR' },
      {
        ...relative,
        filename: hostile.text,
        filenameRaw: hostile.hex,
        argv: [hostile.text],
        error: 'ENOENT',
      },
      { ...relative, filename: '', argv: [], argc: 0, error: 'ENOENT' },
      { filename: '', filenameTruncated: true, argv: ['f'], error: 'EFAULT' },
      { filename: '/no/such', argv: [], argc: 0, argvTruncated: true, error: 'ENOENT' },
    ]);
    expect(data[1]).not.toHaveProperty('directory');
    // The program that failed to execute another is still itself.
    for (const { comm, exe } of lines) expect({ comm, exe }).toEqual({ comm: 'act', exe: program });
    expect(fromUserMemory(lines)).toEqual(data.slice(1).map((_, index) => index + 1));
  });

  it('by execveat() starts at the descriptor that it was given', async () => {
    const { data, folder } = await act({
      ...execs,
      main: `
        int here = must(open(".", O_PATH)), file = must(open("text", O_CREAT | O_RDONLY, 0700));
        syscall(SYS_execveat, here, "missing", ${argvOf('a')}, none, 0);
        syscall(SYS_execveat, file, "", ${argvOf('b')}, none, AT_EMPTY_PATH);
        syscall(SYS_execveat, 77, "x", ${argvOf('c')}, none, 0);
        syscall(SYS_execveat, AT_FDCWD, "missing", ${argvOf('d')}, none, 0);`,
    });
    expect(data.slice(1)).toMatchObject([
      { filename: 'missing', directory: folder, argv: ['a'], error: 'ENOENT' },
      { filename: '', directory: `${folder}/text`, argv: ['b'], error: 'ENOEXEC' },
      { filename: 'x', argv: ['c'], error: 'EBADF' },
      { filename: 'missing', directory: folder, argv: ['d'], error: 'ENOENT' },
    ]);
    expect(data[3]).not.toHaveProperty('directory');
  });

  it('has the first of arguments that are too long or too many', async () => {
    const { data } = await act({
      ...execs,
      before: `${execs.before} static char *many[300001], big[200000], half[3000];`,
      main: `
        memset(big, 'x', sizeof(big) - 1);
        memset(half, 'y', sizeof(half) - 1);
        execve("/bin/true", (char *[]){ "a", big, "b", NULL }, none);
        execve("/no/2", (char *[]){ half, half, half, NULL }, none);
        for (int i = 0; i < 300000; i++) many[i] = "argument";
        execve("/bin/true", many, none);`,
    });
    expect(data.slice(1)).toMatchObject([
      { filename: '/bin/true', argc: 3, argvTruncated: true, error: 'E2BIG' },
      { filename: '/no/2', argc: 3, argvTruncated: true, error: 'ENOENT' },
      { filename: '/bin/true', argvTruncated: true, error: 'E2BIG' },
    ]);
    const [, first, second, third] = data as { argv: string[]; argc: number }[];
    expect(first!.argv).toEqual(['a', 'x'.repeat(4092)]);
    expect(second!.argv).toEqual(['y'.repeat(2999), 'y'.repeat(1094)]);
    expect(third!.argc).toBe(features.has('bpf_loop') ? 16384 : 32);
    expect(third!.argv.slice(0, 2)).toEqual(['argument', 'argument']);
  });

  it('is told once, and so is the exec that succeeds after it', async () => {
    const { data, events } = await act({
      ...execs,
      main: `
        if (getenv("AGAIN")) return 0;
        execve("/no/such", ${argvOf('no')}, none);
        execve("/proc/self/exe", ${argvOf('again')}, (char *[]){ "AGAIN=1", NULL });`,
    });
    expect(data.map(({ argv, error }) => [(argv as string[])[0], error])).toEqual([
      [expect.stringMatching(/act$/), undefined],
      ['no', 'ENOENT'],
      ['again', undefined],
    ]);
    expect(events.map(({ result }) => result)).toEqual([0, -2, 0]);
  });

  it('of a thread is told as that of its process', async () => {
    const { data, lines } = await act({
      ...execs,
      before: `${execs.before}
        static void *fail(void *unused) { execve("/no/such", ${argvOf('thread')}, none); return NULL; }`,
      main: `
        pthread_t thread;
        must(-pthread_create(&thread, NULL, fail, NULL));
        pthread_join(thread, NULL);`,
    });
    expect(data[1]).toMatchObject({ argv: ['thread'], error: 'ENOENT' });
    expect(lines[1]!.tgid).toBe(lines[0]!.tgid);
    expect(lines[1]!.tid).not.toBe(lines[1]!.tgid);
  });

  it.each([
    ['exec.result=0', [undefined]],
    ['exec.result<0', ['ENOENT', 'EACCES']],
    ['exec.result=-2', ['ENOENT']],
    ['exec.filename=/no/*', ['ENOENT']],
  ])('can be asked for: %s', async (scope, expected) => {
    const { lines } = await act({
      kinds: ['exec'],
      options: { scopes: [`asked: ${scope}`] },
      main: `
        char *argv[] = { "x", NULL };
        execve("/no/such", argv, argv);
        execve("/", argv, argv);`,
    });
    const asked = lines.filter(({ scopes }) => scopes.includes('asked'));
    expect(asked.map(({ data }) => data['error'])).toEqual(expected);
  });

  it.each([
    ['alone', ['exec']],
    ['beside calls', ['exec', 'open']],
  ] as const)('is told %s by one program', async (_, kinds) => {
    const { lines, variants } = await act({
      kinds,
      main: 'char *argv[] = { "x", NULL }; execve("/no/such", argv, argv);',
    });
    expect(lines.filter(({ data }) => data['filename'] === '/no/such')).toHaveLength(1);
    expect(variants['exec']).toBe('tp_btf/sys_exit');
  });

  onX64('by a 32-bit caller', async () => {
    const { data, lines, folder } = await act({
      ...execs,
      main: `
        unsigned list[3] = { low_text("one"), low_text("two"), 0 };
        long argv = (long)low(list, sizeof(list)), missing = low_text("missing");
        compat(11, missing, argv, 0, 0, 0);              /* execve */
        compat(358, AT_FDCWD, missing, argv, 0, 0);      /* execveat */`,
    });
    const failed = { filename: 'missing', directory: folder, argv: ['one', 'two'], argc: 2, error: 'ENOENT' };
    expect(data.slice(1)).toMatchObject([failed, failed]);
    for (const { flags } of lines.slice(1)) expect(flags).toContain('compat');
  });
});

describe('credentials at an exec', () => {
  const ids = (euid: number, egid: number) => ({ euid, suid: euid, egid, sgid: egid });
  const full = /^0000[0-9a-f]{11}f$/;

  it('are the real, effective and saved ids and what the file gave', async () => {
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

  it('say which capabilities a file gave', async () => {
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

  it('say nothing of gains when root executes what it may', async () => {
    const { data } = await act({ ...execs, main: '' });
    expect(data[0]).toMatchObject({ euid: 0, egid: 0, permittedCapabilities: expect.stringMatching(full) });
    expect(data[0]).not.toHaveProperty('gained');
  });
});

describe('arguments', () => {
  /** Executes itself with one argument of so many bytes (its NUL counted), and a last one. */
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

  it('up to 4,095 bytes are whole; of more the first and the last are kept', async () => {
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

  it.each([
    [1024, 20_000],
    [16_384, 20_000],
    [65_536, 100_000],
  ])('of a limit of %i bytes', async (argvLimit, size) => {
    const limit = Math.min(argvLimit, 65_535);
    const { data, events } = await act({
      ...execs,
      main: longArgument(10, 5000, limit - last, size),
      options: { argvLimit },
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

  it('whose end begins with an argument has that argument whole', async () => {
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

  it.each([0, 1023, 65_537, 4096.5])('a limit of %d is refused', async (argvLimit) => {
    await expect(act({ ...execs, main: '', options: { argvLimit } })).rejects.toMatchObject({
      code: 'INVALID_VALUE',
      message: expect.stringContaining(String(argvLimit)),
    });
  });
});
