#ifndef SPOOR_EVENTS_PRIVILEGED_H
#define SPOOR_EVENTS_PRIVILEGED_H

#include "../lib/anonymous.h"
#include "name.h"
#include "privileged_call.h"

/*
 * The operation of a call: in the low half its number, in the high half a group, so that no two
 * operations are equal. An option of prctl() that has operations of its own is their group. The
 * commands of reboot() differ in their low halves.
 */
#define OPERATION(group, number) ((__u32)(group) << 16 | ((number) & 0xffff))
#define OPERATION_KEYCTL 1
#define OPERATION_SECCOMP 2
#define OPERATION_REBOOT 3

/* include/uapi/linux/prctl.h */
#define PR_SET_MM_EXE_FILE 13
#define PR_SET_MM_MAP 14

/* include/uapi/linux/perf_event.h: offset in struct perf_event_attr. */
#define PERF_CONFIG_OFFSET 8

/* The seconds of a call that sets no time. No clock can be set to them. */
#define NO_SECONDS (-1)

/* A process used a privilege that no other event shows, or could not. */
struct privileged_event {
	struct event_header header;
	/* what the call returns, or -errno */
	__s32 result;
	enum privileged_call call;
	/* of prctl(), seccomp(), keyctl() and reboot(): OPERATION() or an option of prctl() */
	__u32 operation;
	/*
	 * by call: the argument of an option of prctl(), the key of keyctl(), the keyring of add_key()
	 * and request_key(), the clock
	 */
	__s32 value;
	/* flags of the call; of adjtimex() and clock_adjtime() ADJ_ */
	__u32 flags;
	/* of perf_event_open(): as the caller gave them, and the type of the event */
	__s32 pid;
	__s32 perf_cpu;
	__u32 perf_type;
	__u64 config;
	/* of calls that set a clock: the time as the caller gave it, else NO_SECONDS */
	__s64 seconds;
	/* as the caller gave them: the type of a key; its description, or the name of a module */
	struct var_bytes key_type;
	struct var_bytes name;
	/*
	 * of swapon() and swapoff(): the name as the caller gave it; after PR_SET_MM_EXE_FILE and
	 * PR_SET_MM_MAP: the binary of the process as the kernel has it
	 */
	struct var_bytes path;
	/* where a relative name starts, as the kernel has it; of an absolute one the root */
	struct var_bytes directory;
};

static __always_inline void fill_prctl(struct privileged_event *event, const struct syscall *call)
{
	__u32 option = call->arguments[0];

	event->operation = option;
	event->value = call->arguments[1];
	if (option != PR_SET_MM && option != PR_CAP_AMBIENT)
		return;
	event->operation = OPERATION(option, call->arguments[1]);
	event->value = option == PR_CAP_AMBIENT ? call->arguments[2] : 0;
}

/* The operation and the numbers of a call. */
static __noinline int privileged_store_numbers(struct privileged_event *event, const struct syscall *call)
{
	__u32 first = call->arguments[0], second = call->arguments[1];

	switch (event->call) {
	case PRIVILEGED_PRCTL:
		fill_prctl(event, call);
		break;
	case PRIVILEGED_SECCOMP:
		event->operation = OPERATION(OPERATION_SECCOMP, first);
		event->flags = second;
		break;
	case PRIVILEGED_KEYCTL:
		event->operation = OPERATION(OPERATION_KEYCTL, first);
		event->value = second;
		break;
	case PRIVILEGED_ADD_KEY:
		event->value = call->arguments[4];
		break;
	case PRIVILEGED_REQUEST_KEY:
		event->value = call->arguments[3];
		break;
	case PRIVILEGED_PERF_EVENT_OPEN:
		event->pid = second;
		event->perf_cpu = call->arguments[2];
		event->flags = call->arguments[4];
		break;
	case PRIVILEGED_USERFAULTFD:
		event->flags = first;
		break;
	case PRIVILEGED_DELETE_MODULE:
	case PRIVILEGED_SWAPON:
		event->flags = second;
		break;
	case PRIVILEGED_REBOOT:
		event->operation = OPERATION(OPERATION_REBOOT, call->arguments[2]);
		break;
	case PRIVILEGED_CLOCK_SETTIME:
	case PRIVILEGED_CLOCK_ADJTIME:
		event->value = first;
		break;
	default:
		break;
	}
	return 0;
}

