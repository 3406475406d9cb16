/*
 * The differential test: judges facts that user space invented with the very functions that the tracer's
 * programs call. Run with BPF_PROG_TEST_RUN; nothing is attached.
 */
#include "../filters/follow.h"
#include "../filters/match.h"

#ifndef FILTER_CASES_MAX
#define FILTER_CASES_MAX 16
#endif

struct filter_case {
	struct task_facts facts;
	struct scope_words words;
	struct scope_match match;
	__u64 verdict;
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, FILTER_CASES_MAX);
	__type(key, __u32);
	__type(value, struct filter_case);
} filter_cases SEC(".maps");

SEC("raw_tp")
int judge_cases(void *ctx)
{
	const struct scope_set *set = scopes_current();

	if (!set)
		return 1;
	for (__u32 i = 0; i < FILTER_CASES_MAX; i++) {
		struct filter_case *given = bpf_map_lookup_elem(&filter_cases, &i);
		__u64 kept;

		if (!given)
			return 2;
		kept = scopes_kept(set, given->words.version);
		scopes_match(set, &given->facts, &given->match);
		given->verdict = scopes_decide(set, given->match.matched,
			(given->words.followed & kept) | scopes_following(set, given->match.matched),
			(given->words.excluded & kept) | given->match.excluding);
	}
	return 0;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
