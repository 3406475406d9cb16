#ifndef SPOOR_EVENT_UMASK_H
#define SPOOR_EVENT_UMASK_H

#include <events/record.h>

/* umask() returns the mask before, and never fails. */
#define SYSCALLS_umask(SYSCALL, kind) SYSCALL(kind, 95, 60, 166, 0)
#define RETURNS_ZERO_umask 0

/* A process set the permissions that its new files lack. */
struct umask_event {
	struct event_header header;
	__u32 mask;
	__u32 before;
};

static __always_inline bool fill_umask(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct umask_event *event = (void *)frame->record;

	event->mask = call->arguments[0] & 0777;
	event->before = call->result;
	return true;
}

#endif
