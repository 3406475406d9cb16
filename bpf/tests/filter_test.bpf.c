/*
 * The differential test: judges facts that user space invented with the very functions that the
 * tracer's programs call. Run with BPF_PROG_TEST_RUN; nothing is attached.
 *
 * A raw tracepoint and not a `syscall` program: those are sleepable, and may not use a trie.
 */
#include "../events/registry.h"
#include "../filters/conditions.h"
#include "../filters/follow.h"
#include "../filters/match.h"

/* More would be more than the verifier follows in one program. */
#define FILTER_CASES_MAX 16

#define FILTER_CASE_PATH 512

/* A case to judge: a task, the state of its process, and fields of its events. */
struct filter_case {
	struct scope_words words;
	struct task_facts facts;
	__u64 port;
	__u32 path_length;
	__u8 path[FILTER_CASE_PATH];
};

/* The result of a case. */
struct filter_verdict {
	__u64 matched;
	__u64 excluding;
	__u64 kept;
	__u64 verdict;
	/* Of all scopes, those that take an open of this path, a connect to this port. */
	__u64 open;
	/* Of all scopes, those that an open of a name that ends like this path may belong to. */
	__u64 open_name;
	__u64 connect;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FILTER_CASES_MAX);
	__type(key, __u32);
	__type(value, struct filter_case);
} filter_cases SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FILTER_CASES_MAX);
	__type(key, __u32);
	__type(value, struct filter_verdict);
} filter_verdicts SEC(".maps");

static __noinline __u64 judge_path(const struct scope_set *set, struct filter_case *given, bool by_last_name)
{
	struct condition_path path = {
		.text = given->path,
		.length = given->path_length,
		.by_last_name = by_last_name,
	};

	return condition_path(set, CONDITION_OPEN_PATH, CONDITION_OPEN_NAME, &path, &given->facts.exe,
			      set->enabled & set->events[EVENT_OPEN]);
}

static __always_inline void judge(const struct scope_set *set, struct filter_case *given,
				  struct filter_verdict *verdict)
{
	struct scope_match match;
	__u64 followed, excluded;

	scopes_match(set, &given->facts, &match);
	verdict->kept = scopes_kept(set, given->words.version);
	followed = (given->words.followed & verdict->kept) | scopes_following(set, match.matched);
	excluded = (given->words.excluded & verdict->kept) | match.excluding;
	verdict->matched = match.matched;
	verdict->excluding = match.excluding;
	verdict->verdict = scopes_decide(set, match.matched, followed, excluded);
	verdict->open = judge_path(set, given, false);
	verdict->open_name = judge_path(set, given, true);
	verdict->connect = condition_number(set, CONDITION_CONNECT_PORT, given->port,
					    set->enabled & set->events[EVENT_CONNECT]);
}

SEC("raw_tp")
int judge_cases(void *ctx)
{
	const struct scope_set *set = scopes_current();

	if (!set)
		return 1;
	/*
	 * Of 64 bits: what 5.10 remembers of a spilled number. Else it takes the loop for one without
	 * an end.
	 */
	for (__u64 i = 0; i < FILTER_CASES_MAX; i++) {
		__u32 key = i;
		struct filter_case *given = bpf_map_lookup_elem(&filter_cases, &key);
		struct filter_verdict *verdict = bpf_map_lookup_elem(&filter_verdicts, &key);

		if (!given || !verdict)
			return 2;
		judge(set, given, verdict);
	}
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
