#ifndef SPOOR_FILTERS_CONDITIONS_H
#define SPOOR_FILTERS_CONDITIONS_H

#include "number.h"
#include "text.h"

/*
 * Conditions on an event's own fields (`connect.port=443`) that are decided here, before a record
 * is submitted: one line in FILTER_CONDITIONS (tables.h), and one call where the event is filled,
 * which narrows the scopes that the event belongs to. An event that none is left of is not
 * submitted. All other conditions are decided in user space, by the same rules, and so is what a
 * condition on a path leaves open.
 */

static __always_inline __u64 condition_number(const struct scope_set *set, enum filter_condition condition,
					      __u64 value, __u64 matched)
{
	__u64 excluding = 0;

	return filter_number(set, condition, value, matched, &excluding);
}

/* A path that an event has. `text`: `length` bytes at a kernel address, no NUL counted. */
struct condition_path {
	const void *text;
	__u32 length;
	/*
	 * The directory may lead elsewhere by symbolic links, of which the kernel has told nothing:
	 * only the last name is certain.
	 */
	bool by_last_name;
};

/*
 * `path`: the condition, `name`: the table of the last names that it asks for. Decides, if the text
 * is certain. Otherwise leaves out the scopes that no path with this last name can satisfy, and
 * user space decides the others. `scratch`: any string of the facts that is judged already.
 */
static __always_inline __u64 condition_path(const struct scope_set *set, enum filter_condition path,
					    enum filter_condition name, const struct condition_path *given,
					    struct filter_string *scratch, __u64 matched)
{
	struct filter_words words = {};

	if (!(matched & set->users[path]))
		return matched;
	filter_string_read(scratch, given->text, given->length, given->by_last_name || filter_end_on(set, path));
	if (!given->by_last_name) {
		filter_text_words(set, path, scratch, &words);
	} else {
		filter_text_reverse(scratch);
		filter_text_ask(set, &scratch->end, name * 2 + 1, &words);
	}
	return filter_text_decide(set, path, &words, matched);
}

#endif
