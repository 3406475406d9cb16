import { describe, expect, it } from 'vitest';
import { act } from '../../test/act.js';

/** Executes /bin/true in a new child per way. Hooks of execve() alone miss these ways. */
const executions: readonly { name: string; path: RegExp; argv: string[]; main: string; before?: string }[] = [
  {
    name: 'by descriptor',
    path: /\/bin\/true$/,
    argv: ['by-descriptor'],
    main: 'char *v[] = { "by-descriptor", 0 }; fexecve(open("/bin/true", O_RDONLY | O_CLOEXEC), v, v + 1);',
  },
  {
    name: 'from memory',
    path: /memfd:payload/,
    argv: ['from-memory'],
    main: `int from = open("/bin/true", O_RDONLY), to = memfd_create("payload", MFD_CLOEXEC);
char bytes[4096], *v[] = { "from-memory", 0 };
for (ssize_t n; (n = read(from, bytes, sizeof bytes)) > 0;) if (write(to, bytes, n) != n) _exit(1);
fexecve(to, v, v + 1);`,
  },
  {
    name: 'of a file that has been removed',
    path: /\/copy$/,
    argv: ['removed'],
    main: `int from = open("/bin/true", O_RDONLY), to = open("copy", O_CREAT | O_WRONLY, 0700), copy;
char bytes[4096], *v[] = { "removed", 0 };
for (ssize_t n; (n = read(from, bytes, sizeof bytes)) > 0;) if (write(to, bytes, n) != n) _exit(1);
close(to);
copy = open("copy", O_RDONLY | O_CLOEXEC);
unlink("copy");
fexecve(copy, v, v + 1);`,
  },
  {
    name: 'by a thread that is not the leader',
    path: /\/bin\/true$/,
    argv: ['by-thread'],
    before:
      'static void *run(void *given) { char *v[] = { "by-thread", 0 }; execv("/bin/true", v); return given; }',
    main: 'pthread_t thread; pthread_create(&thread, 0, run, 0); pthread_join(thread, 0);',
  },
  {
    name: 'by the dynamic linker',
    path: /ld-linux/,
    argv: ['ld.so', '/bin/true'],
    main: `char *v[] = { "ld.so", "/bin/true", 0 };
execv(access("/lib64/ld-linux-x86-64.so.2", X_OK) ? "/lib/ld-linux-aarch64.so.1" : "/lib64/ld-linux-x86-64.so.2", v);`,
  },
  {
    name: 'without arguments',
    path: /\/bin\/true$/,
    argv: [''],
    main: 'syscall(SYS_execve, "/bin/true", NULL, NULL);',
  },
];

describe('every way to execute a program is reported', () => {
  it.each(executions)('$name', async ({ path, argv, main, before = '' }) => {
    const { lines } = await act({
      kinds: ['exec'],
      everything: true,
      before,
      main: `if (!fork()) {\n${main}\n_exit(1);\n}\nint status; wait(&status); if (status) return 1;`,
    });
    // The first exec is that of the test program.
    expect(lines.slice(1).map(({ data }) => data['argv'])).toEqual([argv]);
    expect(lines[1]!.data['path']).toMatch(path);
  });
});

/** Each starts a process that opens a file, in a way that hides its parent. */
const starts = {
  'vfork and shared memory': 'if (!vfork()) { act_here(); _exit(0); } wait(0);',
  'another parent (CLONE_PARENT)': `if (!syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0)) { act_here(); _exit(0); }
`,
  'a daemon that forks twice':
    'if (!fork()) { setsid(); if (!fork()) { act_here(); _exit(0); } _exit(0); } wait(0);',
  'a pid namespace':
    'if (!syscall(SYS_clone, CLONE_NEWPID | SIGCHLD, 0, 0, 0, 0)) { act_here(); _exit(0); } wait(0);',
  'a user namespace':
    'if (!syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0)) { act_here(); _exit(0); } wait(0);',
  'a chain of forks whose parents end': `for (int i = 0; i < 20; i++) if (fork()) _exit(0);
act_here();`,
};

describe('a process is followed in every way to start it', () => {
  it.each(Object.entries(starts))('%s', async (_, main) => {
    const { lines } = await act({
      kinds: ['open'],
      before: 'static void act_here(void) { close(open("acted", O_CREAT | O_RDWR, 0666)); }',
      main,
    });
    expect(lines.filter(({ data }) => String(data['path']).endsWith('/acted'))).toHaveLength(1);
  });
});
