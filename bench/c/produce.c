/*
 * Runs a program that fills a ring on one CPU until the ring has taken so many records, and answers
 * with how many these were and with when it began: nanoseconds of CLOCK_MONOTONIC. Where the ring
 * is full it tries again, so that no record is lost.
 *
 *   produce PROGRAM CPU COUNT      PROGRAM: its id in the kernel
 */
#define _GNU_SOURCE
#include <bpf/bpf.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

int main(int argc, char **argv)
{
	int program = argc == 4 ? bpf_prog_get_fd_by_id(atoi(argv[1])) : -1;
	long wanted = argc == 4 ? atol(argv[3]) : 0;
	__u64 context[1] = {0};
	struct timespec begun;
	cpu_set_t cpus;
	long count = 0;

	if (program < 0)
		return 1;
	CPU_ZERO(&cpus);
	CPU_SET(atoi(argv[2]), &cpus);
	if (sched_setaffinity(0, sizeof(cpus), &cpus) || clock_gettime(CLOCK_MONOTONIC, &begun))
		return 1;
	while (count < wanted) {
		LIBBPF_OPTS(bpf_test_run_opts, options, .ctx_in = context, .ctx_size_in = sizeof(context));

		if (bpf_prog_test_run_opts(program, &options))
			return 1;
		count += options.retval;
	}
	printf("%ld %lld\n", count, begun.tv_sec * 1000000000ll + begun.tv_nsec);
	return 0;
}
