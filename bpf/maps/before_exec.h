/* The name and the credentials before an exec, kept until the exec is reported. */
#ifndef SPOOR_MAPS_BEFORE_EXEC_H
#define SPOOR_MAPS_BEFORE_EXEC_H

#include "../lib/process.h"

/*
 * The name and the credentials that an exec replaces. The kernel renames the task before it commits
 * the new credentials (fs/exec.c, begin_new_exec), so the hook of the rename sees the old ones.
 */
struct before_exec {
	char comm[16];
	/* bit (1 << CAP_) each */
	__u64 permitted;
	__u32 euid;
	__u32 egid;
};

/*
 * Without task storage, what processes are about to lose: wanted from a rename to the end of the
 * exec that it is part of. In `task_words_hash` every process that executes would take the place of
 * one that has words.
 */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct task_identity);
	__type(value, struct before_exec);
} before_execs SEC(".maps");

static __always_inline void before_exec_fill(struct before_exec *before, struct task_struct *task)
{
	struct cred *cred = BPF_CORE_READ(task, real_cred);

	bpf_probe_read_kernel(before->comm, sizeof(before->comm), &task->comm);
	bpf_core_read(&before->permitted, sizeof(before->permitted), &cred->cap_permitted);
	before->euid = BPF_CORE_READ(cred, euid.val);
	before->egid = BPF_CORE_READ(cred, egid.val);
}

#endif
