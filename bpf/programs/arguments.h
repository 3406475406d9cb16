/*
 * The arguments of a process that has executed, in its record or, if they are long, in a record of
 * their own.
 */
#ifndef SPOOR_PROGRAMS_ARGUMENTS_H
#define SPOOR_PROGRAMS_ARGUMENTS_H

#include "../events/exec.h"
#include "../events/record.h"
#include "../maps/exec_arguments.h"
#include "../maps/long_records.h"

/*
 * The arguments of an exec, and what of them is kept: in the copy that a hook made
 * (maps/exec_arguments.h), or else in the memory of the process. A process that may trace this one
 * can write there as soon as the kernel lets go of the new memory (setup_new_exec). That leaves no
 * trace that could be asked for, so such an exec has EVENT_USER_MEMORY.
 */
struct arguments {
	const void *from;
	enum part_from memory;
	__u32 length;
	/* of the beginning, and of the end; all is in the beginning where `tail` is 0 */
	__u32 head;
	__u32 tail;
};

static __always_inline struct arguments arguments_of(struct task_struct *task, __u32 limit)
{
	struct mm_struct *mm = BPF_CORE_READ(task, mm);
	unsigned long start = BPF_CORE_READ(mm, arg_start);
	struct arguments arguments = {
		.from = (void *)start,
		.memory = PART_USER,
		.length = BPF_CORE_READ(mm, arg_end) - start,
	};
	const struct exec_arguments *copy = NULL;

	if (copies_arguments)
		copy = bpf_task_storage_get(&exec_arguments, task, NULL, 0);
	if (copy && copy->length) {
		arguments.from = (void *)copy->from;
		arguments.memory = PART_KERNEL;
		arguments.length = copy->length;
	}
	arguments.head = arguments.length;
	if (arguments.length > limit) {
		arguments.head = limit - ARGV_TAIL;
		arguments.tail = ARGV_TAIL;
	}
	return arguments;
}

/* Of the end: whether it begins within an argument. */
static __always_inline __u32 is_tail_cut(const struct arguments *arguments)
{
	struct part all = { .from = arguments->from, .memory = arguments->memory };

	return part_byte(&all, arguments->length - ARGV_TAIL - 1) != 0;
}

static __always_inline void append_argv(struct frame *frame, struct exec_event *event, struct task_struct *task)
{
	struct arguments arguments = arguments_of(task, argv_limit < ARGV_MAX ? argv_limit : ARGV_MAX);
	struct part head = { .from = arguments.from, .length = arguments.head, .memory = arguments.memory };
	struct part tail = {
		.from = arguments.from + arguments.length - ARGV_TAIL,
		.length = ARGV_TAIL,
		.memory = arguments.memory,
	};

	if (arguments.memory == PART_USER)
		event->header.flags |= EVENT_USER_MEMORY;
	record_append(frame, &event->argv, &head);
	event->argv.full_length = arguments.length;
	if (!arguments.tail)
		return;
	event->argv_tail_cut = is_tail_cut(&arguments);
	record_append(frame, &event->argv_tail, &tail);
}

/*
 * Submits the record in the frame with more arguments than the frame has room for. The beginning
 * comes last: what lies behind it would be too far from the record's start for the offset of a
 * part. False when the arguments are short, or there is no room.
 */
static __always_inline bool exec_submit_long(struct frame *frame, struct task_struct *task)
{
	struct arguments arguments = arguments_of(task, argv_limit);
	__u32 at = frame->size & RECORD_MASK, head = arguments.head;
	struct long_record *record;
	struct exec_event *event;

	if (arguments.length <= ARGV_MAX)
		return false;
	record = long_record_take();
	if (!record)
		return false;
	event = (void *)record->bytes;
	bpf_probe_read_kernel(record->bytes, at, frame->record);
	event->header.flags |= EVENT_USER_MEMORY;
	if (arguments.tail) {
		event->argv_tail_cut = is_tail_cut(&arguments);
		event->argv_tail.offset = at;
		event->argv_tail.full_length = ARGV_TAIL;
		if (!bpf_probe_read_user(&record->bytes[at], ARGV_TAIL, arguments.from + arguments.length - ARGV_TAIL)) {
			event->argv_tail.length = ARGV_TAIL;
			at += ARGV_TAIL;
		}
	}
	/* Bounded here, behind the calls: see record_submit. */
	barrier_var(head);
	if (head > ARGV_LONG_MAX || at > RECORD_MAX + ARGV_TAIL || bpf_probe_read_user(&record->bytes[at], head, arguments.from))
		head = 0;
	event->argv.offset = at;
	event->argv.length = head;
	event->argv.full_length = arguments.length;
	event->header.size = at + head;
	record_submit(&lifecycle, &event->header, sizeof(*record));
	return true;
}

#endif
