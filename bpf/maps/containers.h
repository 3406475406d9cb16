/*
 * The container that the tasks of a group are in. `programs/container.h` decides it, once per
 * group. An answer stays true while the group lives, unless somebody renames a group of cgroup v1.
 * An LRU map may lose an entry at any time. The entry is then decided again.
 */
#ifndef SPOOR_MAPS_CONTAINERS_H
#define SPOOR_MAPS_CONTAINERS_H

#include "../filters/facts.h"
#include "../lib/scratch.h"

/* The groups of a task. The kernel never uses a serial number again, unlike an address. */
struct container_key {
	/* serial number of the group in the unified hierarchy; 0 for the root */
	__u64 unified;
	/* made of those in v1 hierarchies that have a controller; 0: the root of each */
	__u64 legacy;
};

struct container {
	/* Repeated at the end, so that an entry shows when it is recycled during a copy. */
	struct container_key key;
	/* bytes of the id or name; 0: the group is in no container */
	__u64 length;
	/* `#` and the id, or `@` and the name, then a NUL */
	__u8 text[CONTAINER_TEXT];
	struct container_key seal;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 2048);
	__type(key, struct container_key);
	__type(value, struct container);
} containers SEC(".maps");

/*
 * The state of a decision: a walk from each group of a task to the root of its hierarchy. It is
 * kept in memory, so that the verifier sees each step begin like the first.
 */
struct container_walk {
	/* the `struct cgroup` that is next; 0: that of the next controller is */
	__u64 cgroup;
	__u32 controller;
	/* enum group_below: what the last group says of this one */
	int below;
	/* Zeros: bytes before the name, for what is compared with the end of a short one. */
	__u8 before[8];
	__u8 name[NAME_MAX + 1];
	__u8 after[8];
	/* of the group above */
	__u8 above[16];
	/* the part of the name that becomes text: the next character, the end; and what is written */
	__u64 from;
	__u64 end;
	__u64 written;
};

#endif
