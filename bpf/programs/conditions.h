/* Conditions on an event's own fields that are decided before it is submitted: one call a line of FILTER_CONDITIONS. */
#ifndef SPOOR_PROGRAMS_CONDITIONS_H
#define SPOOR_PROGRAMS_CONDITIONS_H

#include "../events/connect.h"
#include "../events/open.h"
#include "../filters/conditions.h"

/*
 * Narrows the scopes of a filled record to those whose conditions hold. False when none is left. The text of `exe` is judged
 * by now and serves as scratch.
 */
static __always_inline bool record_judge(struct frame *frame, const struct scope_set *set, __u32 kind)
{
	struct event_header *header = (void *)frame->record;
	struct filter_string *scratch = &frame->facts.exe;
	__u64 scopes = header->matched_scopes;

	if (kind == EVENT_OPEN) {
		struct var_bytes *path = &((struct open_event *)header)->path;

		scopes = condition_text(set, CONDITION_OPEN_PATH, scratch, &frame->record[path->offset & RECORD_MASK],
					path->length, scopes);
	} else if (kind == EVENT_CONNECT) {
		scopes = condition_number(set, CONDITION_CONNECT_PORT, ((struct connect_event *)header)->port, scopes);
	}
	header->matched_scopes = scopes;
	return scopes;
}

#endif
