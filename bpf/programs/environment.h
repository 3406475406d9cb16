/* The variables of its environment that an exec is told with. */
#ifndef SPOOR_PROGRAMS_ENVIRONMENT_H
#define SPOOR_PROGRAMS_ENVIRONMENT_H

#include "../events/exec.h"
#include "../events/record.h"
#include "../maps/environment.h"

/* More strings are not looked at. */
#define ENVIRONMENT_STRINGS_MAX 65536
/* A longer name is not told. A power of two. */
#define ENVIRONMENT_NAME_KEPT 128

#ifndef SPOOR_WITHOUT_BPF_LOOP
struct environment_step_context {
	struct frame *frame;
};

/* The first of the wanted names that the string begins with, or NULL. */
static __always_inline const volatile struct environment_name *environment_wanted(const __u64 *text)
{
#pragma unroll
	for (__u32 i = 0; i < ENVIRONMENT_NAMES; i++) {
		const volatile struct environment_name *name = &environment_names[i];
		__u64 other = 0;

		if (i >= environment_names_count)
			break;
#pragma unroll
		for (__u32 word = 0; word < ENVIRONMENT_NAME_WORDS; word++)
			other |= (text[word] ^ name->bytes[word]) & name->mask[word];
		if (!other)
			return name;
	}
	return NULL;
}

/* Bytes before the `=`, or 0 when the name is too long or there is none. */
static __always_inline __u32 environment_name_length(const __u8 *text)
{
	for (__u32 i = 0; i < ENVIRONMENT_NAME_KEPT; i++) {
		if (text[i] == '=')
			return i;
		if (!text[i])
			break;
	}
	return 0;
}

/* Appends the name, or the name and the value, and a NUL. What has no room counts as cut. */
static __always_inline void environment_append(struct frame *frame, __u64 length)
{
	struct exec_event *event = (void *)frame->record;
	__u32 at = frame->size & RECORD_MASK;

	event->env.full_length += length + 1;
	if (event->env.length + length + 1 > ENVIRONMENT_MAX || at + length + 1 > PARTS_MAX)
		return;
	/* Hidden from the compiler, which would leave the mask out: verifiers before 6.4 need it. */
	barrier_var(length);
	length &= PART_MAX - 1;
	if (bpf_probe_read_kernel(&frame->record[at], length, frame->path.bytes))
		return;
	frame->record[(at + length) & RECORD_MASK] = 0;
	event->env.length += length + 1;
	frame->size = at + length + 1;
}

/*
 * One string, or the next piece of a long one. 1 at the end. The path in the frame is in the record
 * by now, and its room is used here.
 */
static __noinline long environment_step(__u32 step, struct environment_step_context *context)
{
	struct frame *frame = context->frame;
	struct environment_walk *walk = &frame->environment;
	const volatile struct environment_name *name;
	__u8 *text = frame->path.bytes;
	bool is_whole, is_inside = walk->inside;
	__u32 kept;
	long read;

	if (walk->at >= walk->end)
		return 1;
	read = bpf_probe_read_user_str(text, PATH_MAX, (void *)walk->at);
	if (read < 0)
		return 1;
	/* Of an empty string many kernels say 0. */
	if (!read)
		read = 1;
	/* A full buffer ends with a NUL of ours, in the place of the next byte. */
	is_whole = read < PATH_MAX;
	walk->inside = !is_whole;
	walk->at += is_whole ? read : read - 1;
	if (is_inside)
		return 0;
	name = environment_wanted((const __u64 *)text);
	if (!name)
		return 0;
	kept = environment_name_length(text);
	if (!kept)
		return 0;
	if (name->with_value) {
		kept = read - 1;
		if (!is_whole)
			((struct exec_event *)frame->record)->env.full_length++;
	}
	environment_append(frame, kept);
	return 0;
}
#endif

/* The strings lie behind the arguments, in the memory of the process. */
static __noinline int exec_append_environment(struct frame *frame, struct task_struct *task)
{
#ifndef SPOOR_WITHOUT_BPF_LOOP
	struct environment_step_context context = { .frame = frame };
	struct exec_event *event = (void *)frame->record;
	struct environment_walk *walk = &frame->environment;
	struct mm_struct *mm = BPF_CORE_READ(task, mm);

	walk->at = BPF_CORE_READ(mm, env_start);
	walk->end = BPF_CORE_READ(mm, env_end);
	walk->inside = 0;
	event->env.offset = frame->size;
	bpf_loop(ENVIRONMENT_STRINGS_MAX, environment_step, &context, 0);
	if (walk->at < walk->end)
		event->env.full_length++;
	if (event->env.full_length)
		event->header.flags |= EVENT_USER_MEMORY;
#endif
	return 0;
}

#endif
