/*
 * The past of a process, as far as its words keep it: that it executed, was traced, shared a table,
 * and the name and credentials that its last exec replaced.
 */
#ifndef SPOOR_MAPS_TASK_HISTORY_H
#define SPOOR_MAPS_TASK_HISTORY_H

#include "task_words.h"

/*
 * By the sign of a difference: the verifier would remember what a comparison says of the start
 * time, and follow all that comes behind it twice.
 */
static __always_inline bool started_in_trace(const struct task_identity *identity)
{
	return (__s64)(identity->start_time_ns - trace_start_ns) >= 0;
}

static __always_inline int words_executed(const struct process *process)
{
	struct task_words *words;

	/* A process that started since the trace began is new without a word. */
	if (started_in_trace(&process->identity))
		return 0;
	words = words_make(process);
	if (words)
		words->executed = 1;
	return 0;
}

/* Keeps that somebody traces the process, while a call of it stops in the middle. */
static __always_inline void words_traced(const struct process *process)
{
	struct task_words *words = words_make(process);

	if (words)
		words->traced = 1;
}

/* Keeps that the process shares a table with another process. */
static __always_inline void words_shared(const struct process *process)
{
	struct task_words *words = words_make(process);

	if (words)
		words->shared = 1;
}

/* Keeps what the process is about to lose. */
static __always_inline void words_renamed(const struct process *process)
{
	struct task_words *words;
	struct before_exec before;

	if (!use_task_storage) {
		before_exec_fill(&before, process->leader);
		bpf_map_update_elem(&before_execs, &process->identity, &before, BPF_ANY);
		return;
	}
	words = words_make(process);
	if (!words)
		return;
	before_exec_fill(&words->before, process->leader);
	words->renamed = 1;
}

/* Returns the name and credentials before the last exec, NULL if they were not kept. */
static __always_inline const struct before_exec *words_before_exec(const struct process *process)
{
	struct task_words *words;

	if (!use_task_storage)
		return bpf_map_lookup_elem(&before_execs, &process->identity);
	words = words_usual(process);
	if (!words && words_in_hash)
		words = bpf_map_lookup_elem(&task_words_hash, &process->identity);
	return words && words->renamed ? &words->before : NULL;
}

#endif
