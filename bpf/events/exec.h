#ifndef SPOOR_EVENTS_EXEC_H
#define SPOOR_EVENTS_EXEC_H

#include "../maps/task_history.h"
#include "record.h"

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
	/* -1 if nobody logged in, or if the kernel was built without audit */
	__u32 loginuid;
	/* bit (1 << CAP_) each */
	__u64 permitted;
	__u64 effective;
	__u64 gained_capabilities;
	/* ids of the initial pid namespace; 0 for a process that the kernel started by itself */
	__u32 session_id;
	__u32 process_group;
	/* the working directory */
	struct var_bytes cwd;
	/* the controlling terminal: its name in /dev; empty without one */
	struct var_bytes terminal;
	/*
	 * Of a file that an interpreter runs: the path of that file. As the kernel has it where it has
	 * the file still, which then has its numbers here. Else the name, joined to its directory.
	 */
	struct var_bytes script;
	__u64 script_inode;
	__u32 script_device;
	/* how many; the ids are in the kernel's own list */
	__u32 supplementary_groups;
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
	event->supplementary_groups = BPF_CORE_READ(cred, group_info, ngroups);
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

/* include/linux/pid.h, enum pid_type */
#define PIDTYPE_PGID 2
#define PIDTYPE_SID 3

static __always_inline void exec_session(struct exec_event *event, struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);

	event->process_group = BPF_CORE_READ(signal, pids[PIDTYPE_PGID], numbers[0].nr);
	event->session_id = BPF_CORE_READ(signal, pids[PIDTYPE_SID], numbers[0].nr);
	event->loginuid = -1;
	if (bpf_core_field_exists(task->loginuid))
		event->loginuid = BPF_CORE_READ(task, loginuid.val);
}

static __always_inline __u32 directory_sequence(struct fs_struct *fs)
{
	__u32 sequence = 1;

	bpf_core_read(&sequence, sizeof(sequence), &fs->seq);
	return sequence;
}

/*
 * The working directory. The kernel counts its changes. If another process shares it and changed it
 * meanwhile, the text may be of neither directory, which is flagged.
 */
static __noinline int exec_append_cwd(struct frame *frame, struct task_struct *task)
{
	struct exec_event *event = (void *)frame->record;
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	__u32 sequence = directory_sequence(fs);

	path_of(&frame->path, (unsigned long)fs + bpf_core_field_offset(struct fs_struct, pwd));
	record_append_path(frame, &event->cwd);
	if (sequence & 1 || directory_sequence(fs) != sequence)
		event->header.flags |= EVENT_RACY;
	return 0;
}

/*
 * The terminal, by its name in /dev. The kernel calls `pts/3` pts3, and others as they are there. A
 * terminal that was hung up meanwhile is left out.
 */
static __noinline int exec_append_terminal(struct frame *frame, struct task_struct *task)
{
	struct exec_event *event = (void *)frame->record;
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	struct tty_struct *tty = BPF_CORE_READ(signal, tty);
	__u32 at = frame->size & RECORD_MASK, slash = 0, pts = 0;
	__u32 head = 0;
	long length;

	if (!tty)
		return 0;
	bpf_core_read(&head, sizeof(head), &tty->name);
	if (head << 8 == WORD4(0, 'p', 't', 's') && (head >> 24) - '0' <= 9) {
		__builtin_memcpy(&frame->record[at], "pts/", 4);
		pts = 3;
		slash = 1;
	}
	length = bpf_probe_read_kernel_str(&frame->record[at + pts + slash], sizeof(tty->name), &tty->name[pts]);
	if (length <= 1 || BPF_CORE_READ(signal, tty) != tty)
		return 0;
	event->terminal.offset = at;
	event->terminal.length = event->terminal.full_length = length - 1 + pts + slash;
	frame->size += event->terminal.length;
	return 0;
}

#endif
