#ifndef SPOOR_EVENTS_SETGID_H
#define SPOOR_EVENTS_SETGID_H

#include "ids.h"

#define SYSCALLS_setgid(SYSCALL, kind)                                                                         \
	SYSCALL(kind, 106, 214, 144, SETIDS_SET)                                                               \
	SYSCALL(kind, 114, 204, 143, SETIDS_SETRE)                                                                \
	SYSCALL(kind, 119, 210, 149, SETIDS_SETRES)                                                               \
	SYSCALL(kind, 123, 216, 152, SETIDS_SETFS)                                                                \
	SYSCALL(kind, NONE, 46, NONE, SETIDS_SET | SETIDS_16)                                                \
	SYSCALL(kind, NONE, 71, NONE, SETIDS_SETRE | SETIDS_16)                                                 \
	SYSCALL(kind, NONE, 170, NONE, SETIDS_SETRES | SETIDS_16)                                               \
	SYSCALL(kind, NONE, 139, NONE, SETIDS_SETFS | SETIDS_16)

/* A thread asked for other group ids, and has the ones below now. */
struct setgid_event {
	struct event_header header;
	/* 0, or -errno; of setfsgid(), which does not tell, 0 */
	__s32 result;
	enum set_ids_call call;
	/*
	 * in the order of the call's arguments and the caller's user namespace; 2^32 - 1 for no change
	 */
	__u32 requested[IDS_MAX];
	/* as the thread's credentials have them after the call, in the initial user namespace */
	__u32 real_gid;
	__u32 effective_gid;
	__u32 saved_gid;
	__u32 filesystem_gid;
	__u32 unused;
};

static __always_inline bool fill_setgid(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct setgid_event *event = (void *)frame->record;
	struct cred *cred = BPF_CORE_READ(task, real_cred);

	event->result = ids_result(call);
	event->call = call->form & ~SETIDS_16;
	ids_requested(event->requested, call);
	event->real_gid = BPF_CORE_READ(cred, gid.val);
	event->effective_gid = BPF_CORE_READ(cred, egid.val);
	event->saved_gid = BPF_CORE_READ(cred, sgid.val);
	event->filesystem_gid = BPF_CORE_READ(cred, fsgid.val);
	return true;
}

#endif
