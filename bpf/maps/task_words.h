/*
 * State that cannot be rebuilt from the kernel's own task: the scopes that follow or exclude the
 * process, and whether it has executed since the trace began. Nothing evicts it while the process
 * lives: task storage on the group leader where the kernel has it, else a hash that holds only
 * processes with a word that is not zero.
 */
#ifndef SPOOR_MAPS_TASK_WORDS_H
#define SPOOR_MAPS_TASK_WORDS_H

#include "../filters/follow.h"
#include "../lib/process.h"
#include "../lib/stats.h"
#include "before_exec.h"

struct task_words {
	struct scope_words scopes;
	/* executed since the trace began; only said of processes that are older than the trace */
	__u32 executed;
	/* `before` has been filled */
	__u32 renamed;
	/*
	 * was traced (ptrace) at a fork or an exec, where a tracer can make the call look like
	 * another, and go
	 */
	__u32 traced;
	/*
	 * shared descriptors or a working directory with another process, which can have ended
	 * since
	 */
	__u32 shared;
	struct before_exec before;
};

/* The place in which the words of a process were found. */
enum words_place { WORDS_NOWHERE = 0, WORDS_IN_STORAGE = 1, WORDS_IN_HASH = 2 };

struct {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_words);
} task_words SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 65536);
	__type(key, struct task_identity);
	__type(value, struct task_words);
} task_words_hash SEC(".maps");

/* Entries of the hash while task storage is in use: 0 lets a look-up end at the storage. */
__u64 words_in_hash = 0;
/*
 * Words that nothing took: from then on a process without scope words asks its ancestors. Never
 * decreases.
 */
__u64 words_lost = 0;

/* Where the words usually are: storage, or without it the hash. NULL when they are not there. */
static __always_inline struct task_words *words_usual(const struct process *process)
{
	if (use_task_storage)
		return bpf_task_storage_get(&task_words, process->leader, NULL, 0);
	return bpf_map_lookup_elem(&task_words_hash, &process->identity);
}

/*
 * Creates the words if they are nowhere. Returns NULL if no place takes them. The pointer is valid
 * until the program ends. Only `words_add` may change them, since threads of the process do the
 * same on other CPUs.
 */
