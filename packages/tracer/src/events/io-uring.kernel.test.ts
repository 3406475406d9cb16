import { release } from 'node:os';
import { describe, expect, it } from 'vitest';
import { act, fromUserMemory, hostile } from '../../test/act.js';
import { rings } from '../../test/rings.js';
import { sockets } from '../../test/sockets.js';

/** Since 5.19 the hook of a completion gets its request. */
const [major = 0, minor = 0] = release().split('.').map(Number);
const ringsTellResults = major > 5 || (major === 5 && minor >= 19);
const onRings = it.runIf(ringsTellResults);

describe('io-uring', () => {
  const before = `${sockets}${rings}
#define OPEN(name) \\
	((struct io_uring_sqe){ .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (long)name, .open_flags = O_RDONLY })
#define NOP ((struct io_uring_sqe){ .opcode = IORING_OP_NOP })
`;

  it('reports the setup of a ring, and each operation once', async () => {
    const { data, lines, events, told } = await act({
      kinds: ['io-uring', 'open'],
      before,
      main: `
        struct ring ring = set_up(IORING_SETUP_CLAMP);
        for (int i = 0; i < 20; i++)
          submit(&ring, NOP);
        submit(&ring, OPEN("act.c"));
        submit(&ring, OPEN("act.c"));
        if (!fork()) {
          struct ring own = set_up(0);
          submit(&own, NOP);
          tell("%d", getpid());
          exit(0);
        }
        must(wait(NULL));
        syscall(SYS_io_uring_setup, 0, &(struct io_uring_params){ .flags = IORING_SETUP_SQPOLL });
        syscall(SYS_io_uring_setup, 8, NULL);`,
    });
    const uring = data.filter((_, index) => lines[index]?.event === 'io-uring');
    expect(uring).toEqual([
      { fd: 3, entries: 8, flags: expect.stringContaining('IORING_SETUP_CLAMP') },
      { operation: 'NOP' },
      { operation: 'OPENAT' },
      { fd: expect.any(Number), entries: 8 },
      { operation: 'NOP' },
      { entries: 0, flags: 'IORING_SETUP_SQPOLL', error: 'EINVAL' },
      { entries: 8, error: 'EFAULT' },
    ]);
    const rings = lines.filter((line) => line.event === 'io-uring');
    expect(rings.map(({ tgid }) => tgid === Number(told[0]))).toEqual([
      false,
      false,
      false,
      true,
      true,
      false,
      false,
    ]);
    expect(fromUserMemory(rings)).toEqual([5, 6]);
    const opened = events.filter((event) => event.kind === 'open' && event.path.endsWith('/act.c'));
    expect(opened).toHaveLength(ringsTellResults ? 2 : 0);
  });

  it('reports operations of a ring that a kernel thread reads', async () => {
    const { data, lines, told } = await act({
      kinds: ['io-uring'],
      before,
      main: `
        struct ring ring = set_up(IORING_SETUP_SQPOLL);
        tell("%d", getpid());
        submit(&ring, NOP);`,
    });
    expect(data).toMatchObject([{ flags: 'IORING_SETUP_SQPOLL' }, { operation: 'NOP' }]);
    expect(lines.map(({ tgid }) => tgid)).toEqual([Number(told[0]), Number(told[0])]);
    expect(lines[1]?.tid).not.toBe(lines[1]?.tgid);
  });

  onRings('operations are the events that they are, with their results', async () => {
    const { lines, told, folder } = await act({
      kinds: ['open', 'connect', 'unlink', 'rename', 'mkdir'],
      before,
      main: `
        struct ring ring = set_up(0), polled = set_up(IORING_SETUP_SQPOLL);
        struct sockaddr_in to = v4("127.0.0.1", port_of(listener())), none = v4("127.0.0.1", 1);
        struct open_how how = { .flags = O_RDWR | O_CREAT, .mode = 0600 };
        struct io_uring_sqe entry = { .opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .addr = (long)"d", .len = 0750 };
        tell("%d %d", ntohs(to.sin_port), getpid());
        submit(&ring, entry);
        int d = must(open("d", O_RDONLY | O_DIRECTORY));
        submit(&ring, (struct io_uring_sqe){ .opcode = IORING_OP_OPENAT2, .fd = d, .addr = (long)HOSTILE,
          .len = sizeof(how), .off = (long)&how });
        submit(&ring, OPEN("/nope"));
        submit(&ring, OPEN("missing"));
        submit(&polled, OPEN("act.c"));
        submit(&ring, (struct io_uring_sqe){ .opcode = IORING_OP_RENAMEAT, .fd = d, .addr = (long)HOSTILE,
          .len = AT_FDCWD, .off = (long)"e" });
        submit(&ring, (struct io_uring_sqe){ .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = (long)"e" });
        submit(&ring, (struct io_uring_sqe){ .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = (long)"e" });
        int first = must(socket(AF_INET, SOCK_STREAM, 0)), second = must(socket(AF_INET, SOCK_STREAM, 0));
        tell("%d %d", first, second);
        submit(&ring, (struct io_uring_sqe){ .opcode = IORING_OP_CONNECT, .fd = first, .addr = (long)&to, .off = sizeof(to) });
        submit(&ring, (struct io_uring_sqe){ .opcode = IORING_OP_CONNECT, .fd = second, .addr = (long)&none, .off = sizeof(none) });
        /* No completion is posted on success. */
        entry = OPEN("act.c");
        entry.flags = IOSQE_CQE_SKIP_SUCCESS;
        submit_only(&ring, entry);`,
    });
    const [port, pid] = told[0]!.split(' ').map(Number);
    const [first, second] = told[1]!.split(' ').map(Number);
    const byRing = lines.filter(({ flags }) => flags.includes('via-io-uring'));
    const inet = { family: 'inet', address: '127.0.0.1', call: 'connect' };
    const made = { path: hostile.text, pathRaw: hostile.hex, directory: `${folder}/d` };
    expect(byRing.map(({ event, data }) => ({ event, ...data }))).toEqual([
      { event: 'mkdir', path: 'd', directory: folder, mode: '0750' },
      expect.objectContaining({
        event: 'open',
        path: `${folder}/d/${hostile.text}`,
        flags: 'O_RDWR|O_CREAT',
      }),
      { event: 'open', path: '/nope', flags: 'O_RDONLY', error: 'ENOENT' },
      { event: 'open', path: 'missing', directory: folder, flags: 'O_RDONLY', error: 'ENOENT' },
      expect.objectContaining({ event: 'open', path: `${folder}/act.c`, fd: expect.any(Number) }),
      { event: 'rename', ...made, newPath: 'e', newDirectory: folder },
      { event: 'unlink', path: 'e', directory: folder },
      { event: 'unlink', path: 'e', directory: folder, error: 'ENOENT' },
      { event: 'connect', ...inet, fd: first, port, outcome: 'connected' },
      { event: 'connect', ...inet, fd: second, port: 1, error: 'ECONNREFUSED', outcome: 'ECONNREFUSED' },
      { event: 'open', path: 'act.c', directory: folder, flags: 'O_RDONLY', error: 'EINPROGRESS' },
    ]);
    expect(new Set(byRing.map(({ tgid }) => tgid))).toEqual(new Set([pid]));
    // The kernel copied the names: no other thread can have changed them.
    expect(fromUserMemory(byRing)).toEqual([9]);
  });

  onRings('a directory that changes before a linked operation runs has the flag racy', async () => {
    const { lines, folder } = await act({
      kinds: ['open', 'unlink', 'rename', 'mkdir'],
      before: `${before}
/* The operation waits for a byte. It starts in another directory than it was submitted in. */
__attribute__((unused)) static void later(struct ring *ring, const int pipe[2], struct io_uring_sqe entry)
{
	char byte;

	must(chdir("../a"));
	queue(ring, (struct io_uring_sqe){ .opcode = IORING_OP_READ, .fd = pipe[0], .addr = (long)&byte, .len = 1,
		.off = -1, .flags = IOSQE_IO_LINK });
	queue(ring, entry);
	must(syscall(SYS_io_uring_enter, ring->fd, 2, 0, 0, NULL, 0));
	must(chdir("../b"));
	must(write(pipe[1], "x", 1));
	must(syscall(SYS_io_uring_enter, ring->fd, 0, 2, IORING_ENTER_GETEVENTS, NULL, 0));
	*ring->head = *ring->seen;
}
`,
      main: `
        struct ring ring = set_up(0);
        int ends[2];
        must(pipe(ends));
        must(mkdir("a", 0700));
        must(mkdir("b", 0700));
        must(chdir("a"));
        later(&ring, ends, (struct io_uring_sqe){ .opcode = IORING_OP_MKDIRAT, .fd = AT_FDCWD, .addr = (long)"made", .len = 0700 });
        must(access("../b/made", F_OK));
        later(&ring, ends, OPEN("missing"));
        later(&ring, ends, (struct io_uring_sqe){ .opcode = IORING_OP_RENAMEAT, .fd = AT_FDCWD, .addr = (long)"made",
          .len = AT_FDCWD, .off = (long)"moved" });
        later(&ring, ends, (struct io_uring_sqe){ .opcode = IORING_OP_UNLINKAT, .fd = AT_FDCWD, .addr = (long)"moved",
          .unlink_flags = AT_REMOVEDIR });
        later(&ring, ends, OPEN("."));`,
    });
    const byRing = lines.filter(({ flags }) => flags.includes('via-io-uring'));
    expect(byRing.map(({ event }) => event)).toEqual(['mkdir', 'open', 'rename', 'unlink', 'open']);
    for (const { flags } of byRing.slice(0, 4)) expect(flags).toContain('racy');
    expect(byRing[4]!.data['path']).toBe(`${folder}/b`);
  });

  onRings('conditions decide them as they do system calls; long names are cut, and say so', async () => {
    const { lines } = await act({
      kinds: ['open'],
      before,
      options: { scopes: ['one: open.path=*/act.c', 'none: open.path=/nope'] },
      main: `
        struct ring ring = set_up(0);
        submit(&ring, OPEN("act.c"));
        submit(&ring, OPEN("/nope"));
        submit(&ring, OPEN(long_path("missing", 4000)));`,
    });
    const byRing = lines.filter(({ flags }) => flags.includes('via-io-uring'));
    expect(byRing.map(({ scopes }) => scopes)).toEqual([
      ['command', 'one'],
      ['command', 'none'],
      ['command'],
    ]);
    expect(byRing[2]?.data).toMatchObject({ error: 'ENOENT', pathTruncated: true });
    expect(String(byRing[2]?.data['path'])).toMatch(/^(\.\/)+/);
  });

  it('reports a ring again after the process executed another binary', async () => {
    const { data, lines } = await act({
      kinds: ['io-uring'],
      before,
      main: `
        struct ring ring = set_up(0);
        submit(&ring, NOP);
        if (!getenv("AGAIN")) {
          setenv("AGAIN", "1", 1);
          execl("/proc/self/exe", "again", NULL);
        }`,
    });
    expect(data.filter(({ operation }) => operation === 'NOP')).toHaveLength(2);
    expect(new Set(lines.map(({ tgid }) => tgid)).size).toBe(1);
  });
});
