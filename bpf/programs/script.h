/* The script that an exec runs: the name that was executed, as an absolute path. */
#ifndef SPOOR_PROGRAMS_SCRIPT_H
#define SPOOR_PROGRAMS_SCRIPT_H

#include "../events/exec.h"
#include "../events/name.h"
#include "../lib/decimal.h"
#include "../maps/scripts.h"

/*
 * How the kernel names a file that was executed by its descriptor: `/dev/fd/3`, or
 * `/dev/fd/3/NAME`. (fs/exec.c)
 */
#define DEV_FD_LENGTH 8

/*
 * A script or another file that the kernel found an interpreter for. Of others both pointers are
 * the same, also when they were executed by descriptor.
 */
static __always_inline bool has_interpreter(struct linux_binprm *bprm)
{
	return BPF_CORE_READ(bprm, interp) != BPF_CORE_READ(bprm, filename);
}

/* `#!/usr/bin/env NAME`, or `#!/bin/env NAME` */
static __always_inline bool is_env(const char *interpreter)
{
	__u64 path[2] = {};

	bpf_probe_read_kernel_str(path, sizeof(path), interpreter);
	if (path[0] == WORD8('/', 'u', 's', 'r', '/', 'b', 'i', 'n'))
		return path[1] << 24 == WORD8(0, 0, 0, '/', 'e', 'n', 'v', 0);
	return path[0] == WORD8('/', 'b', 'i', 'n', '/', 'e', 'n', 'v') && !(path[1] & 0xff);
}

/* Returns the length of a beginning `/dev/fd/N` and stores N, or returns 0 for other names. */
static __always_inline __u32 script_descriptor(const char *filename, __s32 *fd)
{
	__u64 head[2] = {};
	struct decimal number;

	bpf_probe_read_kernel_str(head, sizeof(head), filename);
	if (head[0] != WORD8('/', 'd', 'e', 'v', '/', 'f', 'd', '/'))
		return 0;
	number = decimal_at(head[1]);
	*fd = number.value;
	return DEV_FD_LENGTH + number.digits;
}

#ifndef SPOOR_WITHOUT_BPF_LOOP
/*
 * The argument of a step of bpf_loop. The walk itself is in the frame, so that the verifier sees
 * each step begin like the first.
 */
struct name_step_context {
	struct frame *frame;
};

/* One byte. Puts each name that counts in front of those behind it. 1 at the end. */
static __noinline long name_step(__u32 step, struct name_step_context *context)
{
	struct frame *frame = context->frame;
	struct name_walk *walk = &frame->names;
	__u32 at = walk->at, length = walk->end - at - 1;
	const __u8 *name = &frame->record[(at + 1) & RECORD_MASK];

	if (at < sizeof(struct event_header))
		return 1;
	walk->at = at - 1;
	if (frame->record[at & RECORD_MASK] != '/')
		return 0;
	walk->end = at;
	if (!length || (length == 1 && name[0] == '.'))
		return 0;
	if (length == 2 && name[0] == '.' && name[1] == '.')
		walk->climbs++;
	else if (walk->climbs)
		walk->climbs--;
	else
		path_prepend(&frame->path, name, length);
	return 0;
}
#endif

/*
 * The name is joined to the directory that it starts from, and `.`, `..` and double slashes are
 * left out. Symbolic links in it are not followed: the kernel has let go of the script's file.
 * Kernels before 5.17 leave out a `./` in front alone.
 */
