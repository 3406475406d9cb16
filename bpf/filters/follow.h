#ifndef SPOOR_FILTERS_FOLLOW_H
#define SPOOR_FILTERS_FOLLOW_H

#include "scopes.h"

/*
 * The durable words of a process: what it has that the kernel's own task does not tell.
 *
 * A scope keeps its bit as long as its name stays in the set. A bit that a replacement frees may later be given to
 * another name, and processes alive still have it set for the old one. So a process's words carry the version of
 * the set that they were last brought up to, and a bit counts only when it was born no later.
 *
 * User space gives out a freed bit again only in a later replacement than the one that freed it (unless the
 * names that go and the names that come need more than 64 bits together). By then every program that saw the older
 * set has ended, so a late write under the old meaning always lies before the bit's new birth.
 */
struct scope_words {
	__u64 followed;
	__u64 excluded;
	/* scope_set.version when both were last brought up to date. */
	__u64 version;
};

/* The bits that mean the same scope as they did at `version`. */
static __always_inline __u64 scopes_kept(const struct scope_set *set, __u64 version)
{
	__u64 kept = 0;

	if (version == set->version)
		return ~0ULL;
	/* By the sign of a difference: a branch a bit would have the verifier follow both sides of each. */
	for (int bit = 0; bit < SCOPE_COUNT_MAX; bit++)
		kept |= (~(version - set->born[bit]) >> 63) << bit;
	return kept;
}

#endif
