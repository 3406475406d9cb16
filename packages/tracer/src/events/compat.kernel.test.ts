import { features } from '@spoor/object';
import { expect, it } from 'vitest';
import { act, fromUserMemory, hostile } from '../../test/act.js';

/**
 * Only x86-64 has the gate of 32-bit programs. The 32-bit numbers of arm64 are not in the event
 * tables.
 */
const onX64 = it.runIf(process.arch === 'x64');

/** Numbers of arch/x86/entry/syscalls/syscall_32.tbl. */
onX64('32-bit callers: files', async () => {
  const { data, lines, folder } = await act({
    kinds: ['open', 'mkdir', 'rename', 'chmod', 'chown', 'unlink', 'mount'],
    main: `
      long name = low_text(HOSTILE), file = low_text("f"), missing = low_text("missing"), empty = low_text("");
      compat(39, name, 0700, 0, 0, 0);                     /* mkdir */
      int fd = compat(5, file, O_CREAT | O_RDWR, 0600, 0, 0); /* open */
      compat(295, AT_FDCWD, missing, O_RDONLY, 0, 0);      /* openat */
      compat(15, file, 0644, 0, 0, 0);                     /* chmod */
      compat(94, fd, 0600, 0, 0, 0);                       /* fchmod */
      compat(182, file, 7, 0xffff, 0, 0);                  /* chown, 16 bits */
      compat(212, file, 70000, -1, 0, 0);                  /* chown32 */
      compat(298, fd, empty, 1, 2, AT_EMPTY_PATH);         /* fchownat */
      compat(353, AT_FDCWD, file, AT_FDCWD, low_text("g"), RENAME_NOREPLACE); /* renameat2 */
      compat(10, missing, 0, 0, 0, 0);                     /* unlink */
      compat(301, AT_FDCWD, name, AT_REMOVEDIR, 0, 0);     /* unlinkat */
      compat(21, low_text("x"), missing, low_text("tmpfs"), MS_RDONLY, 0); /* mount */
      compat(10, 0xfffff000, 0, 0, 0, 0);`,
  });
  const own = lines.slice(lines.findIndex(({ flags }) => flags.includes('compat')));
  expect(own.map(({ event }) => event)).toEqual([
    'mkdir',
    'open',
    'open',
    'chmod',
    'chmod',
    'chown',
    'chown',
    'chown',
    'rename',
    'unlink',
    'unlink',
    'mount',
    'unlink',
  ]);
  for (const { flags } of own) expect(flags).toContain('compat');
  expect(data.slice(-own.length)).toMatchObject([
    { path: hostile.text, pathRaw: hostile.hex, directory: folder, mode: '0700' },
    { path: `${folder}/f`, flags: 'O_RDWR|O_CREAT', fd: 3 },
    { path: 'missing', error: 'ENOENT' },
    { path: 'f', directory: folder, mode: '0644' },
    { path: `${folder}/f`, mode: '0600' },
    { path: 'f', directory: folder, owner: 7 },
    { path: 'f', directory: folder, owner: 70000 },
    { path: '', directory: `${folder}/f`, owner: 1, group: 2, flags: 'AT_EMPTY_PATH' },
    { path: 'f', directory: folder, newPath: 'g', newDirectory: folder, flags: 'RENAME_NOREPLACE' },
    { path: 'missing', error: 'ENOENT' },
    { path: hostile.text, pathRaw: hostile.hex, directory: folder, flags: 'AT_REMOVEDIR' },
    { path: 'missing', source: 'x', type: 'tmpfs', flags: 'MS_RDONLY', error: 'ENOENT' },
    { pathTruncated: true, error: 'EFAULT' },
  ]);
  expect(data.at(-8)).not.toHaveProperty('group');
});

