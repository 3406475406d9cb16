/* The common parts of events: the header, variable parts, and the record that is being built. */
#ifndef SPOOR_EVENTS_EVENT_H
#define SPOOR_EVENTS_EVENT_H

#include "../lib/kernel.h"
#include "registry.h"

enum event_flag {
	/* a part was read from the caller's memory, not from a kernel object */
	EVENT_USER_MEMORY = 1,
	/* the caller is a 32-bit program */
	EVENT_COMPAT = 2,
	/* the process started or executed since the trace began */
	EVENT_NEW_PROCESS = 4,
	/* the binary of the process has no name left in its file system */
	EVENT_EXE_UNLINKED = 8,
	/*
	 * names of files start at another root than the tracer's: in another mount namespace, or after
	 * chroot()
	 */
	EVENT_OTHER_ROOT = 16,
	/* of an exec: what was executed is a script, or another file that an interpreter runs */
	EVENT_SCRIPT = 32,
	/* the process handed the operation to io_uring and made no system call for it */
	EVENT_VIA_IO_URING = 64,
	/* the end of what an earlier event told as pending; no call of its own */
	EVENT_COMPLETION = 128,
	/*
	 * A fact was read through descriptors, a working directory or a root that another task
	 * shares and can have changed since the call used them, a tracer or a seccomp filter can
	 * have answered the call, or another process can have taken a pid since. Nothing proved that
	 * the fact is the one of the call.
	 */
	EVENT_RACY = 256,
	/*
	 * A path, or `exe`, is of a mount that is in no mount namespace: detached, or not attached
	 * yet. The path begins at the root of its file system.
	 */
	EVENT_UNREACHABLE = 512,
};

/*
 * Bytes behind the fixed part of a record. Strings carry no NUL and any byte but NUL. Truncated
 * when `full_length` is greater than `length`; where the true length cannot be known it is the
 * least that it can be.
 */
struct var_bytes {
	/* from the record's first byte */
	__u16 offset;
	__u16 length;
	__u32 full_length;
};

struct event_header {
	/* of the whole record */
	__u32 size;
	__u16 kind;
	__u16 flags;
	/* CLOCK_BOOTTIME, nanoseconds */
	__u64 time_ns;
	/*
	 * of the thread-group leader: with tgid, the identity of the process. CLOCK_BOOTTIME,
	 * nanoseconds
	 */
	__u64 start_time_ns;
	/* of the parent's: with ppid, its identity; 0 for a process without a parent */
	__u64 parent_start_time_ns;
	__u64 cgroup_id;
	__u64 matched_scopes;
	__u32 cpu;
	/* process ids are those of the initial namespace */
	__u32 tgid;
	__u32 tid;
	__u32 ppid;
	__u32 uid;
	/* enum origin */
	__u8 origin;
	__u8 unused;
	/* low bits of scope_set.version: which scopes the bits of `matched_scopes` stand for */
	__u16 scopes_version;
	char comm[16];
	struct var_bytes exe;
	/* id or name of the container that the task is in; empty when it is in none */
	struct var_bytes container;
};

#endif
