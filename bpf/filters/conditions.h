#ifndef SPOOR_FILTERS_CONDITIONS_H
#define SPOOR_FILTERS_CONDITIONS_H

#include "number.h"
#include "text.h"

/*
 * Conditions on an event's own fields (`connect.port=443`) that are decided here, before a record is submitted: one line
 * in FILTER_CONDITIONS (tables.h), and one call where the event is filled, which narrows the scopes that the event belongs to.
 * An event that none is left of is not submitted. All other conditions are decided in user space, by the same rules.
 */

static __always_inline __u64 condition_number(const struct scope_set *set, enum filter_condition condition,
					      __u64 value, __u64 matched)
{
	__u64 excluding = 0;

	return filter_number(set, condition, value, matched, &excluding);
}

/* `text`: `length` bytes at a kernel address, no NUL counted. `scratch`: any string of the facts that is judged already. */
static __always_inline __u64 condition_text(const struct scope_set *set, enum filter_condition condition,
					    struct filter_string *scratch, const void *text, __u32 length, __u64 matched)
{
	__u64 excluding = 0;

	if (!(matched & set->users[condition]))
		return matched;
	filter_string_read(scratch, text, length, filter_end_on(set, condition));
	return filter_text(set, condition, scratch, matched, &excluding);
}

#endif