onX64('32-bit callers: sockets, by their own calls and by socketcall()', async () => {
  const { data, lines, told } = await act({
    kinds: ['bind', 'listen', 'connect', 'accept'],
    before: `
static long socketcall(int number, int a, int b, int c, int d)
{
  int arguments[] = { a, b, c, d };

  return compat(102, number, (long)low(arguments, sizeof(arguments)), 0, 0, 0);
}`,
    main: `
      struct sockaddr_in name = { .sin_family = AF_INET };
      inet_pton(AF_INET, "127.0.0.1", &name.sin_addr);
      struct sockaddr_in *four = low(&name, sizeof(name));
      socklen_t length = sizeof(name);
      int server = must(socket(AF_INET, SOCK_STREAM, 0)), client = must(socket(AF_INET, SOCK_STREAM, 0));
      must(socketcall(2, server, (long)four, sizeof(name), 0));
      must(getsockname(server, (void *)four, &length));
      tell("%d", ntohs(four->sin_port));
      must(socketcall(4, server, 5, 0, 0));
      must(socketcall(3, client, (long)four, sizeof(name), 0));
      must(socketcall(5, server, 0, 0, 0));
      client = must(socket(AF_INET, SOCK_STREAM, 0));
      must(compat(362, client, (long)four, sizeof(name), 0, 0));
      must(compat(364, server, 0, 0, SOCK_CLOEXEC, 0));
      socketcall(18, server, 0, 0, -1);
      compat(361, 999, (long)four, sizeof(name), 0, 0);
      compat(363, 999, 1, 0, 0, 0);
      socketcall(2, server, 0, 0, 0);
      /* No socket call and no event has this number. */
      socketcall(77, server, 0, 0, 0);`,
  });
  const port = Number(told[0]);
  const address = { family: 'inet', address: '127.0.0.1', port };
  const local = { localAddress: '127.0.0.1', localPort: port };
  expect(lines.map(({ event }, index) => ({ event, ...data[index] }))).toMatchObject([
    { event: 'bind', fd: 3, ...address },
    { event: 'listen', fd: 3, ...address, backlog: 5 },
    { event: 'connect', fd: 4, ...address },
    { event: 'accept', listenFd: 3, address: '127.0.0.1', ...local },
    { event: 'connect', ...address },
    { event: 'accept', listenFd: 3, address: '127.0.0.1', ...local },
    { event: 'accept', listenFd: 3, ...local, error: 'EINVAL' },
    { event: 'bind', fd: 999, ...address, error: 'EBADF' },
    { event: 'listen', fd: 999, error: 'EBADF' },
    { event: 'bind', fd: 3, error: 'EINVAL' },
  ]);
  expect(data).toHaveLength(10);
  for (const { flags } of lines) expect(flags).toContain('compat');
  // The arguments of socketcall() lie in memory, the descriptor among them.
  expect(fromUserMemory(lines)).toEqual([0, 1, 2, 3, 6, 7, 9]);
});

