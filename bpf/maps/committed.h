/*
 * The objects that the kernel used for a call. A hook inside the call keeps them before another
 * task can replace them, and the return of the call takes them. Hooks keep them only for tasks that
 * share a table. If an entry is lost, the event is read at the return and has the flag racy.
 */
#ifndef SPOOR_MAPS_COMMITTED_H
#define SPOOR_MAPS_COMMITTED_H

#include "../lib/sharing.h"

/* Constant: a bit (1 << kind) for each event whose calls have all their hooks. */
const volatile __u64 committed_events = 0;

/* Place of a descriptor that a call made. Other objects have the number of their event as place. */
#define COMMITTED_FD 0

struct committed_file {
	/* a struct path of the kernel */
	__u64 path[2];
	/* the address of the inode, and the number */
	__u64 inode_address;
	__u64 inode;
	/* of a directory: bytes of the name in it that the call is about */
	__u64 name_length;
};

struct committed {
	/* start of the thread, at both ends: an entry of a map that forgets may be another's */
	__u64 started_ns;
	/* the file, or the directory of the call's name */
	struct committed_file file;
	/* the directory of the second name */
	struct committed_file second;
	/* the address of the socket, if it is one */
	__u64 socket;
	__u32 device;
	__u32 fd;
	__u32 flags;
	/* of a socket of AF_INET and AF_INET6 */
	__u16 family;
	__u16 port;
	__u16 local_port;
	__u16 unused[3];
	__u8 address[16];
	__u8 local_address[16];
	__u64 started_again_ns;
};

#ifndef SPOOR_LEAN
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u64);
	__type(value, struct committed);
} committed SEC(".maps");

static __always_inline __u64 committed_key(__u32 place)
{
	return (__u64)place << 32 | (__u32)bpf_get_current_pid_tgid();
}

static __always_inline __u64 thread_started_ns(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();

	return BPF_CORE_READ(task, start_boottime);
}

/* Returns whether a hook has to keep its object. It also replaces an entry of an earlier call. */
static __always_inline bool commit_is_due(__u64 key)
{
	return tables_are_shared() || bpf_map_lookup_elem(&committed, &key);
}

static __always_inline void commit(__u64 key, struct committed *made)
{
	made->started_ns = made->started_again_ns = thread_started_ns();
	bpf_map_update_elem(&committed, &key, made, BPF_ANY);
}

/* Takes what is kept. `started_ns` is 0 when that is nothing. */
static __always_inline void committed_take(struct committed *taken, __u32 place)
{
	__u64 key = committed_key(place);
	const struct committed *found = bpf_map_lookup_elem(&committed, &key);

	if (!found)
		return;
	bpf_probe_read_kernel(taken, sizeof(*taken), found);
	bpf_map_delete_elem(&committed, &key);
	if (taken->started_ns != thread_started_ns() || taken->started_again_ns != taken->started_ns)
		taken->started_ns = 0;
}
#endif

#endif
