/*
 * libbpf's own consumer over a full ring, doing with each record what a reader in JavaScript does.
 * At "time N" on its input it fills the ring and empties it, N times, and answers with the
 * nanoseconds that a record took. At "flow N PRODUCE" it empties the ring while PRODUCE (produce.c)
 * fills it with N records, and answers with how many came a second.
 *
 *   consume WHAT OBJECT RECORDS RINGSIZE      WHAT: five, comm, path, object
 *
 * The offsets of the fields are macros, from the same layouts that the other readers have.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RECORDS 256
#define RECORDS_A_RUN 1024
#define COMM_SIZE 16

struct given {
	__u32 size, unique_at;
	__u8 bytes[4096];
};

struct part {
	__u16 offset, length;
	__u32 full_length;
};

/* Everything decoded, in its own memory, as toObject() returns it. */
struct object {
	__u64 time_ns, start_time_ns, cgroup_id, scopes, inode;
	__s64 result;
	__u32 kind, cpu, tgid, tid, ppid, uid, origin, device, flags;
	char *comm, *exe, *path;
};

static __u64 sum;
static char text[4096];
static struct object last;

#define FIELD(type, offset) (*(const type *)((const char *)data + (offset)))

static void read_five(const void *data)
{
	sum += FIELD(__u32, AT_CPU) + FIELD(__u32, AT_TGID) + FIELD(__u32, AT_TID) + FIELD(__u32, AT_PPID) +
	       FIELD(__u32, AT_UID);
}

static void copy_comm(const void *data)
{
	size_t length = strnlen(&FIELD(char, AT_COMM), COMM_SIZE);

	memcpy(text, &FIELD(char, AT_COMM), length);
	text[length] = 0;
	sum += length;
}

static void copy_part(const void *data, const struct part *part)
{
	memcpy(text, (const char *)data + part->offset, part->length);
	text[part->length] = 0;
	sum += part->length;
}

static char *own_part(const void *data, const struct part *part)
{
	return strndup((const char *)data + part->offset, part->length);
}

static int on_five(void *context, void *data, size_t length)
{
	(void)context, (void)length;
	read_five(data);
	return 0;
}

static int on_comm(void *context, void *data, size_t length)
{
	(void)context, (void)length;
	read_five(data);
	copy_comm(data);
	return 0;
}

static int on_path(void *context, void *data, size_t length)
{
	(void)context, (void)length;
	read_five(data);
	copy_comm(data);
	copy_part(data, &FIELD(struct part, AT_PATH));
	return 0;
}

static int on_object(void *context, void *data, size_t length)
{
	(void)context, (void)length;
	free(last.comm);
	free(last.exe);
	free(last.path);
	last = (struct object){
		.time_ns = FIELD(__u64, AT_TIME),
		.start_time_ns = FIELD(__u64, AT_START_TIME),
		.cgroup_id = FIELD(__u64, AT_CGROUP),
		.scopes = FIELD(__u64, AT_SCOPES),
		.kind = FIELD(__u16, AT_KIND),
		.cpu = FIELD(__u32, AT_CPU),
		.tgid = FIELD(__u32, AT_TGID),
		.tid = FIELD(__u32, AT_TID),
		.ppid = FIELD(__u32, AT_PPID),
		.uid = FIELD(__u32, AT_UID),
		.origin = FIELD(__u8, AT_ORIGIN),
		.result = FIELD(__s64, AT_RESULT),
		.inode = FIELD(__u64, AT_INODE),
		.device = FIELD(__u32, AT_DEVICE),
		.flags = FIELD(__u32, AT_FLAGS),
		.comm = strndup(&FIELD(char, AT_COMM), COMM_SIZE),
		.exe = own_part(data, &FIELD(struct part, AT_EXE)),
		.path = own_part(data, &FIELD(struct part, AT_PATH)),
	};
	sum += last.tgid;
	return 0;
}

static ring_buffer_sample_fn handler_of(const char *what)
{
	if (strcmp(what, "five") == 0)
		return on_five;
	if (strcmp(what, "comm") == 0)
		return on_comm;
	if (strcmp(what, "path") == 0)
		return on_path;
	return strcmp(what, "object") == 0 ? on_object : NULL;
}

static int give_records(int map, const char *path)
{
	static struct given record;
	FILE *file = fopen(path, "rb");

	for (__u32 key = 0; file && key < RECORDS; key++)
		if (fread(&record, sizeof(record), 1, file) != 1 || bpf_map_update_elem(map, &key, &record, BPF_ANY))
			return 1;
	return !file || fclose(file);
}

static int fill(int program)
{
	__u64 context[1] = {0};

	for (;;) {
		LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = context, .ctx_size_in = sizeof(context));

		if (bpf_prog_test_run_opts(program, &options))
			return 1;
		if (options.retval < RECORDS_A_RUN)
			return 0;
	}
}

static double now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return time.tv_sec * 1e9 + time.tv_nsec;
}

/* Records a second, or below 0. */
static double flow(int program, struct ring_buffer *ring, long wanted, const char *produce)
{
	struct bpf_prog_info info = {0};
	__u32 size = sizeof(info);
	long count = 0, total = -1;
	long long begun = 0;
	char line[512];
	FILE *producer;

	if (bpf_obj_get_info_by_fd(program, &info, &size))
		return -1;
	snprintf(line, sizeof(line), "%s %u 0 %ld", produce, info.id, wanted);
	producer = popen(line, "r");
	if (!producer || fcntl(fileno(producer), F_SETFL, O_NONBLOCK))
		return -1;
	while (total < 0 || count < total) {
		count += ring_buffer__consume(ring);
		if (total >= 0)
			continue;
		errno = 0;
		if (fgets(line, sizeof(line), producer)) {
			if (sscanf(line, "%ld %lld", &total, &begun) != 2)
				return -1;
		} else if (errno != EAGAIN) {
			return -1;
		}
		clearerr(producer);
	}
	pclose(producer);
	return count == total ? count / ((now() - begun) / 1e9) : -1;
}

int main(int argc, char **argv)
{
	ring_buffer_sample_fn handler = argc == 5 ? handler_of(argv[1]) : NULL;
	struct bpf_object *object = handler ? bpf_object__open(argv[2]) : NULL;
	struct ring_buffer *ring;
	char line[512];
	int program;

	if (!object || bpf_map__set_max_entries(bpf_object__find_map_by_name(object, "ring"), atoi(argv[4])) ||
	    bpf_object__load(object) || give_records(bpf_object__find_map_fd_by_name(object, "given"), argv[3]))
		return 1;
	program = bpf_program__fd(bpf_object__find_program_by_name(object, "fill"));
	ring = ring_buffer__new(bpf_object__find_map_fd_by_name(object, "ring"), handler, NULL, NULL);
	if (!ring)
		return 1;
	while (fgets(line, sizeof(line), stdin)) {
		double took = 0;
		long count = 0;
		int drains = 0;
		char produce[400];

		if (sscanf(line, "flow %ld %399s", &count, produce) == 2) {
			double rate = flow(program, ring, count, produce);

			if (rate < 0)
				return 1;
			printf("%.1f\n", rate);
			fflush(stdout);
			continue;
		}
		if (sscanf(line, "time %d", &drains) != 1)
			return 1;
		while (drains-- > 0) {
			double begun;

			if (fill(program))
				return 1;
			begun = now();
			count += ring_buffer__consume(ring);
			took += now() - begun;
		}
		printf("%.3f\n", took / count);
		fflush(stdout);
	}
	return sum == 0;
}
