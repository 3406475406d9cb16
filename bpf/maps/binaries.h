/*
 * The binary that each process runs, by the name that it had when it was executed. The kernel's own
 * task has only the name of today, which a rename changes, and at its end on kernels before 6.16 no
 * binary at all. So a rebuilt record takes its binary from here, and says what a record says that
 * the map still has. Nothing evicts an entry: it is replaced by the next exec and removed at the
 * end of the process.
 */
#ifndef SPOOR_MAPS_BINARIES_H
#define SPOOR_MAPS_BINARIES_H

#include "proc_record.h"

/* Of a value only the fields of the binary are used. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, struct task_identity);
	__type(value, struct proc_info);
} binaries SEC(".maps");

static __always_inline void binary_keep(const struct task_identity *identity, const struct proc_info *info, __u64 how)
{
	int status = bpf_map_update_elem(&binaries, identity, info, how);

	if (status && status != -EEXIST)
		count(binaries_lost);
}

static __always_inline void binary_forget(const struct task_identity *identity)
{
	bpf_map_delete_elem(&binaries, identity);
}

static __always_inline void binary_inherit(const struct task_identity *parent, const struct task_identity *child)
{
	const struct proc_info *info = bpf_map_lookup_elem(&binaries, parent);

	if (info)
		binary_keep(child, info, BPF_ANY);
}

/* Puts the binary that was kept into a record that was built from the task. False when none was. */
static __always_inline bool binary_restore(struct proc_info *info, const struct task_identity *identity)
{
	/* Verifiers before 5.14 want a key that is on the stack. */
	struct task_identity key = *identity;
	const struct proc_info *kept = bpf_map_lookup_elem(&binaries, &key);

	if (!kept)
		return false;
	info->inode = kept->inode;
	info->inode_address = kept->inode_address;
	info->device = kept->device;
	info->exe_length = kept->exe_length;
	info->exe_full_length = kept->exe_full_length;
	bpf_probe_read_kernel(info->exe, sizeof(info->exe), kept->exe);
	info->flags &= ~(PROC_EXE_TORN | PROC_EXE_UNREACHABLE);
	info->flags |= kept->flags & (PROC_EXE_TORN | PROC_EXE_UNREACHABLE);
	if (info->flags & PROC_NO_EXE)
		info->flags = (info->flags & ~PROC_NO_EXE) | (kept->flags & PROC_EXE_UNLINKED);
	return true;
}

#endif
