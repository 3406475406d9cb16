#ifndef SPOOR_EVENTS_NAMESPACE_H
#define SPOOR_EVENTS_NAMESPACE_H

#include "name.h"

enum namespace_call {
	NAMESPACE_SETNS = 0,
	NAMESPACE_UNSHARE = 1,
	NAMESPACE_CHROOT = 2,
	NAMESPACE_PIVOT_ROOT = 3,
	NAMESPACE_UMOUNT = 4,
};

/* In the form: a call from the time before it took flags. */
#define NAMESPACE_WITHOUT_FLAGS 0x10

#define SYSCALLS_namespace(SYSCALL, kind)                                                                      \
	SYSCALL(kind, 308, 346, 268, NAMESPACE_SETNS)                                                          \
	SYSCALL(kind, 272, 310, 97, NAMESPACE_UNSHARE)                                                         \
	SYSCALL(kind, 161, 61, 51, NAMESPACE_CHROOT)                                                           \
	SYSCALL(kind, 155, 217, 41, NAMESPACE_PIVOT_ROOT)                                                      \
	SYSCALL(kind, 166, 52, 39, NAMESPACE_UMOUNT)                                                           \
	SYSCALL(kind, NONE, 22, NONE, NAMESPACE_UMOUNT | NAMESPACE_WITHOUT_FLAGS)

/* A process changed its namespaces, its root or its mounts, or could not. */
struct namespace_event {
	struct event_header header;
	/* 0, or -errno */
	__s32 result;
	enum namespace_call call;
	/* CLONE_ flags of setns() and unshare() */
	__u32 flags;
	/* MNT_ flags of umount2() */
	__u32 umount_flags;
	/* of setns() */
	__s32 fd;
	/* of the new root, when chroot() or pivot_root() succeeded, else 0 */
	__u32 device;
	__u64 inode;
	/*
	 * The namespaces of the thread, by inode number, after setns() or unshare() succeeded, else 0.
	 * pid and time: those of its next child.
	 */
	__u32 cgroup_namespace;
	__u32 ipc_namespace;
	__u32 mnt_namespace;
	__u32 net_namespace;
	__u32 pid_namespace;
	__u32 time_namespace;
	__u32 user_namespace;
	__u32 uts_namespace;
	/*
	 * The new root, what is unmounted. If chroot() succeeded, the kernel's own name. Else the
	 * caller's name (EVENT_USER_MEMORY).
	 */
	struct var_bytes path;
	/*
	 * where a relative name starts, as the kernel has it; of an absolute one the root, if not the
	 * tracer's; nothing when pivot_root() has replaced the root
	 */
	struct var_bytes directory;
	/* of pivot_root(): where the old root goes, as the caller gave it */
	struct var_bytes put_old;
};

static __noinline int namespace_store_ids(struct namespace_event *event, struct task_struct *task)
{
	struct nsproxy *proxy = BPF_CORE_READ(task, nsproxy);

	event->cgroup_namespace = BPF_CORE_READ(proxy, cgroup_ns, ns.inum);
	event->ipc_namespace = BPF_CORE_READ(proxy, ipc_ns, ns.inum);
	event->mnt_namespace = BPF_CORE_READ(proxy, mnt_ns, ns.inum);
	event->net_namespace = BPF_CORE_READ(proxy, net_ns, ns.inum);
	event->pid_namespace = BPF_CORE_READ(proxy, pid_ns_for_children, ns.inum);
	event->time_namespace = BPF_CORE_READ(proxy, time_ns_for_children, ns.inum);
	event->uts_namespace = BPF_CORE_READ(proxy, uts_ns, ns.inum);
	event->user_namespace = BPF_CORE_READ(task, real_cred, user_ns, ns.inum);
	return 0;
}

static __always_inline void namespace_append_root(struct frame *frame, struct task_struct *task,
						  struct var_bytes *path)
{
	struct fs_struct *fs = BPF_CORE_READ(task, fs);

	path_of(&frame->path, (unsigned long)fs + bpf_core_field_offset(struct fs_struct, root));
	record_append_path(frame, path);
}

static __always_inline bool fill_namespace(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct namespace_event *event = (void *)frame->record;
	struct part put_old = { .from = (void *)call->arguments[1], .memory = PART_USER };
	struct name name = {
		.from = (void *)call->arguments[0],
		.directory_fd = AT_FDCWD,
		.path = &event->path,
		.directory = &event->directory,
	};
	bool is_done = !call->result;

	event->result = call->result;
	event->call = call->form & ~NAMESPACE_WITHOUT_FLAGS;
	switch (call->form) {
	case NAMESPACE_SETNS:
		event->fd = call->arguments[0];
		event->flags = call->arguments[1];
		break;
	case NAMESPACE_UNSHARE:
		event->flags = call->arguments[0];
		break;
	case NAMESPACE_UMOUNT:
		event->umount_flags = call->arguments[1];
		break;
	}
	if (event->call <= NAMESPACE_UNSHARE) {
		if (is_done)
			namespace_store_ids(event, task);
		return true;
	}
	if (is_done && event->call != NAMESPACE_UMOUNT) {
		record_flag_racy(frame);
		event_store_inode(event, BPF_CORE_READ(task, fs, root.dentry, d_inode));
	}
	if (is_done && event->call == NAMESPACE_CHROOT) {
		namespace_append_root(frame, task, &event->path);
		return true;
	}
	record_append_name(frame, &name);
	if (event->call == NAMESPACE_PIVOT_ROOT)
		record_append_string(frame, &event->put_old, &put_old);
	/* The directory in which the names of pivot_root() began is gone. */
	if (!is_done || event->call == NAMESPACE_UMOUNT)
		record_append_directory(frame, task, &name, name_is_absolute(frame, name.path));
	return true;
}

#endif
