#ifndef SPOOR_EVENTS_EXEC_H
#define SPOOR_EVENTS_EXEC_H

#include "../maps/task_history.h"
#include "event.h"

/* An exec gains these by a set-user-id or set-group-id file, or by file capabilities. */
enum exec_gain { EXEC_GAINED_EUID = 1, EXEC_GAINED_EGID = 2, EXEC_GAINED_CAPABILITIES = 4 };

/* A process runs another binary, and has not run its first instruction yet. */
struct exec_event {
	struct event_header header;
	__u64 inode;
	/* The kernel's number: major << 20 | minor. */
	__u32 device;
	/* as the kernel counted it, however much of `argv` is here */
	__u32 argc;
	char previous_comm[16];
	/* the binary as the kernel resolved it: of a script, its interpreter */
	struct var_bytes path;
	/* the name that was executed, as the kernel copied it: of a script, the script */
	struct var_bytes filename;
	/* NUL after each argument; the first of them where they are longer than `argv_limit` */
	struct var_bytes argv;
	/* then the last of them: ARGV_TAIL bytes, which may begin within an argument */
	struct var_bytes argv_tail;
	/* 1 when the first argument in `argv_tail` is not whole */
	__u32 argv_tail_cut;
	/*
	 * Ids of the thread after the call, in the initial user namespace. The header has the real user
	 * id.
	 */
	__u32 euid;
	__u32 suid;
	__u32 gid;
	__u32 egid;
	__u32 sgid;
	enum exec_gain gained;
	__u32 unused;
	/* bit (1 << CAP_) each */
	__u64 permitted;
	__u64 effective;
	__u64 gained_capabilities;
};

/*
 * Fills the credentials that the task has. `before`: those that the exec replaced, or NULL where
 * nothing kept them.
 */
static __always_inline void exec_credentials(struct exec_event *event, struct task_struct *task,
					     const struct before_exec *before)
{
	struct cred *cred = BPF_CORE_READ(task, real_cred);
	__u32 gained = 0;

	event->euid = BPF_CORE_READ(cred, euid.val);
	event->suid = BPF_CORE_READ(cred, suid.val);
	event->gid = BPF_CORE_READ(cred, gid.val);
	event->egid = BPF_CORE_READ(cred, egid.val);
	event->sgid = BPF_CORE_READ(cred, sgid.val);
	bpf_core_read(&event->permitted, sizeof(event->permitted), &cred->cap_permitted);
	bpf_core_read(&event->effective, sizeof(event->effective), &cred->cap_effective);
	event->gained_capabilities = 0;
	if (before) {
		event->gained_capabilities = event->permitted & ~before->permitted;
		gained |= event->euid != before->euid ? EXEC_GAINED_EUID : 0;
		gained |= event->egid != before->egid ? EXEC_GAINED_EGID : 0;
		gained |= event->gained_capabilities ? EXEC_GAINED_CAPABILITIES : 0;
	}
	event->gained = gained;
}

#endif
