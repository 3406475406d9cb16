/*
 * The calls of libbpf on a hash of 48-byte values. At each line of its input it does one thing with
 * every entry, and answers with the nanoseconds that an entry took.
 *
 *   maps COUNT        lines: get, set, set-many, iterate
 */
#include <bpf/bpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define BATCH 256
#define CHUNK 1024

struct entry {
	__u64 start_time_ns, inode;
	__u32 device, flags, parent, uid;
	__u64 bytes_read, bytes_written;
};

static __u64 sum;
static int map;
static __u32 count, *keys;

static void take(const struct entry *entry)
{
	sum += entry->start_time_ns + entry->inode + entry->device + entry->flags + entry->parent + entry->uid +
	       entry->bytes_read + entry->bytes_written;
}

static struct entry make(__u32 key)
{
	return (struct entry){ .start_time_ns = key, .inode = key, .device = 1, .parent = key, .uid = 1000, .bytes_read = key };
}

static int get(void)
{
	struct entry entry;

	for (__u32 i = 0; i < count; i++) {
		if (bpf_map_lookup_elem(map, &keys[i], &entry))
			return 1;
		take(&entry);
	}
	return 0;
}

static int set(void)
{
	for (__u32 i = 0; i < count; i++) {
		struct entry entry = make(keys[i]);

		if (bpf_map_update_elem(map, &keys[i], &entry, BPF_ANY))
			return 1;
	}
	return 0;
}

static int set_many(void)
{
	static __u32 some[BATCH];
	static struct entry entries[BATCH];

	for (__u32 done = 0; done < count;) {
		__u32 batch = count - done < BATCH ? count - done : BATCH;

		for (__u32 i = 0; i < batch; i++) {
			some[i] = keys[done + i];
			entries[i] = make(some[i]);
		}
		if (bpf_map_update_batch(map, some, entries, &batch, NULL))
			return 1;
		done += batch;
	}
	return 0;
}

static int iterate(void)
{
	static __u32 some[CHUNK];
	static struct entry entries[CHUNK];
	__u32 cursor, seen = 0;
	void *from = NULL;
	int status = 0;

	while (!status) {
		__u32 batch = CHUNK;

		status = bpf_map_lookup_batch(map, from, &cursor, some, entries, &batch, NULL);
		from = &cursor;
		for (__u32 i = 0; i < batch; i++) {
			sum += some[i];
			take(&entries[i]);
		}
		seen += batch;
	}
	return seen != count;
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		int (*perform)(void);
	} actions[] = { { "get\n", get }, { "set\n", set }, { "set-many\n", set_many }, { "iterate\n", iterate } };
	char line[64];

	count = argc == 2 ? atoi(argv[1]) : 0;
	keys = calloc(count, sizeof(*keys));
	map = bpf_map_create(BPF_MAP_TYPE_HASH, "table", sizeof(__u32), sizeof(struct entry), 16384, NULL);
	if (!keys || map < 0)
		return 1;
	/* Each key once, neighbours far apart, in the order of the other programs. */
	for (__u32 i = 0; i < count; i++)
		keys[i] = (__u32)((i * 7919ULL) % count) + 1;
	if (set())
		return 1;
	while (fgets(line, sizeof(line), stdin)) {
		for (size_t i = 0; i < sizeof(actions) / sizeof(*actions); i++) {
			double begun = now();

			if (strcmp(line, actions[i].name))
				continue;
			if (actions[i].perform())
				return 1;
			printf("%.3f\n", (now() - begun) / count);
			fflush(stdout);
		}
	}
	return sum == 0;
}
