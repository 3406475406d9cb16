/*
 * The kernel side of the race test: lookup-or-init of invented processes at every system call of
 * one process, against threads of that process. RACE_TYPE and RACE_FLAGS choose the kind of map.
 *
 * `truth` has the identity (start) of each key, which only grows. A state is whole if every word
 * follows from its key, start and origin.
 */
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define KEYS 16
#define WORDS 72
#define THERE -17

enum state_origin {
	STATE_FROM_KERNEL = 1,
	STATE_FROM_USER = 2,
};

struct state {
	__u32 start;
	__u32 key;
	__u32 origin;
	__u32 words[WORDS];
};

struct {
	__uint(type, RACE_TYPE);
	__uint(map_flags, RACE_FLAGS);
	__uint(max_entries, 14);
	__type(key, __u32);
	__type(value, struct state);
} states SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KEYS);
	__type(key, __u32);
	__type(value, __u32);
} truth SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct state);
} scratch SEC(".maps");

/* Whole states, written by the test. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, KEYS);
	__type(key, __u32);
	__type(value, struct state);
} prebuilt SEC(".maps");

const volatile __u32 owner_tgid;
const volatile __u32 reader_tid;

__u64 lookups, hits, misses, inserted, raced, unstored, newer, deleted;

static __always_inline __u32 word_of(const struct state *state, __u32 index)
{
	return state->key * 2654435761u + state->start * 40503u + state->origin * 97u + index * 2246822519u;
}

static __always_inline void build(struct state *state, __u32 key, __u32 start)
{
	state->start = start;
	state->key = key;
	state->origin = STATE_FROM_KERNEL;
	for (__u32 index = 0; index < WORDS; index++)
		state->words[index] = word_of(state, index);
}

static __always_inline void store(struct state *mine, __u32 key, __u32 start)
{
	long status;

	build(mine, key, start);
	status = bpf_map_update_elem(&states, &key, mine, BPF_NOEXIST);
	if (!status)
		__sync_fetch_and_add(&inserted, 1);
	else if (status == THERE)
		__sync_fetch_and_add(&raced, 1);
	else
		__sync_fetch_and_add(&unstored, 1);
}

static __always_inline void lookup_or_init(__u32 key)
{
	__u32 zero = 0, *start = bpf_map_lookup_elem(&truth, &key);
	struct state *mine = bpf_map_lookup_elem(&scratch, &zero), *found;
	__u32 want, seen;

	if (!start || !mine)
		return;
	want = *(volatile __u32 *)start;
	__sync_fetch_and_add(&lookups, 1);
	found = bpf_map_lookup_elem(&states, &key);
	seen = found ? *(volatile __u32 *)&found->start : 0;
	if (seen == want) {
		__sync_fetch_and_add(&hits, 1);
		return;
	}
	__sync_fetch_and_add(&misses, 1);
	if (seen > want) {
		__sync_fetch_and_add(&newer, 1);
		return;
	}
	if (seen && !bpf_map_delete_elem(&states, &key))
		__sync_fetch_and_add(&deleted, 1);
	store(mine, key, want);
}

SEC("?tp_btf/sys_enter")
int on_sys_enter(void *ctx)
{
	__u32 random;

	if (bpf_get_current_pid_tgid() >> 32 != owner_tgid)
		return 0;
	/* Not at every call: the threads shall find work too. */
	random = bpf_get_prandom_u32();
	if (random % 4 == 0)
		lookup_or_init((random >> 8) % KEYS);
	return 0;
}

/* Runs at every system call of the other threads, over eight keys: elements are reused at once. */
SEC("?tp_btf/sys_enter")
int overwrite_on_sys_enter(void *ctx)
{
	__u64 id = bpf_get_current_pid_tgid();

	if (id >> 32 != owner_tgid || (__u32)id == reader_tid)
		return 0;
	for (__u32 index = 0; index < 512; index++) {
		__u32 key = index % 8;
		struct state *whole = bpf_map_lookup_elem(&prebuilt, &key);

		if (whole)
			bpf_map_update_elem(&states, &key, whole, BPF_ANY);
	}
	return 0;
}
