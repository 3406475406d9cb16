/*
 * The record of a process: large, bounded, and rebuilt from the kernel's own task whenever the
 * map does not have it. A miss is a normal event.
 *
 * `proc_info_of` is the only way in: this header is the only place that names the map. What it
 * hands out is a copy in scratch memory: an entry of an LRU map can be recycled for another process
 * while a program looks at it.
 */
#ifndef SPOOR_MAPS_PROC_INFO_H
#define SPOOR_MAPS_PROC_INFO_H

#include "../lib/file_number.h"
#include "../lib/path.h"
#include "binaries.h"

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, __u32);
	__type(value, struct proc_info);
} proc_info SEC(".maps");

/*
 * The request for a record. It has addresses and numbers alone, so that the verifier reads
 * `proc_info_find` once per program.
 */
struct proc_info_request {
	/* the acting thread: the leader may have ended, and its memory map with it */
	unsigned long task;
	struct task_identity identity;
#ifdef SPOOR_MISS_MODE
	/* of the record that this one replaces */
	__u64 followed;
#endif
	/* whether the process has words that say that it executed since the trace began */
	__u64 executed;
	__u32 words_place;
	__u32 origin;
};

/* Fills the binary from a mapped executable. `path` is left holding the whole path. */
static __always_inline void proc_info_set_exe(struct proc_info *info, struct path_buffer *path, struct file *exe)
{
	struct inode *inode = BPF_CORE_READ(exe, f_inode);
	struct file_number number;
	__u32 length;

	path_of(path, (unsigned long)exe + bpf_core_field_offset(struct file, f_path));
	length = path->length;
	if (length > EXE_MAX)
		length = EXE_MAX;
	bpf_probe_read_kernel(info->exe, length & (2 * EXE_MAX - 1), &path->bytes[path->start & (PATH_MAX - 1)]);
	info->exe_length = length;
	info->exe_full_length = path->full_length;
	number = number_of_inode(inode);
	info->inode_address = (unsigned long)inode;
	info->inode = number.inode;
	info->device = number.device;
	if (path->unlinked)
		info->flags |= PROC_EXE_UNLINKED;
	info->flags |= PROC_EXE_UNREACHABLE * path->unreachable | PROC_EXE_TORN * path->torn;
}

/* Builds a record from what the kernel itself knows of the task. Always succeeds. */
static __always_inline void proc_info_build(struct proc_info *info, const struct proc_info_request *request,
					    struct path_buffer *path)
{
	struct task_struct *task = (void *)request->task;
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct file *exe = NULL;

	/* The bytes past the path are zero, so equal records are equal bytes. */
	__builtin_memset(info, 0, sizeof(*info));
	info->start_time_ns = info->seal_ns = request->identity.start_time_ns;
#ifdef SPOOR_MISS_MODE
	info->followed = request->followed;
#endif
	if (started_in_trace(&request->identity) || request->executed)
		info->flags |= PROC_NEW;
	/* A kernel thread can borrow a user's mm for a while; its binary is not its own. */
	if (mm && !(BPF_CORE_READ(task, flags) & PF_KTHREAD))
		exe = BPF_CORE_READ(mm, exe_file);
	if (exe)
		proc_info_set_exe(info, path, exe);
	else
		info->flags |= PROC_NO_EXE;
}

/*
 * Brings a binary that was kept up to date: it may have been deleted since. Hit or miss, an event
 * says the same. The memory map is gone at an exit before 6.16, while the last reference to the
 * binary waits for the end of the exit (fs/file_table.c, fput). The number of the inode shows that
 * its memory was used again. On layered file systems an event has another number.
 */
static __always_inline void proc_info_refresh(struct proc_info *info, struct task_struct *task)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	struct inode *inode = mm ? BPF_CORE_READ(mm, exe_file, f_inode) : (void *)info->inode_address;

	if (!inode || info->flags & PROC_NO_EXE)
		return;
	if (!mm && !has_layered_files && BPF_CORE_READ(inode, i_ino) != info->inode)
		return;
	info->flags &= ~PROC_EXE_UNLINKED;
	if (BPF_CORE_READ(inode, i_nlink) == 0)
		info->flags |= PROC_EXE_UNLINKED;
}

/*
 * Stores the record of a process that the map does not have, or has under a stale identity. An
 * update of an LRU map takes a free node before it looks for the old key, and so can evict a third
 * process: a stale entry is deleted first, whose node the insert then takes.
 */
static __always_inline long proc_info_store(__u32 tgid, const struct proc_info *info, bool stale)
{
	if (stale)
		bpf_map_delete_elem(&proc_info, &tgid);
	return bpf_map_update_elem(&proc_info, &tgid, info, BPF_NOEXIST);
}

/*
 * Copies the entry of (tgid, start time). Anything but a whole record of that very process is a
 * miss.
 */