static __noinline struct task_words *words_make(const struct process *process)
{
	static const struct task_words zero_words;
	struct task_words *words;

	words = words_usual(process);
	if (!words && use_task_storage && words_in_hash)
		words = bpf_map_lookup_elem(&task_words_hash, &process->identity);
	if (!words && use_task_storage)
		words = bpf_task_storage_get(&task_words, process->leader, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
	if (words)
		return words;
	bpf_map_update_elem(&task_words_hash, &process->identity, &zero_words, BPF_NOEXIST);
	words = bpf_map_lookup_elem(&task_words_hash, &process->identity);
	if (words && use_task_storage) {
		/*
		 * Recursion or memory pressure: the only reasons for which the kernel refuses to create
		 * storage.
		 */
		__sync_fetch_and_add(&words_in_hash, 1);
		count(words_spilled);
	}
	return words;
}

/*
 * A copy of the words. Nowhere, and zero, when none are kept: which is the truth unless
 * `words_lost` says otherwise.
 */
static __always_inline enum words_place words_get(struct task_words *into, const struct process *process)
{
	struct task_words *words = words_usual(process);
	enum words_place place = use_task_storage ? WORDS_IN_STORAGE : WORDS_IN_HASH;

	if (!words && use_task_storage && words_in_hash) {
		words = bpf_map_lookup_elem(&task_words_hash, &process->identity);
		place = WORDS_IN_HASH;
	}
	if (!words) {
		__builtin_memset(into, 0, sizeof(*into));
		return WORDS_NOWHERE;
	}
	into->scopes.version = *(volatile __u64 *)&words->scopes.version;
	into->scopes.followed = words->scopes.followed;
	into->scopes.excluded = words->scopes.excluded;
	into->executed = words->executed;
	into->traced = words->traced;
	into->shared = words->shared;
	return place;
}

/*
 * Threads of the process may change its words on other CPUs: an entry here says that one does.
 * Compare-and-exchange would do with less, but the verifier of 5.10 refuses an object that has it
 * anywhere. Held for a few instructions with preemption off; the bound is for the verifier.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1024);
	__type(key, struct task_identity);
	__type(value, __u8);
} words_locks SEC(".maps");

#define WORDS_LOCK_TRIES 8
/*
 * To be compared with an int: before 6.4 updates return one, and the upper half of the register is
 * zero.
 */
#define EEXIST 17

static __always_inline void words_lock(const struct task_identity *identity)
{
	__u8 held = 1;

	for (int i = 0; i < WORDS_LOCK_TRIES; i++)
		if ((int)bpf_map_update_elem(&words_locks, identity, &held, BPF_NOEXIST) != -EEXIST)
			return;
}

static __always_inline void words_unlock(const struct task_identity *identity)
{
	bpf_map_delete_elem(&words_locks, identity);
}

/*
 * The version last: who sees it sees words that belong to it. It never goes back: a program that
 * began under the old set ends after one under the new set has written, and bits born in between
 * would be lost. What it adds under the old meaning does no harm (filters/follow.h).
 */
static __always_inline void words_merge(struct task_words *words, const struct scope_set *set,
					const struct scope_words *bits)
{
	__u64 kept = scopes_kept(set, words->scopes.version);

	words->scopes.followed = (words->scopes.followed & kept) | bits->followed;
	words->scopes.excluded = (words->scopes.excluded & kept) | bits->excluded;
	if (set->version > words->scopes.version)
		*(volatile __u64 *)&words->scopes.version = set->version;
}

static __always_inline void count_words_lost(void)
{
	__sync_fetch_and_add(&words_lost, 1);
	count(words_lost);
}

/*
 * Merges into the words of a process, and into what its heir will find if the leader has left: it
 * has to say the same.
 */
VERIFIED_ONCE int words_change(struct task_words *words, const struct scope_set *set, const struct scope_words *bits,
			       __u64 start_time_ns, __u32 tgid)
{
	struct task_identity identity = { .start_time_ns = start_time_ns, .tgid = tgid };

	/* The verifier wants it of pointers that another program might give. */
	if (!words || !set || !bits)
		return 0;
	words_lock(&identity);
	words_merge(words, set, bits);
	if (use_task_storage && words_in_hash) {
		words = bpf_map_lookup_elem(&task_words_hash, &identity);
		if (words)
			words_merge(words, set, bits);
	}
	words_unlock(&identity);
	return 0;
}

static __noinline int words_try_add(const struct process *process, const struct scope_set *set,
				    const struct scope_words *bits)
{
	struct task_words *words;

	if (!bits->followed && !bits->excluded)
		return 1;
	words = words_make(process);
	if (!words)
		return 0;
	words_change(words, set, bits, process->identity.start_time_ns, process->identity.tgid);
	return 1;
}

/* Adds to the words of the process what `bits` has. False, and counted, when nothing takes them. */
static __always_inline bool words_add(const struct process *process, const struct scope_set *set,
				      const struct scope_words *bits)
{
	if (words_try_add(process, set, bits))
		return true;
	count_words_lost();
	return false;
}

/*
 * The leader exits before its threads. When one of them then executes, the kernel makes it the
 * leader, with the old one's process id and start time but its own, empty, storage: the words wait
 * in the hash, under the identity that stays. (fs/exec.c, de_thread)
 */
static __always_inline void words_outlive_leader(const struct process *process)
{
	struct task_words *words;

	if (!use_task_storage)
		return;
	words = words_usual(process);
	if (!words)
		return;
	if (bpf_map_update_elem(&task_words_hash, &process->identity, words, BPF_NOEXIST)) {
		count_words_lost();
		return;
	}
	__sync_fetch_and_add(&words_in_hash, 1);
	count(words_spilled);
}

/* The process has ended. Task storage goes with the task itself. */
static __always_inline void words_forget(const struct process *process)
{
	if (use_task_storage && !words_in_hash)
		return;
	if (!bpf_map_delete_elem(&task_words_hash, &process->identity) && use_task_storage)
		__sync_fetch_and_add(&words_in_hash, -1);
}

#endif