onX64('32-bit callers: processes and the system', async () => {
  const { data, lines, told } = await act({
    kinds: ['kill', 'ptrace', 'setuid', 'setgid', 'capset', 'module-load', 'bpf', 'io-uring'],
    main: `
      struct __user_cap_header_struct version = { .version = _LINUX_CAPABILITY_VERSION_3 };
      struct __user_cap_data_struct sets[2] = { { .permitted = 1 << CAP_SETUID | 1 << CAP_SETGID, .effective = 1 << CAP_SETUID | 1 << CAP_SETGID } };
      static union bpf_attr map = { .map_type = BPF_MAP_TYPE_HASH, .map_name = "from32" };
      struct io_uring_params params = { .flags = 0 };
      signal(SIGUSR1, SIG_IGN);
      tell("%d", getpid());
      must(compat(37, getpid(), SIGUSR1, 0, 0, 0));
      must(compat(270, getpid(), getpid(), SIGUSR1, 0, 0));
      compat(37, -2147483647, SIGUSR1, 0, 0, 0);
      compat(26, PTRACE_ATTACH, 2147483647, 0, 0, 0);
      compat(357, BPF_MAP_CREATE, (long)low(&map, sizeof(map)), sizeof(map), 0, 0);
      compat(350, 999, low_text("a=b"), 0, 0, 0);
      must(compat(425, 8, (long)low(&params, sizeof(params)), 0, 0, 0));
      must(compat(185, (long)low(&version, sizeof(version)), (long)low(sets, sizeof(sets)), 0, 0, 0));
      must(compat(170, 5, 0xffff, 6, 0, 0));
      must(compat(210, -1, 100000, -1, 0, 0));
      must(compat(23, 1001, 0, 0, 0, 0));
      compat(203, 0, 0, 0, 0, 0);`,
  });
  const self = Number(told[0]);
  const target = features.has('task_regs') && { targetTgid: self };
  const thread = target && { targetTid: self };
  expect(lines.map(({ event }, index) => ({ event, ...data[index] }))).toMatchObject([
    { event: 'kill', signal: 'SIGUSR1', call: 'kill', pid: self, ...target },
    { event: 'kill', signal: 'SIGUSR1', call: 'tgkill', pid: self, ...target, ...thread },
    { event: 'kill', signal: 'SIGUSR1', pid: -2147483647, error: 'ESRCH' },
    { event: 'ptrace', request: 'PTRACE_ATTACH', pid: 2147483647, error: 'ESRCH' },
    { event: 'bpf', command: 'BPF_MAP_CREATE', type: 'hash', name: 'from32', error: 'EINVAL' },
    { event: 'module-load', parameters: 'a=b' },
    { event: 'io-uring', fd: 3, entries: 8 },
    { event: 'capset', effective: ['CAP_SETGID', 'CAP_SETUID'] },
    { event: 'setgid', call: 'setresgid', requested: [5, null, 6], real: 5, effective: 0, saved: 6 },
    {
      event: 'setgid',
      call: 'setresgid',
      requested: [null, 100000, null],
      real: 5,
      effective: 100000,
      saved: 6,
    },
    { event: 'setuid', call: 'setuid', requested: [1001], real: 1001, effective: 1001, saved: 1001 },
    { event: 'setuid', call: 'setreuid', requested: [0, 0], real: 1001, error: 'EPERM' },
  ]);
  for (const { flags } of lines) expect(flags).toContain('compat');
});

onX64('a number that means another call to 64-bit callers is not mistaken', async () => {
  const { lines } = await act({
    kinds: ['open', 'unlink', 'setuid', 'ptrace', 'kill'],
    main: `
      /* i386: 5 is open, 10 unlink, 37 kill, 26 ptrace; x86-64: fstat, mprotect, alarm, msync. */
      struct stat st;
      tell("begin");
      syscall(5, 0, &st);
      syscall(10, 0, 0, 0);
      syscall(37, 0);
      syscall(26, 0, 0, 0);
      /* x86-64: 87 is unlink, 105 setuid; i386: swapon, setitimer. */
      compat(87, low_text("x"), 0, 0, 0, 0);
      compat(105, 0, 0, 0, 0, 0);
      /* Beyond all tables, and the number of no call. */
      syscall(511, 0);
      syscall(100000, 0);
      compat(511, 0, 0, 0, 0, 0);`,
  });
  expect(lines.filter(({ flags }) => flags.includes('compat'))).toEqual([]);
  expect(lines.filter(({ event }) => event !== 'open')).toEqual([]);
});

onX64('x32 callers, where the kernel refuses them too', async () => {
  const { data } = await act({
    kinds: ['ptrace', 'unlink', 'kill'],
    main: `
      long x32 = 0x40000000;
      syscall(x32 + 87, "x32");
      syscall(x32 + 521, PTRACE_ATTACH, 2147483647, 0, 0);
      syscall(x32 + 524, 2147483647, SIGTERM, NULL);`,
  });
  // ENOSYS unless the kernel was built for such programs.
  expect(data).toMatchObject([
    { path: 'x32', error: expect.any(String) },
    { request: 'PTRACE_ATTACH', pid: 2147483647, error: expect.any(String) },
    { call: 'rt_sigqueueinfo', signal: 'SIGTERM', pid: 2147483647, error: expect.any(String) },
  ]);
});
