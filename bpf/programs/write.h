/*
 * Writes to files, at the return of the call, and the end of the open file. The calls have a
 * program of their own: other events list some of them, and writing is frequent.
 */
#ifndef SPOOR_PROGRAMS_WRITE_H
#define SPOOR_PROGRAMS_WRITE_H

#include "../events/write.h"
#include "../maps/kept_records.h"
#include "../maps/unkept_files.h"
#include "begin.h"
#include "results.h"

#if defined(__TARGET_ARCH_x86)
#define WRITE_NATIVE(kind, x86, i386, arm64, form) [x86] = form,
#define WRITE_COMPAT(kind, x86, i386, arm64, form) [i386] = form,
#else
#define WRITE_NATIVE(kind, x86, i386, arm64, form) [arm64] = form,
#define WRITE_COMPAT(kind, x86, i386, arm64, form)
#endif

const volatile __u8 write_native_calls[SYSCALL_SLOTS] = { SYSCALLS_write(WRITE_NATIVE, 0) };
const volatile __u8 write_compat_calls[SYSCALL_SLOTS] = { SYSCALLS_write(WRITE_COMPAT, 0) };

static __always_inline __u8 write_form(__u32 number, bool compat)
{
	if (number >= SYSCALL_SLOTS || number == NONE)
		return WRITE_NO_CALL;
	return compat ? write_compat_calls[number] : write_native_calls[number];
}

/* Returns whether the task is in one of the calls, and finds its form. */
static __always_inline bool write_call_identify(struct syscall *call, struct pt_regs *regs)
{
	__u8 native = write_form(syscall_number(regs), false);
	__u8 compat = write_form(syscall_number(regs), true);

	if (!native && !compat)
		return false;
	call->kind = EVENT_WRITE;
	call->in_memory = false;
	call->compat = is_compat_task(current_task());
	call->form = call->compat ? compat : native;
	return call->form;
}

/* The key of a kept record. Other records have the addresses of requests and sockets. */
static __always_inline __u64 written_key(unsigned long file)
{
	return file + 2;
}

/* Reports the file if its record is kept. */
static __noinline int tell_write(struct frame *frame, const struct scope_set *set, __u64 key)
{
	if (!record_take(frame, set, (void *)key))
		return 0;
	write_store_end((void *)frame->record);
	record_end(frame, activity);
	return 0;
}

/* Adds to the record of the file. False if it has none yet. */
static __always_inline bool write_again(const struct writing *writing)
{
	__u64 key = written_key(writing->file);
	struct kept_record *kept = bpf_map_lookup_elem(&kept_records, &key);

	if (!kept)
		return file_is_unkept(key);
	write_add((void *)kept->record, writing);
	return true;
}

/* Keeps the record that is filled. Of two that begin one at the same time the second adds. */
static __noinline int write_keep(struct frame *frame, const struct scope_set *set, const struct writing *writing)
{
	__u64 key = written_key(writing->file);
	long status = record_store(frame, set, (void *)key, BPF_NOEXIST);

	if (!status)
		return 1;
	if (status != -EEXIST || !write_again(writing))
		unkept_file_count(key);
	return 0;
}

/* Begins the record of the file. Returns whether it is kept. */
static __noinline int write_begin(struct frame *frame, const struct scope_set *set, const struct syscall *call,
				  const struct writing *writing)
{
	if (!(frame->matched & set->events[EVENT_WRITE]))
		return 0;
	syscall_begin(frame, set, call, EVENT_WRITE, sizeof(struct write_event));
	write_fill(frame, writing);
	return write_keep(frame, set, writing);
}

/* The file that the call wrote to, or NULL. Fills what the call did. */
static __noinline unsigned long written_by_call(struct writing *writing, struct syscall *call)
{
	struct task_struct *task = current_task();
	__u32 fd = call->arguments[0];
	struct file *file;

	if (call->form == WRITE_MAP) {
		if (!maps_for_writing(call))
			return 0;
		fd = call->arguments[4];
		writing->mapped = 1;
	} else {
		/* The end of the source, or nothing to write. */
		if (!call->result)
			return 0;
		if (call->form == WRITE_THIRD)
			fd = call->arguments[2];
		writing->calls = 1;
		writing->bytes = call->result > 0 ? call->result : 0;
		writing->result = call->result < 0 ? call->result : 0;
	}
	file = file_of_fd(task, fd);
	if (!file_is_written(file))
		return 0;
	writing->file = (unsigned long)file;
	writing->racy = (tables_are_shared() | call_is_doubtful(call->number, call->compat, call->result)) & 1;
	return fd + 1ul;
}

/* Reads the call that returns. Returns its descriptor + 1, or 0 if it did not write to a file. */
static __noinline unsigned long write_read(struct writing *writing, struct syscall *call, struct pt_regs *regs,
					   long result)
{
	__builtin_memset(writing, 0, sizeof(*writing));
	if (!write_call_identify(call, regs))
		return 0;
	call->result = call_result(call_word(call), result, syscall_trapped_result(regs));
	if (call->result == CALL_NOT_TOLD)
		return 0;
	call->number = syscall_raw_number(regs);
	syscall_arguments(call, regs);
	map_exec_arguments(call);
	return written_by_call(writing, call);
}

