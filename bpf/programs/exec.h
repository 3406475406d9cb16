/* Processes execute programs. */
#ifndef SPOOR_PROGRAMS_EXEC_H
#define SPOOR_PROGRAMS_EXEC_H

#include "../events/exec.h"
#include "arguments.h"
#include "collect.h"
#include "environment.h"
#include "script.h"

/* Precedes the change of the memory. Keeps the exec for the rename, which follows the change. */
SEC("?tp_btf/sched_prepare_exec")
int BPF_PROG(on_prepare_exec, struct task_struct *task, struct linux_binprm *binprm)
{
	struct exec_arguments *copy;

	copy = bpf_task_storage_get(&exec_arguments, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (copy) {
		copy->binprm = (unsigned long)binprm;
		/* Of an earlier exec whose end no program saw. */
		copy->length = 0;
	}
	return 0;
}

/*
 * Forgets the binary before. If the exec now fails, the kernel kills the process. With a miss mode,
 * the record also says who follows the process, which the exec has yet to take from it.
 */
static __always_inline void old_binary_forget(const struct process *process)
{
#ifndef SPOOR_MISS_MODE
	proc_info_forget(process->identity.tgid);
	binary_forget(&process->identity);
#endif
}

/* Follows the change of the memory. Replaces the two hooks around it before 6.10. */
SEC("?fentry/security_bprm_committing_creds")
int on_commit_exec(__u64 *hook)
{
	struct task_struct *task = bpf_get_current_task_btf();
	struct process process = process_of_leader(task);
	struct exec_arguments *copy;

	copy = bpf_task_storage_get(&exec_arguments, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (copy)
		exec_arguments_copy(copy, (void *)hook[0]);
	old_binary_forget(&process);
	return 0;
}

/* An exec renames its own task. Others can rename it too, before its memory has changed. */
static __always_inline void rename_of_exec(struct task_struct *task, const struct process *process)
{
	struct exec_arguments *copy;

	if (!copies_arguments || (__u32)bpf_get_current_pid_tgid() != (__u32)task->pid)
		return;
	copy = bpf_task_storage_get(&exec_arguments, task, NULL, 0);
	if (!copy || !copy->binprm)
		return;
	exec_arguments_copy(copy, (void *)copy->binprm);
	old_binary_forget(process);
}

/*
 * The comm and the credentials that an exec replaces: this hook runs before the change. Only the
 * leader's is kept: by the time the kernel renames an executing thread it has made it the leader.
 */
SEC("tp_btf/task_rename")
int BPF_PROG(on_task_rename, struct task_struct *task)
{
	struct process process;

	if (task->pid != task->tgid)
		return 0;
	process = process_of_leader(task);
	rename_of_exec(task, &process);
	words_renamed(&process);
	return 0;
}

/* A function of its own, for the stack's sake. */
static __noinline int exec_record(struct frame *frame, const struct scope_set *set, const struct subject *subject,
				  struct linux_binprm *bprm)
{
	struct exec_event *event = (void *)frame->record;
	struct part filename = { .memory = PART_KERNEL };
	const struct before_exec *before;
	struct task_struct *task = subject->task;

	record_begin(frame, set, EVENT_EXEC, sizeof(*event));
	__builtin_memset(&event->header + 1, 0, sizeof(*event) - sizeof(event->header));
	event->inode = frame->info.inode;
	event->device = frame->info.device;
	event->argc = bprm->argc;
	if (has_interpreter(bprm))
		event->header.flags |= EVENT_SCRIPT;
	before = words_before_exec(&subject->process);
	if (before)
		__builtin_memcpy(event->previous_comm, before->comm, sizeof(event->previous_comm));
	exec_credentials(event, task, before);
	exec_binary_traits(event, task);
	exec_stdin(event, task);
	exec_session(event, task);
	record_append_path(frame, &event->path);
	event->header.exe = event->path;
	if (event->header.exe.length > EXE_MAX)
		event->header.exe.length = EXE_MAX;
	filename.from = bprm->filename;
	record_append_string(frame, &event->filename, &filename);
	exec_append_terminal(frame, task);
	exec_append_cwd(frame, task);
	if (event->header.flags & EVENT_SCRIPT)
		exec_append_script(frame, task, bprm);
	if (environment_names_count)
		exec_append_environment(frame, task);
	if (argv_limit > ARGV_MAX && exec_submit_long(frame, task))
		return 0;
	append_argv(frame, event, task);
	record_end(frame, lifecycle);
	return 0;
}

static __always_inline void exec(struct frame *frame, const struct scope_set *set, struct task_struct *task,
				 struct linux_binprm *bprm)
{
	/*
	 * A thread that executes has taken the leader's place by now. Its leader is asked for all the
	 * same: the verifier would walk to the ancestors once for a pointer that the hook was given,
	 * and once for those that were loaded.
	 */
	struct subject subject = subject_of(task);
	__u32 tgid = subject.process.identity.tgid;

#ifdef SPOOR_MISS_MODE
	if (!proc_info_take(&frame->followed_before, tgid))
		return;
#endif
	/*
	 * The record is of the binary before. The look-up that follows is a miss, and builds the new
	 * record.
	 */
	proc_info_forget(tgid);
	words_executed(&subject.process);
	if (task_field(task, ptrace))
		words_traced(&subject.process);
	script_executed(frame, &subject, bprm);
	if (collect(frame, &subject, set, ORIGIN_EXEC))
		exec_record(frame, set, &subject, bprm);
	if (copies_arguments)
		bpf_task_storage_delete(&exec_arguments, task);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_sched_process_exec, struct task_struct *task, int old_tid, struct linux_binprm *bprm)
{
	const struct scope_set *set = scopes_current();
	struct frame *frame = frame_take(EVENT_EXEC);

	if (!frame)
		return 0;
	if (set)
		exec(frame, set, task, bprm);
	frame_release();
	return 0;
}

#endif
