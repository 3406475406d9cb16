/*
 * An exec that the kernel refused: no hook but the return of the call is told it. Name and
 * arguments are the caller's own memory, read when the call returns (EVENT_USER_MEMORY): a thread
 * that rewrites it meanwhile shows us another.
 */
#ifndef SPOOR_EVENTS_EXEC_FAILED_H
#define SPOOR_EVENTS_EXEC_FAILED_H

#include "../lib/signals.h"
#include "name.h"

/* Forms: execveat(), and of x32 programs, whose lists of arguments have 32-bit pointers. */
#define EXEC_AT 1
#define EXEC_X32 2

#define SYSCALLS_exec_failed(SYSCALL, kind)                                                                    \
	SYSCALL(kind, 59, 11, 221, 0)                                                                          \
	SYSCALL(kind, 322, 358, 281, EXEC_AT)                                                                  \
	SYSCALL(kind, 520, NONE, NONE, EXEC_X32)                                                               \
	SYSCALL(kind, 545, NONE, NONE, EXEC_AT | EXEC_X32)

static __always_inline bool is_exec_failure(long result)
{
	return result < 0 && result > -ERESTARTSYS;
}

/* A process asked for another binary, got an error, and goes on as it was. */
struct exec_failed_event {
	struct event_header header;
	/* -errno */
	__s32 result;
	/* how many arguments there were, as far as they were counted */
	__u32 argc;
	/* the name as the caller gave it */
	struct var_bytes filename;
	/*
	 * where a relative name starts, as the kernel has it; of another root than the tracer's that
	 * root
	 */
	struct var_bytes directory;
	/* NUL after each argument */
	struct var_bytes argv;
};

/*
 * Pointers to arguments that are counted. Without bpf_loop the verifier reads the walk step by
 * step.
 */
#ifdef SPOOR_WITHOUT_BPF_LOOP
#define FAILED_ARGUMENTS_MAX 32
#else
#define FAILED_ARGUMENTS_MAX 16384
#endif

struct argument_walk {
	struct frame *frame;
	const void *list;
	/* bytes of a pointer */
	__u32 pointer;
	__u32 count;
	/* bytes of arguments that are kept */
	__u32 kept;
	/* an argument is not kept, or not whole */
	bool cut;
	bool done;
};

/* One argument. 1 at the end. */
static __noinline long argument_step(__u32 step, struct argument_walk *walk)
{
	struct frame *frame = walk->frame;
	__u32 at = frame->size & RECORD_MASK;
	__u64 address = 0;
	__u32 room = ARGV_MAX - walk->kept;
	long length;
	const void *from = walk->list + (__u64)step * walk->pointer;

	if (walk->pointer == 8)
		length = bpf_probe_read_user(&address, 8, from);
	else
		length = bpf_probe_read_user(&address, 4, from);
	if (length || !address) {
		walk->cut |= length != 0;
		walk->done = true;
		return 1;
	}
	walk->count++;
	if (walk->cut)
		return 0;
	/*
	 * Hidden from the compiler, which would leave the comparison out: the verifier knows the bound
	 * by it.
	 */
	barrier_var(room);
	if (!room || room > ARGV_MAX) {
		walk->cut = true;
		return 0;
	}
	length = bpf_probe_read_user_str(&frame->record[at], room, (void *)address);
	if (length < 0) {
		walk->cut = true;
		return 0;
	}
	/* Of an empty string of user space many kernels say 0. */
	if (!length) {
		frame->record[at] = 0;
		length = 1;
	}
	/* A string that fills the room is taken for one that was cut. */
	walk->cut = length == room;
	walk->kept += length;
	frame->size += length;
	return 0;
}

static __always_inline void append_failed_argv(struct frame *frame, struct exec_failed_event *event, const void *list,
					       __u32 pointer)
{
	struct argument_walk walk = { .frame = frame, .list = list, .pointer = pointer };

	event->argv.offset = frame->size;
#ifdef SPOOR_WITHOUT_BPF_LOOP
	for (int i = 0; i < FAILED_ARGUMENTS_MAX; i++)
		if (argument_step(i, &walk))
			break;
#else
	bpf_loop(FAILED_ARGUMENTS_MAX, argument_step, &walk, 0);
#endif
	event->argc = walk.count;
	event->argv.length = walk.kept;
	event->argv.full_length = walk.kept + (walk.cut || !walk.done);
}

static __always_inline void lacks_all(struct frame *frame, struct var_bytes *part)
{
	part->offset = frame->size;
	part->length = 0;
	part->full_length = 1;
}

static __always_inline bool fill_exec_failed(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct exec_failed_event *event = (void *)frame->record;
	__u32 at = call->form & EXEC_AT;
	struct name name = {
		.from = (void *)call->arguments[at & 1],
		.directory_fd = at ? call->arguments[0] : AT_FDCWD,
		.path = &event->filename,
		.directory = &event->directory,
	};
	const void *list = (void *)call->arguments[at ? 2 : 1];

	event->result = call->result;
	/*
	 * The kernel kills a process whose exec fails when the old memory is gone. The caller's
	 * pointers then lead into the new program, whose file can have put other texts there.
	 * (fs/exec.c, bprm_execve: point_of_no_return)
	 */
	if (is_being_killed(task)) {
		lacks_all(frame, &event->filename);
		lacks_all(frame, &event->argv);
		return true;
	}
	record_append_named(frame, task, &name);
	append_failed_argv(frame, event, list, call->compat || call->form & EXEC_X32 ? 4 : 8);
	return true;
}

#endif
