/*
 * The scripts that processes run. Of a script the kernel keeps no more than its interpreter, so a
 * record of the process cannot be rebuilt with it: it is kept here from the exec until the next
 * exec or the end, and nothing evicts it. A child runs the script of its parent. A process that
 * executed before the trace began is not here.
 */
#ifndef SPOOR_MAPS_SCRIPTS_H
#define SPOOR_MAPS_SCRIPTS_H

#include "../filters/text.h"
#include "proc_info.h"

struct script {
	__u32 length;
	__u32 full_length;
	/*
	 * its interpreter is `env`, which is about to execute the real one: that exec does not end the
	 * script
	 */
	__u32 by_env;
	__u8 path[EXE_MAX];
};

/*
 * A walk over a path in the record of a frame, from its last byte to its first, which is a slash.
 */
struct name_walk {
	/* the byte in hand, and where the name that it is in ends */
	__u32 at;
	__u32 end;
	/* `..` that no name has been left out for */
	__u32 climbs;
};

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 8192);
	__type(key, struct task_identity);
	__type(value, struct script);
} scripts SEC(".maps");

/* Returns whether a filter can ask for scripts. */
static __always_inline bool scripts_kept(void)
{
	return FILTERS_COMPILED >> FILTER_EXE & filter_kinds_built >> FILTER_EXE & 1;
}

static __always_inline void script_forget(const struct task_identity *identity)
{
	if (scripts_kept())
		bpf_map_delete_elem(&scripts, identity);
}

static __always_inline void script_keep(const struct task_identity *identity, const struct script *script)
{
	if (bpf_map_update_elem(&scripts, identity, script, BPF_ANY))
		count(scripts_lost);
}

/*
 * A program took the place of what ran before: the end of a script, unless `env` was to start it.
 */
static __always_inline void script_replaced(const struct task_identity *identity)
{
	struct script *script = bpf_map_lookup_elem(&scripts, identity);

	if (!script)
		return;
	if (script->by_env)
		script->by_env = 0;
	else
		bpf_map_delete_elem(&scripts, identity);
}

static __always_inline void script_inherit(const struct task_identity *parent, const struct task_identity *child)
{
	const struct script *script;

	if (!scripts_kept())
		return;
	script = bpf_map_lookup_elem(&scripts, parent);
	if (script)
		script_keep(child, script);
}

/*
 * For the collector: the path of the script that the process runs, empty when it is not known to
 * run any.
 */
static __always_inline void script_read(struct filter_string *string, const struct task_identity *identity, bool ends)
{
	const struct script *script = bpf_map_lookup_elem(&scripts, identity);

	string->start.bytes[0] = 0;
	string->tail_length = 0;
	if (script)
		filter_string_read(string, script->path, script->length,
				   ends && script->full_length == script->length);
}

#endif
