#ifndef SPOOR_FILTERS_TEXT_H
#define SPOOR_FILTERS_TEXT_H

#include "scopes.h"

/*
 * Texts: whole, by their beginning (`ba*`) and by their end (`*.sh`).
 *
 * One longest-prefix trie holds them all. A whole text is entered with the NUL that ends it, so it
 * is a beginning like any other. The trie answers with the longest entry only, so user space writes
 * into each entry what its shorter beginnings say too. Ends are entered reversed, in a table of
 * their own.
 */
static __always_inline void filter_text_ask(const struct scope_set *set, struct filter_text *text, __u8 number,
					    struct filter_words *words)
{
	const struct filter_words *found;

	text->half = set->half;
	text->table = number;
	text->zero[0] = text->zero[1] = 0;
	found = bpf_map_lookup_elem(&filter_strings, text);
	if (found) {
		words->equal |= found->equal;
		words->unequal |= found->unequal;
	}
}

/*
 * Writes string->tail backwards, 8 bytes at a time; `pad` before `tail` is what the last read may
 * touch.
 */
static __always_inline void filter_text_reverse(struct filter_string *string)
{
	__u32 left = string->tail_length <= FILTER_TAIL_MAX ? string->tail_length : FILTER_TAIL_MAX;

	string->end.prefix_bits = (4 + left) * 8;
	for (__u32 done = 0; done < FILTER_TAIL_MAX; done += 8) {
		const __u8 *last;

		if (done >= left)
			break;
		last = string->tail - 8 + ((left - done) & (2 * FILTER_TAIL_MAX - 1));
		*(__u64 *)(string->end.bytes + done) = __builtin_bswap64(*(const __u64 *)last);
	}
}

/* Adds what the tables say of the beginning and the end of a text. */
static __always_inline void filter_text_words(const struct scope_set *set, __u32 table, struct filter_string *string,
					      struct filter_words *words)
{
	string->start.prefix_bits = (4 + FILTER_TEXT_MAX) * 8;
	filter_text_ask(set, &string->start, table * 2, words);
	if (filter_end_on(set, table)) {
		filter_text_reverse(string);
		filter_text_ask(set, &string->end, table * 2 + 1, words);
	}
}

static __always_inline __u64 filter_text_decide(const struct scope_set *set, __u32 table,
						const struct filter_words *words, __u64 matched)
{
	return matched & (((words->equal | set->missing[table]) & ~words->unequal) | ~set->users[table]);
}

static __always_inline __u64 filter_text(const struct scope_set *set, __u32 table,
					 struct filter_string *string, __u64 matched, __u64 *excluding)
{
	struct filter_words words = {};

	if (!(matched & set->users[table]))
		return matched;
	filter_text_words(set, table, string, &words);
	return filter_text_decide(set, table, &words, matched);
}

/*
 * A process is named by its binary and by its script, if it runs one: = holds when either is named,
 * != when neither is.
 */
static __always_inline __u64 filter_binary(const struct scope_set *set, __u32 table, struct task_facts *facts,
					   __u64 matched, __u64 *excluding)
{
	struct filter_words words = {};

	if (!(matched & set->users[table]))
		return matched;
	filter_text_words(set, table, &facts->exe, &words);
	if (facts->script.start.bytes[0])
		filter_text_words(set, table, &facts->script, &words);
	return filter_text_decide(set, table, &words, matched);
}

/*
 * For the collector: takes a text of `length` bytes (no NUL counted) at a kernel address. `ends`:
 * filter_end_on(). A text that cannot be read counts as empty.
 */
static __always_inline void filter_string_read(struct filter_string *string, const void *text, __u64 length, bool ends)
{
	__u64 head = length < FILTER_TEXT_MAX ? length : FILTER_TEXT_MAX;
	__u64 tail = length < FILTER_TAIL_MAX ? length : FILTER_TAIL_MAX;

	/*
	 * 64 bits wide, and compared again where the compiler cannot see that they fit: verifiers
	 * before 6.4 do not carry what is known of half a register over to its copy.
	 */
	barrier_var(head);
	barrier_var(tail);
	if (head > FILTER_TEXT_MAX || bpf_probe_read_kernel(string->start.bytes, head, text))
		head = 0;
	if (head < FILTER_TEXT_MAX)
		string->start.bytes[head] = 0;
	string->tail_length = 0;
	if (ends && head && tail <= FILTER_TAIL_MAX &&
	    !bpf_probe_read_kernel(string->tail, tail, (const char *)text + length - tail))
		string->tail_length = tail;
}

#define COMM_SIZE 16

/* Reads a task name, whose length is known from its NUL alone. */
static __always_inline void filter_comm_read(struct filter_string *string, const void *comm, bool ends)
{
	__u32 length = 0;

	bpf_probe_read_kernel(string->start.bytes, COMM_SIZE, comm);
	if (!ends)
		return;
	while (length < COMM_SIZE && string->start.bytes[length]) {
		string->tail[length] = string->start.bytes[length];
		length++;
	}
	string->tail_length = length;
}

#endif
