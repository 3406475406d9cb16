/* The executable memory that has been reported per process. */
#ifndef SPOOR_MAPS_EXECUTABLE_MEMORY_H
#define SPOOR_MAPS_EXECUTABLE_MEMORY_H

#include "../lib/process.h"

/* Memory of one file, or of one other kind, in a process and in a binary that it runs. */
struct executable_memory {
	__u64 start_time_ns;
	__u64 inode;
	__u32 tgid;
	__u32 device;
	/* the count of binaries that the process has run */
	__u32 execs;
	/* enum mapping_memory */
	__u8 memory;
	__u8 is_writable;
	/* low bits of scope_set.version: a new set of scopes gets all memory anew */
	__u16 scopes_version;
};

/* An entry that is lost is reported again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 16384);
	__type(key, struct executable_memory);
	__type(value, __u8);
} executable_memories SEC(".maps");

/* Returns whether the memory is new, and keeps it. */
static __always_inline bool executable_memory_is_new(const struct executable_memory *memory)
{
	__u8 reported = 1;

	return !bpf_map_update_elem(&executable_memories, memory, &reported, BPF_NOEXIST);
}

#endif
