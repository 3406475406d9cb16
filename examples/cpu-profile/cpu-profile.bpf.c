/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Reports the stacks of a process whenever a clock of the CPU that it runs on ticks. */
#include <linux/bpf.h>
#include <linux/bpf_perf_event.h>
#include <bpf/bpf_helpers.h>

#define FRAMES 64

struct sample {
	char comm[16];
	/* Return addresses, innermost first; 0 behind the last. */
	__u64 kernel[FRAMES];
	__u64 user[FRAMES];
};

/* Keeps the type in the object's BTF: records of a ring have no other type. */
const struct sample *unused_sample __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 20);
} samples SEC(".maps");

const volatile __u32 target = 0; /* the process; 0 is all */
__u64 unreported; /* samples that found the ring full */

SEC("perf_event")
int take_sample(struct bpf_perf_event_data *ctx)
{
	struct sample *sample;

	if (target && bpf_get_current_pid_tgid() >> 32 != target)
		return 0;
	sample = bpf_ringbuf_reserve(&samples, sizeof(*sample), 0);
	if (!sample) {
		__sync_fetch_and_add(&unreported, 1);
		return 0;
	}
	bpf_get_current_comm(sample->comm, sizeof(sample->comm));
	/* Each sets the rest of the array to zero. */
	bpf_get_stack(ctx, sample->kernel, sizeof(sample->kernel), 0);
	bpf_get_stack(ctx, sample->user, sizeof(sample->user), BPF_F_USER_STACK);
	bpf_ringbuf_submit(sample, 0);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
