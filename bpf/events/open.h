#ifndef SPOOR_EVENTS_OPEN_H
#define SPOOR_EVENTS_OPEN_H

#include "caller.h"
#include "name.h"

enum open_form { OPEN_OPEN, OPEN_AT, OPEN_AT2, OPEN_CREAT, OPEN_HANDLE };

#define SYSCALLS_open(SYSCALL, kind)                                                                           \
	SYSCALL(kind, 2, 5, NONE, OPEN_OPEN)                                                                         \
	SYSCALL(kind, 257, 295, 56, OPEN_AT)                                                                         \
	SYSCALL(kind, 437, 437, 437, OPEN_AT2)                                                                       \
	SYSCALL(kind, 85, 8, NONE, OPEN_CREAT)                                                                       \
	SYSCALL(kind, 304, 342, 265, OPEN_HANDLE)

/*
 * O_CREAT | O_WRONLY | O_TRUNC, what creat() stands for: the same number on every architecture we
 * have.
 */
#define CREAT_FLAGS 0x241

/* include/uapi/asm-generic/fcntl.h: no architecture that we have has others. */
#define O_ACCMODE 3
#define O_PATH 010000000
/* Without O_DIRECTORY, which O_TMPFILE has besides. The name is that of a directory then. */
#define O_TMPFILE_BIT 020000000

/* A file was opened, or could not be. */
struct open_event {
	struct event_header header;
	/* the file descriptor, or -errno */
	__s64 result;
	__u64 inode;
	__u32 device;
	/*
	 * O_ flags that were asked for. openat2() has them in memory: when it succeeded they are
	 * those that the file has kept: without O_CREAT, O_EXCL, O_NOCTTY and O_TRUNC, with
	 * O_LARGEFILE.
	 */
	__u32 flags;
	/*
	 * As the kernel resolved it; of a failed open as the caller gave it (EVENT_USER_MEMORY).
	 * Where another task can have replaced the descriptor, EVENT_USER_MEMORY says that the
	 * caller's memory names another file.
	 */
	struct var_bytes path;
	/*
	 * Of a failed open: where a relative name starts, as the kernel has it; of an absolute one
	 * the root of the process, when that is not the tracer's. Then it stands right before the
	 * name, with a slash between.
	 */
	struct var_bytes directory;
};

/* include/uapi/linux/openat2.h */
#define RESOLVE_IN_ROOT 0x10

/* Returns whether openat2() looks its name up below the directory, as below a root. */
static __noinline int open_is_in_root(const struct syscall *call)
{
	const struct open_how *how = (void *)call->arguments[2];
	__u64 resolve = 0;

	if (call->form == OPEN_AT2)
		bpf_probe_read_user(&resolve, sizeof(resolve), &how->resolve);
	return !!(resolve & RESOLVE_IN_ROOT);
}

static __always_inline __u32 open_flags(const struct syscall *call)
{
	__u64 how = 0;

	switch (call->form) {
	case OPEN_OPEN:
		return call->arguments[1];
	case OPEN_CREAT:
		return CREAT_FLAGS;
	case OPEN_AT2:
		/* struct open_how begins with the flags, 64 bits of them. */
		bpf_probe_read_user(&how, sizeof(how), (void *)call->arguments[2]);
		return how;
	default:
		return call->arguments[2];
	}
}

/*
 * Returns whether the call cannot have opened this file: the descriptor is closed, is a socket, or
 * has another access mode. The access mode of openat2() is not compared, since its flags are in the
 * caller's memory.
 */
static __noinline int is_not_opened(struct file *file, const struct syscall *call)
{
	__u32 asked = open_flags(call), has;

	if (!file)
		return true;
	has = BPF_CORE_READ(file, f_flags);
	if (sock_of_file(file) && !(has & O_PATH))
		return true;
	if (call->form == OPEN_AT2)
		return false;
	return (has ^ asked) & (asked & O_PATH ? O_PATH : O_PATH | O_ACCMODE);
}

/*
 * Fills the event from the file that a hook kept. Returns false if the kernel has dropped its name.
 */
static __noinline int open_committed(struct frame *frame, const struct syscall *call)
{
	struct open_event *event = (void *)frame->record;
	const struct committed *kept = &frame->committed;

	event->flags = call->form == OPEN_AT2 ? kept->flags : open_flags(call);
	event->inode = kept->file.inode;
	event->device = kept->device;
	if (record_append_committed(frame, &kept->file, &event->path)) {
		event_store_inode(event, kept->file.inode_address);
		return 1;
	}
	event->header.flags |= EVENT_RACY;
	return 0;
}

/*
 * Returns whether the caller's memory names another file than the descriptor has. Another task
 * changed one of the two.
 */
static __always_inline bool is_another_file(struct frame *frame, const struct syscall *call, const void *name)
{
	struct open_event *event = (void *)frame->record;

	if (call->form == OPEN_HANDLE || event->flags & O_TMPFILE_BIT || !tables_were_shared(frame))
		return false;
	return caller_disagrees(frame, &event->path, name);
}

static __always_inline bool fill_open(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct open_event *event = (void *)frame->record;
	bool is_doubtful = event->header.flags & EVENT_RACY;
	struct file *file = NULL;
	bool at = call->form != OPEN_OPEN && call->form != OPEN_CREAT;
	struct name name = {
		.from = (void *)call->arguments[at],
		.directory_fd = at ? call->arguments[0] : AT_FDCWD,
		.path = &event->path,
		.directory = &event->directory,
	};

	event->result = call->result;
	if (call->result >= 0 && has_committed_fd(frame, EVENT_OPEN, call->result)) {
		if (open_committed(frame, call))
			return true;
		goto by_name;
	}
	if (call->result >= 0)
		file = file_of_call(frame, task, call->result);
	if (is_doubtful && call->result >= 0 && is_not_opened(file, call) && !tables_were_shared(frame))
		return false;
	event->flags = file && call->form == OPEN_AT2 ? BPF_CORE_READ(file, f_flags) : open_flags(call);
	if (file) {
		record_append_file(frame, file, &event->path);
		event_store_number(event, file);
		if (is_another_file(frame, call, name.from))
			event->header.flags |= EVENT_USER_MEMORY;
		return true;
	}
by_name:
	name.in_root = open_is_in_root(call);
	/* By a handle there is no name. */
	if (call->form != OPEN_HANDLE)
		record_append_joined(frame, task, &name);
	return true;
}

#endif
