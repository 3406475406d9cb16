/*
 * The saboteur: `mp-saboteur PID FD KEY_SIZE VALUE_SIZE`. Deletes every entry of one map as fast as
 * it can, until its standard input ends; then says how many it deleted. The map is that of another
 * process, by descriptor: pidfd_getfd, Linux 5.6, as is deleting by batches. It touches nothing
 * else.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <linux/bpf.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Entries at a time: more than one bucket of a hash ever has. */
#define BATCH 1024
/* Passes between two looks at the input. */
#define ASK_EVERY 64

static int take_descriptor(pid_t owner, int fd)
{
	int pidfd = syscall(SYS_pidfd_open, owner, 0);

	return pidfd < 0 ? -1 : (int)syscall(SYS_pidfd_getfd, pidfd, fd, 0);
}

/* The whole map once; the number of entries deleted, or -1. */
static long delete_all(int map, void *keys, void *values)
{
	uint64_t cursor[8], next[8];
	long deleted = 0;

	for (int first = 1;; first = 0) {
		union bpf_attr attr = {
			.batch = {
				.in_batch = first ? 0 : (uintptr_t)cursor,
				.out_batch = (uintptr_t)next,
				.keys = (uintptr_t)keys,
				.values = (uintptr_t)values,
				.count = BATCH,
				.map_fd = map,
			},
		};
		long status = syscall(SYS_bpf, BPF_MAP_LOOKUP_AND_DELETE_BATCH, &attr, sizeof(attr.batch));

		if (status && errno != ENOENT && errno != EINTR)
			return -1;
		deleted += attr.batch.count;
		if (status)
			return deleted;
		memcpy(cursor, next, sizeof(next));
	}
}

int main(int argc, char **argv)
{
	struct pollfd input = { .fd = STDIN_FILENO, .events = POLLIN };
	long deleted = 0, passes = 0, status;
	void *keys, *values;
	int map;

	if (argc != 5)
		return 2;
	map = take_descriptor(atoi(argv[1]), atoi(argv[2]));
	keys = calloc(BATCH, atoi(argv[3]));
	values = calloc(BATCH, atoi(argv[4]));
	/* There are more processes than CPUs, and it is to be there all the time. */
	if (nice(-10) == -1 && errno == EPERM)
		perror("saboteur: nice");
	if (map < 0 || !keys || !values) {
		perror("saboteur: the map");
		return 1;
	}
	do {
		status = delete_all(map, keys, values);
		if (status < 0) {
			perror("saboteur: deleting");
			return 1;
		}
		deleted += status;
		if (passes++ == 0)
			dprintf(STDOUT_FILENO, "{\"say\":\"begun\"}\n");
	} while (passes % ASK_EVERY || poll(&input, 1, 0) == 0);
	dprintf(STDOUT_FILENO, "{\"say\":\"done\",\"deleted\":%ld,\"passes\":%ld}\n", deleted, passes);
	return 0;
}