/* The type and the configuration of an event, as the kernel has them if it was made. */
static __noinline int privileged_store_perf(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct privileged_event *event = (void *)frame->record;
	struct perf_event *made = NULL;
	const void *from = (void *)call->arguments[0];

	if (call->result >= 0) {
		record_flag_racy(frame);
		made = anonymous(task, call->result, "[perf_event]");
	}
	if (made) {
		/* The kernel changes the type of some events. */
		if (bpf_core_field_exists(made->orig_type))
			event->perf_type = BPF_CORE_READ(made, orig_type);
		else
			event->perf_type = BPF_CORE_READ(made, attr.type);
		event->config = BPF_CORE_READ(made, attr.config);
		return 0;
	}
	event->header.flags |= EVENT_USER_MEMORY;
	bpf_probe_read_user(&event->perf_type, sizeof(event->perf_type), from);
	bpf_probe_read_user(&event->config, sizeof(event->config), from + PERF_CONFIG_OFFSET);
	return 0;
}

/* The time that a clock is set to, or what is adjusted. */
static __noinline int privileged_store_time(struct privileged_event *event, const struct syscall *call)
{
	const void *from = (void *)call->arguments[event->call == PRIVILEGED_CLOCK_SETTIME];
	__s64 seconds;
	__s32 short_seconds;

	event->header.flags |= EVENT_USER_MEMORY;
	if (event->call >= PRIVILEGED_ADJTIMEX)
		event->flags = privileged_modes(call);
	else if (call->compat && !(call->form & PRIVILEGED_TIME_64))
		event->seconds = bpf_probe_read_user(&short_seconds, sizeof(short_seconds), from) ? NO_SECONDS : short_seconds;
	else
		event->seconds = bpf_probe_read_user(&seconds, sizeof(seconds), from) ? NO_SECONDS : seconds;
	return 0;
}

static __always_inline void privileged_append_text(struct frame *frame, struct var_bytes *text, __u64 from)
{
	struct event_header *header = (void *)frame->record;
	struct part part = { .from = (void *)from, .memory = PART_USER };

	header->flags |= EVENT_USER_MEMORY;
	record_append_string(frame, text, &part);
}

static __always_inline void privileged_append_texts(struct frame *frame, struct task_struct *task,
						    const struct syscall *call)
{
	struct privileged_event *event = (void *)frame->record;
	struct name name = {
		.from = (void *)call->arguments[0],
		.directory_fd = AT_FDCWD,
		.path = &event->path,
		.directory = &event->directory,
	};
	bool is_key = event->call == PRIVILEGED_ADD_KEY || event->call == PRIVILEGED_REQUEST_KEY;

	if (is_key)
		privileged_append_text(frame, &event->key_type, call->arguments[0]);
	if (is_key || event->call == PRIVILEGED_DELETE_MODULE)
		privileged_append_text(frame, &event->name, call->arguments[is_key]);
	else if (event->call == PRIVILEGED_SWAPON || event->call == PRIVILEGED_SWAPOFF)
		record_append_named(frame, task, &name);
	if (event->result || (event->operation != OPERATION(PR_SET_MM, PR_SET_MM_EXE_FILE) &&
			      event->operation != OPERATION(PR_SET_MM, PR_SET_MM_MAP)))
		return;
	record_flag_racy(frame);
	record_append_file(frame, BPF_CORE_READ(task, mm, exe_file), &event->path);
}

static __always_inline bool fill_privileged(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct privileged_event *event = (void *)frame->record;

	event->result = call->result;
	event->call = privileged_call_of(call);
	event->seconds = NO_SECONDS;
	privileged_store_numbers(event, call);
	if (event->call == PRIVILEGED_PERF_EVENT_OPEN)
		privileged_store_perf(frame, task, call);
	else if (event->call >= PRIVILEGED_STIME)
		privileged_store_time(event, call);
	else
		privileged_append_texts(frame, task, call);
	return true;
}

#endif
