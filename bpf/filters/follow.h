#ifndef SPOOR_FILTERS_FOLLOW_H
#define SPOOR_FILTERS_FOLLOW_H

#include "scopes.h"

/*
 * The durable words of a process: what it has that the kernel's own task does not tell.
 *
 * A scope keeps its bit as long as its name stays in the set. A bit that a replacement frees may
 * later be given to another name, and processes alive still have it set for the old one. So a
 * process's words carry the version of the set that they were last brought up to, and a bit counts
 * only when it was born no later.
 *
 * User space gives out a freed bit again only in a later replacement than the one that freed it
 * (unless the names that go and the names that come need more than 64 bits together). By then every
 * program that saw the older set has ended, so a late write under the old meaning always lies
 * before the bit's new birth.
 */
struct scope_words {
	__u64 followed;
	__u64 excluded;
	/* scope_set.version when both were last brought up to date. */
	__u64 version;
};

/*
 * The bits of the set at `half` that mean the same scope as they did at `version`: those of the
 * last birth that is not later. Found by halves, and by the sign of a difference: of a branch the
 * verifier would follow both sides. A global function, which the verifier looks at once a program
 * and not at every call: hence no pointer to the set, which 5.10 would not take.
 */
__noinline __u64 scopes_kept_at(__u32 half, __u64 version)
{
	const struct scope_set *set = bpf_map_lookup_elem(&scope_sets, &half);
	__u64 at = 0;

	if (!set || version == set->version)
		return ~0ULL;
	for (int step = SCOPE_BIRTHS_MAX / 2; step; step /= 2) {
		at |= (~(version - set->births[at | step].version) >> 63) * step;
		/* Hidden from the compiler, which would leave the mask out: verifiers up to 6.1 need it. */
		barrier_var(at);
		at &= SCOPE_BIRTHS_MAX - 1;
	}
	return set->births[at].kept;
}

static __always_inline __u64 scopes_kept(const struct scope_set *set, __u64 version)
{
	return scopes_kept_at(set->half, version);
}

#endif
