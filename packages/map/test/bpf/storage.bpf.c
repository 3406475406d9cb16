/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/* A storage of sockets: its keys are descriptors. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

struct {
	__uint(type, BPF_MAP_TYPE_SK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, __u64);
} storage SEC(".maps");

char LICENSE[] SEC("license") = "GPL";
