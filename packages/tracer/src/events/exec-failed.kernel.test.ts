import { features } from '@spoor/object';
import { describe, expect, it } from 'vitest';
import { act, fromUserMemory, hostile } from '../../test/act.js';

/** Only x86-64 has the gate of 32-bit programs. */
const onX64 = it.runIf(process.arch === 'x64');
const failures = {
  kinds: ['exec-failed'],
  before: '__attribute__((unused)) static char *none[] = { NULL };',
} as const;
const argvOf = (...words: string[]) =>
  `(char *[]){ ${words.map((word) => JSON.stringify(word)).join(', ')}, NULL }`;

describe('an exec that failed', () => {
  it('is reported with its error, name and arguments', async () => {
    const { data, lines, folder, program } = await act({
      ...failures,
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
    const base = { argvTruncated: false };
    const relative = { ...base, directory: folder };
    expect(data).toMatchObject([
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
      // Old kernels look for the arguments first, and new ones for the file.
      {
        filename: '/no/such',
        argv: [],
        argc: 0,
        argvTruncated: true,
        error: expect.stringMatching(/^E(NOENT|FAULT)$/),
      },
    ]);
    expect(data[0]).not.toHaveProperty('directory');
    // After the failure, the process still runs its program.
    for (const { comm, exe } of lines) expect({ comm, exe }).toEqual({ comm: 'act', exe: program });
    expect(fromUserMemory(lines)).toEqual(data.map((_, index) => index));
  });

  it('has no name and no arguments if the old memory is gone', async () => {
    const page = 0x1000_0000;
    const { events, lines, data, folder, program, variants } = await act({
      kinds: ['exec-failed', 'exit'],
      before: `
        #include <elf.h>
        struct page { char name[16], argument[16]; char *argv[3]; };
        /* The second segment lies beyond all addresses, which the kernel finds last. */
        static void write_program(const struct page *page)
        {
          struct { Elf64_Ehdr file; Elf64_Phdr segments[2]; } head = {
            .file = { .e_ident = ELFMAG "\\2\\1\\1", .e_type = ET_EXEC, .e_version = 1, .e_phoff = sizeof(Elf64_Ehdr),
              .e_ehsize = sizeof(Elf64_Ehdr), .e_phentsize = sizeof(Elf64_Phdr), .e_phnum = 2 },
            .segments = {
              { .p_type = PT_LOAD, .p_flags = PF_R | PF_X, .p_offset = 4096, .p_vaddr = ${page}, .p_filesz = 4096, .p_memsz = 4096 },
              { .p_type = PT_LOAD, .p_flags = PF_R, .p_offset = 4096, .p_vaddr = 1UL << 62, .p_filesz = 4096, .p_memsz = 4096 },
            },
          };
          int own = must(open("/proc/self/exe", O_RDONLY)), fd = must(open("fatal", O_CREAT | O_WRONLY, 0700));
          Elf64_Ehdr self;

          must(read(own, &self, sizeof(self)));
          head.file.e_machine = self.e_machine;
          must(pwrite(fd, &head, sizeof(head), 0));
          must(pwrite(fd, page, sizeof(*page), 4096));
          must(ftruncate(fd, 8192));
          close(fd);
          close(own);
        }`,
      main: `
        struct page *page = mmap((void *)${page}, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
        struct page forged = { "./forged", "--forged", { page->name, page->argument, NULL } };
        int status;

        write_program(&forged);
        *page = (struct page){ "./fatal", "--true", { page->name, page->argument, NULL } };
        pid_t pid = must(fork());
        if (!pid) {
          execve(page->name, page->argv, NULL);
          _exit(1);
        }
        must(waitpid(pid, &status, 0));
        if (!WIFSIGNALED(status)) return 1;`,
      everything: true,
    });
    const [failed, exit] = lines;
    expect(lines.map(({ event }) => event)).toEqual(['exec-failed', 'exit', 'exit']);
    expect(data[0]).toMatchObject({
      filename: '',
      filenameTruncated: true,
      argv: [],
      argc: 0,
      argvTruncated: true,
    });
    expect(events[0]).toMatchObject({ kind: 'exec-failed', comm: 'fatal' });
    const exe = variants['exec arguments'] === 'none: flag user-memory' ? program : `${folder}/fatal`;
    expect([failed?.exe, exit?.exe]).toEqual([exe, exe]);
  });

  it('has its name and arguments while a fatal signal is blocked', async () => {
    const { data } = await act({
      ...failures,
      main: `
        sigset_t signals;
        sigemptyset(&signals);
        sigaddset(&signals, SIGSEGV);
        must(sigprocmask(SIG_BLOCK, &signals, NULL));
        must(raise(SIGSEGV));
        must(kill(getpid(), SIGSEGV));
        execve("/no/such", ${argvOf('such', 'last')}, none);`,
    });
    expect(data).toMatchObject([{ filename: '/no/such', argv: ['such', 'last'], argvTruncated: false }]);
  });

  it('by execveat() starts at the given descriptor', async () => {
    const { data, folder } = await act({
      ...failures,
      main: `
        int here = must(open(".", O_PATH)), file = must(open("text", O_CREAT | O_RDONLY, 0700));
        syscall(SYS_execveat, here, "missing", ${argvOf('a')}, none, 0);
        syscall(SYS_execveat, file, "", ${argvOf('b')}, none, AT_EMPTY_PATH);
        syscall(SYS_execveat, 77, "x", ${argvOf('c')}, none, 0);
        syscall(SYS_execveat, AT_FDCWD, "missing", ${argvOf('d')}, none, 0);`,
    });
    expect(data).toMatchObject([
      { filename: 'missing', directory: folder, argv: ['a'], error: 'ENOENT' },
      { filename: '', directory: `${folder}/text`, argv: ['b'], error: 'ENOEXEC' },
      { filename: 'x', argv: ['c'], error: 'EBADF' },
      { filename: 'missing', directory: folder, argv: ['d'], error: 'ENOENT' },
    ]);
    expect(data[2]).not.toHaveProperty('directory');
  });

  it('has the first of too long or too many arguments', async () => {
    const { data } = await act({
      ...failures,
      before: `${failures.before} static char *many[300001], big[200000], half[3000];`,
      main: `
        memset(big, 'x', sizeof(big) - 1);
        memset(half, 'y', sizeof(half) - 1);
        execve("/bin/true", (char *[]){ "a", big, "b", NULL }, none);
        execve("/no/2", (char *[]){ half, half, half, NULL }, none);
        for (int i = 0; i < 300000; i++) many[i] = "argument";
        execve("/bin/true", many, none);`,
    });
    expect(data).toMatchObject([
      { filename: '/bin/true', argc: 3, argvTruncated: true, error: 'E2BIG' },
      { filename: '/no/2', argc: 3, argvTruncated: true, error: 'ENOENT' },
      { filename: '/bin/true', argvTruncated: true, error: 'E2BIG' },
    ]);
    const [first, second, third] = data as unknown as { argv: string[]; argc: number }[];
    expect(first!.argv).toEqual(['a', 'x'.repeat(4092)]);
    expect(second!.argv).toEqual(['y'.repeat(2999), 'y'.repeat(1094)]);
    expect(third!.argc).toBe(features.has('bpf_loop') ? 16384 : 32);
    expect(third!.argv.slice(0, 2)).toEqual(['argument', 'argument']);
  });

  it('is reported once, and so is the exec that succeeds after it', async () => {
    const { lines } = await act({
      ...failures,
      kinds: ['exec', 'exec-failed'],
      main: `
        if (getenv("AGAIN")) return 0;
        execve("/no/such", ${argvOf('no')}, none);
        execve("/proc/self/exe", ${argvOf('again')}, (char *[]){ "AGAIN=1", NULL });`,
    });
    expect(lines.map(({ event, data }) => [event, (data['argv'] as string[])[0]])).toEqual([
      ['exec', expect.stringMatching(/act$/)],
      ['exec-failed', 'no'],
      ['exec', 'again'],
    ]);
  });

  it('of a thread is reported for its process', async () => {
    const { data, lines } = await act({
      ...failures,
      before: `${failures.before}
        static void *fail(void *unused) { execve("/no/such", ${argvOf('thread')}, none); return NULL; }`,
      main: `
        pthread_t thread;
        must(-pthread_create(&thread, NULL, fail, NULL));
        pthread_join(thread, NULL);`,
    });
    expect(data).toMatchObject([{ argv: ['thread'], error: 'ENOENT' }]);
    expect(lines[0]!.tid).not.toBe(lines[0]!.tgid);
  });

  it.each([
    ['exec-failed', ['ENOENT', 'EACCES']],
    ['exec-failed.result=-2', ['ENOENT']],
    ['exec-failed.result!=-2', ['EACCES']],
    ['exec-failed.filename=/no/*', ['ENOENT']],
    ['exec', []],
  ])('matches conditions: %s', async (scope, expected) => {
    const { lines } = await act({
      ...failures,
      options: { scopes: [`asked: ${scope}`] },
      main: `execve("/no/such", ${argvOf('x')}, none); execve("/", ${argvOf('x')}, none);`,
    });
    const asked = lines.filter(({ scopes }) => scopes.includes('asked'));
    expect(asked.map(({ data }) => data['error'])).toEqual(expected);
  });

  it.each([
    ['alone', ['exec-failed'], 1],
    ['beside execs', ['exec', 'exec-failed'], 1],
    ['beside calls', ['exec-failed', 'open'], 1],
    ['not when nobody asks for it', ['exec', 'open'], 0],
  ] as const)('is told %s', async (_, kinds, count) => {
    const { lines, programs } = await act({
      ...failures,
      kinds,
      main: `execve("/no/such", ${argvOf('x')}, none);`,
    });
    expect(lines.filter(({ data }) => data['filename'] === '/no/such')).toHaveLength(count);
    expect(programs.filter((name) => /sys_exit|exec_failed/.test(name))).toEqual(
      (kinds as readonly string[]).includes('open') ? ['on_sys_exit'] : ['on_event_exec_failed'],
    );
  });

  onX64('by a 32-bit caller', async () => {
    const { data, lines, folder } = await act({
      ...failures,
      main: `
        unsigned list[3] = { low_text("one"), low_text("two"), 0 };
        long argv = (long)low(list, sizeof(list)), missing = low_text("missing");
        compat(11, missing, argv, 0, 0, 0);              /* execve */
        compat(358, AT_FDCWD, missing, argv, 0, 0);      /* execveat */`,
    });
    const failed = { filename: 'missing', directory: folder, argv: ['one', 'two'], argc: 2, error: 'ENOENT' };
    expect(data).toMatchObject([failed, failed]);
    for (const { flags } of lines) expect(flags).toContain('compat');
  });
});
