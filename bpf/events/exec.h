#ifndef SPOOR_EVENTS_EXEC_H
#define SPOOR_EVENTS_EXEC_H

#include "../maps/task_history.h"
#include "record.h"

/* An exec gains these by a set-user-id or set-group-id file, or by file capabilities. */
enum exec_gain { EXEC_GAINED_EUID = 1, EXEC_GAINED_EGID = 2, EXEC_GAINED_CAPABILITIES = 4 };

/* Of the file of a binary, bits. */
enum binary_trait {
	/* in the upper layer of an overlay: not from the image of the container, or changed since */
	BINARY_UPPER_LAYER = 1,
	/* of tmpfs, ramfs or hugetlbfs: memfd_create() too */
	BINARY_IN_MEMORY = 2,
	/* no directory has it */
	BINARY_UNLINKED = 4,
	/* by its mode, the process may write to it */
	BINARY_WRITABLE = 8,
};

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
	enum binary_trait binary_traits;
	/* of the file that is descriptor 0, the upper bits of st_mode; 0 if it is closed */
	__u32 stdin_type;
	/* when the binary or its attributes changed last: nanoseconds since 1970 */
	__u64 change_time_ns;
	/*
	 * the variables that were asked for (maps/environment.h), a NUL after each: NAME=value, or NAME
	 * alone
	 */
	struct var_bytes env;
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

/* include/uapi/linux/magic.h */
#define TMPFS_MAGIC 0x01021994
#define RAMFS_MAGIC 0x858458f6
#define HUGETLBFS_MAGIC 0x958458f6
#define S_IWOTH 2

/*
 * The bit that decides: the owner's, the group's or the others'. (fs/namei.c,
 * acl_permission_check)
 */
static __always_inline bool may_write_by_mode(const struct exec_event *event, struct inode *inode)
{
	__u32 mode = BPF_CORE_READ(inode, i_mode);

	if (BPF_CORE_READ(inode, i_uid.val) == event->euid)
		return mode >> 6 & S_IWOTH;
	if (BPF_CORE_READ(inode, i_gid.val) == event->egid)
		return mode >> 3 & S_IWOTH;
	return mode & S_IWOTH;
}

/* include/linux/fs.h, since 6.13: somebody has asked for the time */
#define I_CTIME_QUERIED (1U << 31)

static __always_inline __u64 change_time_of(struct inode *inode)
{
	struct inode___ctime *with_ctime = (void *)inode;
	struct inode___private_ctime *with_private = (void *)inode;
	__u64 seconds, nanoseconds;

	if (bpf_core_field_exists(inode->i_ctime_sec)) {
		seconds = BPF_CORE_READ(inode, i_ctime_sec);
		nanoseconds = BPF_CORE_READ(inode, i_ctime_nsec) & ~I_CTIME_QUERIED;
	} else if (bpf_core_field_exists(with_private->__i_ctime)) {
		seconds = BPF_CORE_READ(with_private, __i_ctime.tv_sec);
		nanoseconds = BPF_CORE_READ(with_private, __i_ctime.tv_nsec);
	} else {
		seconds = BPF_CORE_READ(with_ctime, i_ctime.tv_sec);
		nanoseconds = BPF_CORE_READ(with_ctime, i_ctime.tv_nsec);
	}
	return seconds * 1000000000 + nanoseconds;
}

/* Comes after the credentials. A function of its own, for the stack's sake. */
/* The exec has parted the table of descriptors from those of other processes. */
static __noinline int exec_stdin(struct exec_event *event, struct task_struct *task)
{
	struct file *file = file_of_fd(task, 0);

	event->stdin_type = file ? BPF_CORE_READ(file, f_inode, i_mode) >> FILE_TYPE_SHIFT : 0;
	return 0;
}

static __noinline int exec_binary_traits(struct exec_event *event, struct task_struct *task)
{
	struct inode *inode = BPF_CORE_READ(task, mm, exe_file, f_inode);
	__u32 magic = BPF_CORE_READ(inode, i_sb, s_magic);
	__u32 traits = 0;

	if (has_layered_files && magic == OVERLAYFS_MAGIC && overlay_upper(inode))
		traits |= BINARY_UPPER_LAYER;
	if (magic == TMPFS_MAGIC || magic == RAMFS_MAGIC || magic == HUGETLBFS_MAGIC)
		traits |= BINARY_IN_MEMORY;
	if (!BPF_CORE_READ(inode, i_nlink))
		traits |= BINARY_UNLINKED;
	if (may_write_by_mode(event, inode))
		traits |= BINARY_WRITABLE;
	event->binary_traits = traits;
	event->change_time_ns = change_time_of(inode);
	return 0;
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
