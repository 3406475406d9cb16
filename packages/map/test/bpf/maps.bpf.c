/* The maps of the conformance suite, as in test/map-specs.ts. Tests enable one map at a time. */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

struct conformance_key {
	__u32 id;
	__u8 kind;
	__u8 hole[3];
};

/* 20 bytes: a per-CPU slot of it is 24. */
struct conformance_value {
	__u8 bytes[20];
};

struct conformance_prefix {
	__u32 prefixlen;
	__u8 data[4];
};

#define MAP(map_name, map_type, key_type, value_type, entries, flags)                                                  \
	struct {                                                                                                       \
		__uint(type, map_type);                                                                                \
		__uint(max_entries, entries);                                                                          \
		__uint(map_flags, flags);                                                                              \
		__type(key, key_type);                                                                                 \
		__type(value, value_type);                                                                             \
	} map_name SEC(".maps")

#define HASH(map_name, map_type, entries)                                                                              \
	MAP(map_name, map_type, struct conformance_key, struct conformance_value, entries, 0)

HASH(hash, BPF_MAP_TYPE_HASH, 4096);
HASH(lru_hash, BPF_MAP_TYPE_LRU_HASH, 4096);
HASH(percpu_hash, BPF_MAP_TYPE_PERCPU_HASH, 256);
HASH(lru_percpu_hash, BPF_MAP_TYPE_LRU_PERCPU_HASH, 1024);
HASH(small_hash, BPF_MAP_TYPE_HASH, 8);
HASH(small_lru_hash, BPF_MAP_TYPE_LRU_HASH, 32);
MAP(array, BPF_MAP_TYPE_ARRAY, __u32, struct conformance_value, 8, 0);
MAP(percpu_array, BPF_MAP_TYPE_PERCPU_ARRAY, __u32, struct conformance_value, 4, 0);
MAP(lpm_trie, BPF_MAP_TYPE_LPM_TRIE, struct conformance_prefix, __u32, 16, BPF_F_NO_PREALLOC);
/* Compared, eviction by eviction, with the in-memory one. */
MAP(lru, BPF_MAP_TYPE_LRU_HASH, __u32, __u32, 1024, 0);

#define QUEUE(map_name, map_type)                                                                                      \
	struct {                                                                                                       \
		__uint(type, map_type);                                                                                \
		__uint(max_entries, 4);                                                                                \
		__type(value, __u32);                                                                                  \
	} map_name SEC(".maps")

QUEUE(queue, BPF_MAP_TYPE_QUEUE);
QUEUE(stack, BPF_MAP_TYPE_STACK);

struct inner {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 4);
	__type(key, __u32);
	__type(value, __u32);
} inner SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct inner);
} array_of_maps SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH_OF_MAPS);
	__uint(max_entries, 4);
	__type(key, __u32);
	__array(values, struct inner);
} hash_of_maps SEC(".maps");

struct touch {
	__u32 key;
	__u32 found;
};

/* A program's lookup marks the entry as recently used, which a system call's does not. */
SEC("?syscall")
int touch_lru(struct touch *touch)
{
	__u32 key = touch->key;

	touch->found = bpf_map_lookup_elem(&lru, &key) != 0;
	return 0;
}
