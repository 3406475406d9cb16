#ifndef SPOOR_FILTERS_FACTS_H
#define SPOOR_FILTERS_FACTS_H

#include "../lib/kernel.h"

#define FILTER_KIND(NAME, name, engine, value) FILTER_##NAME,
enum filter_kind {
#include "registry.h"
	FILTER_KIND_COUNT
};

/*
 * All that a filter may read of a task. The collector fills what an enabled kind needs, the test
 * program fills it with inventions, and nothing else reaches the decision.
 *
 * It is some 1.5 KiB, so it lives in a per-CPU map value, not on the stack.
 */

/*
 * Bytes of text that can be compared from its start: a longest-prefix trie takes 256 bytes, 4 of
 * them ours.
 */
#define FILTER_TEXT_MAX 252
/* Bytes of text that can be compared from its end. A multiple of 8. */
#define FILTER_TAIL_MAX 128
/* The cgroup of a task and its ancestors. */
#define FILTER_CGROUPS_MAX 16
/* Hexadecimal digits of a container's id. */
#define CONTAINER_ID 64
/*
 * Bytes of a mark, the id or name of a container, and a NUL. A longer name is cut. The number is a
 * power of two, and no more than FILTER_TAIL_MAX.
 */
#define CONTAINER_TEXT 128
#define CONTAINER_NAME_MAX (CONTAINER_TEXT - 2)

/*
 * Key of `filter_strings`. The second word separates sets, kinds and directions, then the text
 * itself.
 */
struct filter_text {
	__u32 prefix_bits;
	__u8 half;
	__u8 table;
	__u8 zero[2];
	__u8 bytes[FILTER_TEXT_MAX];
};

struct filter_string {
	/*
	 * From the first byte; a NUL after the last one where there is room. What follows the NUL does
	 * not matter.
	 */
	struct filter_text start;
	/*
	 * The last FILTER_TAIL_MAX bytes, in order, or all when there are fewer; filter_string_read()
	 * fills it.
	 */
	__u32 tail_length;
	__u8 pad[12];
	__u8 tail[FILTER_TAIL_MAX];
	/* Scratch of the text engine: the tail reversed. */
	struct filter_text end;
};

/*
 * A signed number as the value of a kind: the engine compares unsigned numbers, so all move up by
 * 2^31.
 */
#define FILTER_SIGNED(number) ((__u64)((__s64)(number) + (1LL << 31)))

struct task_facts {
#define FILTER_FACT(member) member;
#include "registry.h"
};

#endif
