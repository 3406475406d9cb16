/*
 * Conditions on an event's own fields that are decided before it is submitted: one call a line of
 * FILTER_CONDITIONS.
 */
#ifndef SPOOR_PROGRAMS_CONDITIONS_H
#define SPOOR_PROGRAMS_CONDITIONS_H

#include "../events/connect.h"
#include "../events/open.h"
#include "../filters/conditions.h"

/* More than one name, or too long for one. */
static __noinline int name_has_slash(const struct frame *frame, __u32 at, __u32 length)
{
	/* Of 64 bits: what 5.10 remembers of a spilled number. */
	for (__u64 i = 0; i <= NAME_MAX; i++) {
		if (i >= length)
			return false;
		if (frame->record[(at + i) & RECORD_MASK] == '/')
			return true;
	}
	return true;
}

/*
 * The scopes that take an open, as far as its path says. The path of an opened file is the kernel's
 * own, and so is the directory that the name of a failed open starts from. Of a single name both
 * together are certain. Other names can run through symbolic links, and what ends in `.`, `..` or a
 * slash has its last name elsewhere: user space decides.
 */
static __always_inline __u64 judge_open_path(struct frame *frame, const struct scope_set *set,
					     const struct open_event *event, __u64 scopes)
{
	const struct var_bytes *path = &event->path, *directory = &event->directory;
	struct condition_path given = {};
	__u32 at = path->offset, length = path->length;
	__u8 last;

	if (!(scopes & set->users[CONDITION_OPEN_PATH]))
		return scopes;
	if (event->header.flags & EVENT_USER_MEMORY) {
		last = frame->record[(at + length - 1) & RECORD_MASK];
		if (!length || last == '/' || last == '.')
			return scopes;
		if (name_has_slash(frame, at, length)) {
			given.by_last_name = true;
		} else if (directory->length) {
			/* The root directory ends with the slash that separates others from the name. */
			at = directory->offset + (directory->length == 1);
			length += path->offset - at;
		}
	}
	given.text = &frame->record[at & RECORD_MASK];
	given.length = length & (2 * RECORD_MAX - 1);
	return condition_path(set, CONDITION_OPEN_PATH, CONDITION_OPEN_NAME, &given, &frame->facts.exe, scopes);
}

/*
 * Narrows the scopes of a filled record to those whose conditions hold. False when none is left.
 * The text of `exe` is judged by now and serves as scratch.
 */
static __always_inline bool record_judge(struct frame *frame, const struct scope_set *set, __u32 kind)
{
	struct event_header *header = (void *)frame->record;
	__u64 scopes = header->matched_scopes;

	if (kind == EVENT_OPEN && filter_kinds_built >> CONDITION_OPEN_PATH & 1) {
		scopes = judge_open_path(frame, set, (void *)header, scopes);
	} else if (kind == EVENT_CONNECT && filter_kinds_built >> CONDITION_CONNECT_PORT & 1) {
		scopes = condition_number(set, CONDITION_CONNECT_PORT, ((struct connect_event *)header)->port, scopes);
	}
	header->matched_scopes = scopes;
	return scopes;
}

#endif
