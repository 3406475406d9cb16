/** For `act`: a ring of io_uring for eight operations. */
export const rings = `
struct ring {
	int fd;
	unsigned *tail;
	unsigned *array;
	/* completions: our position, and that of the kernel */
	unsigned *head;
	unsigned *seen;
	struct io_uring_sqe *entries;
};

__attribute__((unused)) static struct ring set_up(unsigned flags)
{
	struct io_uring_params params = { .flags = flags };
	struct ring ring = { .fd = must(syscall(SYS_io_uring_setup, 8, &params)) };
	char *queue = mmap(NULL, params.sq_off.array + 32, PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, IORING_OFF_SQ_RING);
	char *done = mmap(NULL, params.cq_off.cqes, PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, IORING_OFF_CQ_RING);

	ring.entries = mmap(NULL, 8 * sizeof(*ring.entries), PROT_READ | PROT_WRITE, MAP_SHARED, ring.fd, IORING_OFF_SQES);
	ring.tail = (void *)(queue + params.sq_off.tail);
	ring.array = (void *)(queue + params.sq_off.array);
	ring.head = (void *)(done + params.cq_off.head);
	ring.seen = (void *)(done + params.cq_off.tail);
	return ring;
}

static void queue(struct ring *ring, struct io_uring_sqe entry)
{
	unsigned at = *ring->tail % 8;

	ring->entries[at] = entry;
	ring->array[at] = at;
	__atomic_store_n(ring->tail, *ring->tail + 1, __ATOMIC_RELEASE);
}

/* Waits for the completion. */
__attribute__((unused)) static void submit(struct ring *ring, struct io_uring_sqe entry)
{
	queue(ring, entry);
	/* A polling thread may sleep. */
	must(syscall(SYS_io_uring_enter, ring->fd, 1, 1, IORING_ENTER_GETEVENTS | IORING_ENTER_SQ_WAKEUP, NULL, 0));
	*ring->head = *ring->seen;
}

/* Submits without waiting for the completion. */
__attribute__((unused)) static void submit_only(struct ring *ring, struct io_uring_sqe entry)
{
	queue(ring, entry);
	must(syscall(SYS_io_uring_enter, ring->fd, 1, 0, 0, NULL, 0));
}
`;
