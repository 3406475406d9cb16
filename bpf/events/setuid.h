#ifndef SPOOR_EVENTS_SETUID_H
#define SPOOR_EVENTS_SETUID_H

#include "ids.h"

#define SYSCALLS_setuid(SYSCALL, kind)                                                                         \
	SYSCALL(kind, 105, 213, 146, SETIDS_SET)                                                               \
	SYSCALL(kind, 113, 203, 145, SETIDS_SETRE)                                                                \
	SYSCALL(kind, 117, 208, 147, SETIDS_SETRES)                                                               \
	SYSCALL(kind, 122, 215, 151, SETIDS_SETFS)                                                                \
	SYSCALL(kind, NONE, 23, NONE, SETIDS_SET | SETIDS_16)                                                \
	SYSCALL(kind, NONE, 70, NONE, SETIDS_SETRE | SETIDS_16)                                                 \
	SYSCALL(kind, NONE, 164, NONE, SETIDS_SETRES | SETIDS_16)                                               \
	SYSCALL(kind, NONE, 138, NONE, SETIDS_SETFS | SETIDS_16)

/* A thread asked for other user ids, and has the ones below now. */
struct setuid_event {
	struct event_header header;
	/* 0, or -errno; of setfsuid(), which does not tell, 0 */
	__s32 result;
	enum set_ids_call call;
	/*
	 * in the order of the call's arguments and the caller's user namespace; 2^32 - 1 for no change
	 */
	__u32 requested[IDS_MAX];
	/* as the thread's credentials have them after the call, in the initial user namespace */
	__u32 real_uid;
	__u32 effective_uid;
	__u32 saved_uid;
	__u32 filesystem_uid;
	__u32 unused;
};

static __always_inline bool fill_setuid(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct setuid_event *event = (void *)frame->record;
	struct cred *cred = BPF_CORE_READ(task, real_cred);

	event->result = ids_result(call);
	event->call = call->form & ~SETIDS_16;
	ids_requested(event->requested, call);
	event->real_uid = BPF_CORE_READ(cred, uid.val);
	event->effective_uid = BPF_CORE_READ(cred, euid.val);
	event->saved_uid = BPF_CORE_READ(cred, suid.val);
	event->filesystem_uid = BPF_CORE_READ(cred, fsuid.val);
	return true;
}

#endif
