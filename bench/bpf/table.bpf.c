// A table for measurements of map calls: nothing of the kernel touches it.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

struct entry {
	__u64 start_time_ns;
	__u64 inode;
	__u32 device;
	__u32 flags;
	__u32 parent;
	__u32 uid;
	__u64 bytes_read;
	__u64 bytes_written;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 16384);
	__type(key, __u32);
	__type(value, struct entry);
} table SEC(".maps");
