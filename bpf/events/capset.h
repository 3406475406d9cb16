#ifndef SPOOR_EVENTS_CAPSET_H
#define SPOOR_EVENTS_CAPSET_H

#include "../lib/syscalls.h"
#include "record.h"

#define SYSCALLS_capset(SYSCALL, kind) SYSCALL(kind, 126, 185, 91, 0)

/*
 * include/uapi/linux/capability.h: the first version has 32 capabilities, the others 64 in two such
 * structs.
 */
#define LINUX_CAPABILITY_VERSION_1 0x19980330

struct user_cap_data {
	__u32 effective;
	__u32 permitted;
	__u32 inheritable;
};

/* A thread asked for other capabilities, and has the ones below now. */
struct capset_event {
	struct event_header header;
	/* 0, or -errno */
	__s32 result;
	__u32 unused;
	/* bit (1 << CAP_) each, as the thread's credentials have them after the call */
	__u64 effective;
	__u64 permitted;
	__u64 inheritable;
	/* what a failed call asked for, out of the caller's memory (EVENT_USER_MEMORY); else 0 */
	__u64 requested_effective;
	__u64 requested_permitted;
	__u64 requested_inheritable;
};

static __always_inline void capset_requested(struct capset_event *event, const struct syscall *call)
{
	struct user_cap_data data[2] = {};
	__u32 version = 0, size = sizeof(data);

	bpf_probe_read_user(&version, sizeof(version), (void *)call->arguments[0]);
	if (version == LINUX_CAPABILITY_VERSION_1)
		size = sizeof(data[0]);
	if (bpf_probe_read_user(data, size, (void *)call->arguments[1]))
		return;
	event->header.flags |= EVENT_USER_MEMORY;
	event->requested_effective = data[0].effective | (__u64)data[1].effective << 32;
	event->requested_permitted = data[0].permitted | (__u64)data[1].permitted << 32;
	event->requested_inheritable = data[0].inheritable | (__u64)data[1].inheritable << 32;
}

static __always_inline bool fill_capset(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct capset_event *event = (void *)frame->record;
	struct cred *cred = BPF_CORE_READ(task, real_cred);

	event->result = call->result;
	bpf_core_read(&event->effective, sizeof(event->effective), &cred->cap_effective);
	bpf_core_read(&event->permitted, sizeof(event->permitted), &cred->cap_permitted);
	bpf_core_read(&event->inheritable, sizeof(event->inheritable), &cred->cap_inheritable);
	if (call->result)
		capset_requested(event, call);
	return true;
}

#endif