/*
 * Adds what the call wrote. Returns whether the file has no record yet. A function of its own, for
 * the stack's sake.
 */
static __noinline int write_is_first(struct pt_regs *regs, long result)
{
	struct writing writing;
	struct syscall call;

	return write_read(&writing, &call, regs, result) && !write_again(&writing);
}

/* Begins the record of the file that the call wrote. */
static __noinline int write_first(struct frame *frame, const struct scope_set *set, struct pt_regs *regs, long result)
{
	struct writing *writing = &frame->writing;
	unsigned long fd = write_read(writing, &frame->send, regs, result);

	if (!fd || !write_begin(frame, set, &frame->send, writing))
		return 0;
	/* Another thread can have closed the file before its record was kept: nothing else ends it. */
	if ((unsigned long)file_of_fd(current_task(), fd - 1) != writing->file)
		tell_write(frame, set, written_key(writing->file));
	return 0;
}

SEC("?tp_btf/sys_exit")
int BPF_PROG(on_event_write, struct pt_regs *regs, long result)
{
	const struct scope_set *set;
	struct subject subject;
	struct frame *frame;

	if (!write_is_first(regs, result))
		return 0;
	subject = subject_of(current_task());
	set = scopes_current();
	frame = frame_take(EVENT_WRITE);
	if (!frame)
		return 0;
	if (set && collect(frame, &subject, set, ORIGIN_RECOVERED_KERNEL))
		write_first(frame, set, regs, result);
	frame_release();
	return 0;
}

/* Reads the operation of a ring that has ended. Returns whether it wrote to a file. */
static __noinline int ring_write_read(struct writing *writing, struct io_kiocb *request)
{
	__u8 operation = BPF_CORE_READ(request, opcode);
	__s32 result = BPF_CORE_READ((struct io_kiocb___cqe *)request, cqe.res);

	__builtin_memset(writing, 0, sizeof(*writing));
	if (operation >= 64 || !(RING_WRITES >> operation & 1) || !result)
		return 0;
	writing->file = (unsigned long)BPF_CORE_READ(request, file);
	writing->calls = writing->via_ring = 1;
	writing->bytes = result > 0 ? result : 0;
	writing->result = result < 0 ? result : 0;
	return file_is_written((void *)writing->file);
}

static __noinline int ring_write_is_first(struct io_kiocb *request)
{
	struct writing writing;

	return ring_write_read(&writing, request) && !write_again(&writing);
}

static __noinline int ring_write_first(struct frame *frame, const struct scope_set *set, struct io_kiocb *request)
{
	/* Of no call: its registers are another's. */
	__builtin_memset(&frame->send, 0, sizeof(frame->send));
	if (ring_write_read(&frame->writing, request))
		write_begin(frame, set, &frame->send, &frame->writing);
	return 0;
}

/*
 * Since 5.19, when the hook got the request. The task is the one of the ring, or a thread of its
 * process that works for the ring.
 */
SEC("?tp_btf/io_uring_complete")
int on_event_write__ring(__u64 *arguments)
{
	struct io_kiocb *request;
	const struct scope_set *set;
	struct subject subject;
	struct frame *frame;

	if (!ring_tells_results())
		return 0;
	request = (void *)arguments[1];
	if (!ring_write_is_first(request))
		return 0;
	subject = subject_of(current_task());
	set = scopes_current();
	frame = frame_take(EVENT_WRITE);
	if (!frame)
		return 0;
	if (set && collect(frame, &subject, set, ORIGIN_RECOVERED_KERNEL))
		ring_write_first(frame, set, request);
	frame_release();
	return 0;
}

/* The kernel frees an open file. All that held it has let go. */
static __always_inline void file_ended(const void *file)
{
	__u64 key = written_key((unsigned long)file);
	const struct scope_set *set;
	struct frame *frame;

	if (!bpf_map_lookup_elem(&kept_records, &key)) {
		unkept_file_forget(key);
		return;
	}
	set = scopes_current();
	frame = frame_take(EVENT_WRITE);
	if (!frame) {
		bpf_map_delete_elem(&kept_records, &key);
		return;
	}
	if (set)
		tell_write(frame, set, key);
	frame_release();
}

SEC("?fentry/security_file_free")
int on_write_end(__u64 *arguments)
{
	file_ended((void *)arguments[0]);
	return 0;
}

/*
 * In its place where no function can be hooked: the kernel frees an object of a cache. The kernel
 * leaves out a run that interrupts another on its CPU. Since 6.13 no interrupt frees a file. Until
 * then one does, after a grace period. Untyped: 5.10 lets no typed program read a pointer to const
 * void.
 */
SEC("?raw_tp/kmem_cache_free")
int on_write_freed(__u64 *arguments)
{
	file_ended((void *)arguments[1]);
	return 0;
}

#endif
