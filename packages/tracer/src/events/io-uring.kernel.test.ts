import { describe, expect, it } from 'vitest';
import { act, fromUserMemory } from '../../test/act.js';

describe('io-uring', () => {
  const before = `
struct ring {
	int fd;
	unsigned *tail;
	unsigned *array;
	struct io_uring_sqe *entries;
};

static struct ring set_up(unsigned flags)
{
	struct io_uring_params params = { .flags = flags };
	struct ring ring = { .fd = must(syscall(SYS_io_uring_setup, 8, &params)) };
	char *queue = mmap(NULL, params.sq_off.array + 32, PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, IORING_OFF_SQ_RING);

	ring.entries = mmap(NULL, 8 * sizeof(*ring.entries), PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, IORING_OFF_SQES);
	ring.tail = (void *)(queue + params.sq_off.tail);
	ring.array = (void *)(queue + params.sq_off.array);
	return ring;
}

static void submit(struct ring *ring, struct io_uring_sqe entry)
{
	unsigned at = *ring->tail % 8;

	ring->entries[at] = entry;
	ring->array[at] = at;
	__atomic_store_n(ring->tail, *ring->tail + 1, __ATOMIC_RELEASE);
	/* A polling thread may have gone to sleep meanwhile. */
	must(syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP, NULL, 0));
}

#define OPEN(name) \\
	((struct io_uring_sqe){ .opcode = IORING_OP_OPENAT, .fd = AT_FDCWD, .addr = (long)name, .open_flags = O_RDONLY })
#define NOP ((struct io_uring_sqe){ .opcode = IORING_OP_NOP })
`;

  it('who sets a ring up, and each operation once', async () => {
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
    // What it opens through the ring makes no system call: that is why its use is told.
    expect(events.some((event) => event.kind === 'open' && event.path.endsWith('/act.c'))).toBe(false);
  });

  it('a ring that a thread of the kernel reads', async () => {
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

  it('a new binary of the same process tells again', async () => {
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
