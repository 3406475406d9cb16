/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* Counts the system calls of one process by number. Compile:
 *
 *     clang -g -O2 -target bpf -I/usr/include/$(uname -m)-linux-gnu -c count-syscalls.bpf.c
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

/** The process to count, in the initial pid namespace. Set before the object is loaded. */
const volatile __u32 target_tgid;

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_HASH);
	__uint(max_entries, 512);
	__type(key, __u32);
	__type(value, __u64);
} counts SEC(".maps");

SEC("raw_tp/sys_enter")
int on_enter(struct bpf_raw_tracepoint_args *ctx)
{
	__u32 number = ctx->args[1];
	__u64 one = 1, *count;

	if (bpf_get_current_pid_tgid() >> 32 != target_tgid)
		return 0;
	count = bpf_map_lookup_elem(&counts, &number);
	if (count)
		*count += 1;
	else
		bpf_map_update_elem(&counts, &number, &one, BPF_ANY);
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