static __always_inline bool proc_info_copy(struct proc_info *into, __u32 tgid, __u64 start_time_ns, bool *stale)
{
	struct proc_info *entry = bpf_map_lookup_elem(&proc_info, &tgid);

	*stale = false;
	if (!entry)
		return false;
	bpf_probe_read_kernel(into, sizeof(*into), entry);
	if (into->start_time_ns == start_time_ns && into->seal_ns == start_time_ns &&
	    *(volatile __u64 *)&entry->start_time_ns == start_time_ns &&
	    *(volatile __u64 *)&entry->seal_ns == start_time_ns)
		return true;
	if (into->start_time_ns == start_time_ns || into->seal_ns == start_time_ns) {
		count(torn);
	} else {
		*stale = true;
		count(stale);
	}
	return false;
}

#ifdef SPOOR_MISS_MODE
static __always_inline void proc_info_follow(__u32 tgid, __u64 followed)
{
	struct proc_info *entry = bpf_map_lookup_elem(&proc_info, &tgid);

	if (entry)
		entry->followed |= followed;
}

static __always_inline __u64 proc_info_followed(__u32 tgid)
{
	struct proc_info *entry = bpf_map_lookup_elem(&proc_info, &tgid);

	return entry ? entry->followed : 0;
}

/* Before an exec replaces the record. Returns false if the mode loses the event. */
static __always_inline bool proc_info_take(__u64 *followed, __u32 tgid)
{
	struct proc_info *entry = bpf_map_lookup_elem(&proc_info, &tgid);

	*followed = entry ? entry->followed : 0;
	count(lookups);
	if (entry) {
		count(hits);
		return true;
	}
	count(misses);
	return SPOOR_MISS_MODE != MISS_DROP;
}
#endif

/* Replaces the entry of this id, if there is one. */
static __always_inline void proc_info_replace(__u32 tgid, const struct proc_info *info)
{
	if (proc_info_store(tgid, info, true))
		count(not_stored);
}

static __always_inline void proc_info_forget(__u32 tgid)
{
	bpf_map_delete_elem(&proc_info, &tgid);
}

/* The result of a look-up. */
enum proc_info_found {
	/* only with MISS_DROP */
	PROC_INFO_LOST = 0,
	PROC_INFO_HIT = 1,
	PROC_INFO_BUILT = 2,
	/* built, because the map has an entry of another process under this id */
	PROC_INFO_BUILT_ANEW = 3,
};

/* Fills `into` from the map, or else builds it and does not store it. `path` is overwritten. */
VERIFIED_ONCE int proc_info_find(struct proc_info *into, const struct proc_info_request *request,
				 struct path_buffer *path)
{
	bool expected, stale;

	/* The verifier requires this check, because another program might pass NULL. */
	if (!into || !request || !path)
		return PROC_INFO_LOST;
	expected = request->origin != ORIGIN_RECOVERED_KERNEL;
	count(lookups);
	if (proc_info_copy(into, request->identity.tgid, request->identity.start_time_ns, &stale)) {
		count(hits);
		proc_info_refresh(into, (void *)request->task);
		return PROC_INFO_HIT;
	}
	if (expected)
		count(created);
	else
		count(misses);
#if SPOOR_MISS_MODE == MISS_DROP
	if (!expected)
		return PROC_INFO_LOST;
#endif
	proc_info_build(into, request, path);
	if (request->origin != ORIGIN_EXEC && binary_restore(into, &request->identity))
		proc_info_refresh(into, (void *)request->task);
#if SPOOR_MISS_MODE == MISS_ZERO
	if (!expected) {
		__builtin_memset(into, 0, sizeof(*into));
		into->start_time_ns = into->seal_ns = request->identity.start_time_ns;
	}
#endif
	into->origin = request->origin;
	if (!expected)
		count(recovered[request->words_place & 3]);
	return stale ? PROC_INFO_BUILT_ANEW : PROC_INFO_BUILT;
}

/*
 * Look-up or init: fills `into`, a map's value, with the facts of the task's process. Returns false
 * only with MISS_DROP: the event is then lost.
 */
static __always_inline bool proc_info_of(struct proc_info *into, const struct proc_info_request *request,
					 struct path_buffer *path)
{
	int found = proc_info_find(into, request, path);
	int status;

	if (found == PROC_INFO_LOST)
		return false;
	if (found == PROC_INFO_HIT)
		return true;
#ifndef SPOOR_MISS_MODE
	if (!(into->flags & PROC_NO_EXE))
		binary_keep(&request->identity, into, request->origin == ORIGIN_EXEC ? BPF_ANY : BPF_NOEXIST);
#endif
	status = proc_info_store(request->identity.tgid, into, found == PROC_INFO_BUILT_ANEW);
	/* Another CPU stored an equal record first (EEXIST). Ours is in hand. */
	if (status == -EEXIST)
		count(raced);
	else if (status)
		count(not_stored);
	return true;
}

#endif
