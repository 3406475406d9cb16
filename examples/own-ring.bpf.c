/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* One record per process that `sched_process_exit` reports. Compile:
 *
 *     clang -g -O2 -target bpf -I/usr/include/$(uname -m)-linux-gnu -c own-ring.bpf.c
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} exits SEC(".maps");

struct exit_record {
	__u32 tgid;
	char comm[16];
};
/* Clang keeps the type information of what a global names. */
const struct exit_record *keep_type __attribute__((unused));

SEC("raw_tp/sched_process_exit")
int on_exit(void *ctx)
{
	struct exit_record *record = bpf_ringbuf_reserve(&exits, sizeof(*record), 0);

	if (!record)
		return 0;
	record->tgid = bpf_get_current_pid_tgid() >> 32;
	bpf_get_current_comm(record->comm, sizeof(record->comm));
	bpf_ringbuf_submit(record, 0);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