static __noinline int script_of_exec(struct frame *frame, struct task_struct *task, const char *filename)
{
	struct var_bytes path = {}, directory = {};
	struct name name = { .directory_fd = AT_FDCWD, .path = &path, .directory = &directory };
	struct script *script = &frame->script;
	struct part part = { .memory = PART_KERNEL };
	__u32 skip = script_descriptor(filename, &name.directory_fd);
	const __u8 *from;
	__u64 length;

	frame->size = sizeof(struct event_header);
	part.from = filename;
	record_append_directory(frame, task, &name, !skip && part_byte(&part, 0) == '/');
	if (!skip && part_byte(&part, 0) == '.' && part_byte(&part, 1) == '/')
		skip = 2;
	part.from = filename + skip;
	if (directory.length && part_byte(&part, 0) && part_byte(&part, 0) != '/') {
		frame->record[frame->size & RECORD_MASK] = '/';
		frame->size++;
	}
	record_append_string(frame, &path, &part);
	__builtin_memset(script, 0, sizeof(*script));
#ifdef SPOOR_WITHOUT_BPF_LOOP
	from = &frame->record[sizeof(struct event_header)];
	length = frame->size - sizeof(struct event_header);
	script->full_length = length;
#else
	struct name_step_context context = { .frame = frame };

	frame->names.at = frame->size - 1;
	frame->names.end = frame->size;
	frame->names.climbs = 0;
	frame->path.start = PATH_MAX;
	frame->path.full_length = 0;
	frame->path.cut = false;
	bpf_loop(2 * PART_MAX, name_step, &context, 0);
	from = &frame->path.bytes[frame->path.start & (PATH_MAX - 1)];
	length = PATH_MAX - frame->path.start;
	script->full_length = frame->path.full_length;
#endif
	if (length > EXE_MAX)
		length = EXE_MAX;
	barrier_var(length);
	length &= 2 * EXE_MAX - 1;
	if (length > EXE_MAX || bpf_probe_read_kernel(script->path, length, from))
		length = 0;
	script->length = length;
	return 0;
}

/*
 * Finds the script of an executing process, for its event. Stores it or removes the one before. A
 * function of its own for the stack.
 */
static __noinline int script_executed(struct frame *frame, const struct subject *subject, struct linux_binprm *bprm)
{
	if (!has_interpreter(bprm)) {
		if (scripts_kept())
			script_replaced(&subject->process.identity);
		return 0;
	}
	script_of_exec(frame, subject->task, BPF_CORE_READ(bprm, filename));
	if (!scripts_kept())
		return 0;
	frame->script.by_env = is_env(BPF_CORE_READ(bprm, interp));
	script_keep(&subject->process.identity, &frame->script);
	return 0;
}

/*
 * Returns the file that an interpreter runs, or NULL. The kernel has let go of it, unless a
 * descriptor leads to it: one that binfmt_misc gives to its interpreter, or the one that was
 * executed. Another thread can have changed the latter before the exec ended it.
 */
static __always_inline struct file *script_file(struct frame *frame, struct task_struct *task,
						struct linux_binprm *bprm)
{
	const char *filename = BPF_CORE_READ(bprm, filename);
	struct part part = { .from = filename, .memory = PART_KERNEL };
	__s32 fd = -1;
	__u32 length;

	if (BPF_CORE_READ_BITFIELD_PROBED(bprm, have_execfd))
		return file_of_fd(task, BPF_CORE_READ(bprm, execfd));
	length = script_descriptor(filename, &fd);
	return length && !part_byte(&part, length) ? file_of_call(frame, task, fd) : NULL;
}

static __noinline int exec_append_script(struct frame *frame, struct task_struct *task, struct linux_binprm *bprm)
{
	struct exec_event *event = (void *)frame->record;
	struct file *file = script_file(frame, task, bprm);
	struct part part = {
		.from = frame->script.path,
		.length = frame->script.length,
		.memory = PART_KERNEL,
	};
	struct file_number number;

	if (!file) {
		record_append(frame, &event->script, &part);
		event->script.full_length = frame->script.full_length;
		return 0;
	}
	number = number_of_inode(BPF_CORE_READ(file, f_inode));
	event->script_inode = number.inode;
	event->script_device = number.device;
	path_of(&frame->path, (unsigned long)file + bpf_core_field_offset(struct file, f_path));
	record_append_path(frame, &event->script);
	return 0;
}

#endif
