/*
 * Finds a task by its id, in the table of its pid namespace. The kernel keeps that table in a radix
 * tree (lib/idr.c, lib/xarray.c). Helpers for it exist only since 6.2.
 */
#ifndef SPOOR_LIB_FIND_TASK_H
#define SPOOR_LIB_FIND_TASK_H

#include "read.h"

/* include/linux/xarray.h: xa_is_node(). Other words are objects, values and marks. */
#define XA_TAGS 3
#define XA_NODE_TAG 2
#define XA_MARKS_MAX 4096
/* Levels of the tree: they hold more ids than a kernel gives (PID_MAX_LIMIT). */
#define XA_LEVELS_MAX 4

/* Returns the entry of an index, or 0. */
static __always_inline unsigned long xa_entry(const struct xarray *array, __u32 index)
{
	unsigned long entry = (unsigned long)BPF_CORE_READ(array, xa_head);
	struct xa_node *node;
	__u32 slot, last;
	__u8 shift;

	for (int level = 0; level < XA_LEVELS_MAX; level++) {
		if ((entry & XA_TAGS) != XA_NODE_TAG || entry <= XA_MARKS_MAX)
			return 0;
		node = (void *)(entry - XA_NODE_TAG);
		last = bpf_core_field_size(node->slots) / sizeof(node->slots[0]) - 1;
		shift = BPF_CORE_READ(node, shift);
		slot = index >> (shift & 31);
		if (!level && slot > last)
			return 0;
		entry = 0;
		bpf_core_read(&entry, sizeof(entry), &node->slots[slot & last]);
		if (!shift)
			return entry & XA_TAGS ? 0 : entry;
	}
	return 0;
}

/*
 * Returns the address of the task with this id in the pid namespace of `task`, or 0. Calls look up
 * the ids that they are given in that namespace, too.
 */
static __noinline unsigned long task_of_pid(struct task_struct *task, __s32 id)
{
	struct pid *own = BPF_CORE_READ(task, thread_pid), *pid;
	struct hlist_node *link;
	struct xarray *ids;
	__u32 level = BPF_CORE_READ(own, level);
	struct upid upid = {};

	bpf_core_read(&upid, sizeof(upid), &own->numbers[level]);
	ids = (void *)upid.ns + bpf_core_field_offset(struct pid_namespace, idr.idr_rt);
	pid = (void *)xa_entry(ids, id);
	link = BPF_CORE_READ(pid, tasks[0].first);
	return link ? (unsigned long)link - bpf_core_field_offset(struct task_struct, pid_links) : 0;
}

#endif
