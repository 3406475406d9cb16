/*
 * Working memory of a program: too large for the 512-byte stack. One slot a CPU and nesting level;
 * tracepoint programs run with preemption off, so a program that interrupts another on its CPU ends
 * first.
 */
#ifndef SPOOR_LIB_SCRATCH_H
#define SPOOR_LIB_SCRATCH_H

#include "kernel.h"

#define PATH_MAX 4096
#define NAME_MAX 255
/* Paths are built backwards from the leaf; the tail gives the verifier room for one whole name. */
#define PATH_BUFFER (PATH_MAX + 256)

#define RECORD_MAX 16384
#define PART_MAX 4096
/*
 * Arguments up to ARGV_MAX are put into a frame; more, up to ARGV_LONG_MAX, into a long record
 * (maps/long_records.h).
 */
#define ARGV_MAX 4095
#define ARGV_LONG_MAX 65535
#define ARGV_TAIL 512

/* Names of a walk that are kept to be looked at again. A power of two. */
#define PATH_LEVELS 64

/* A name that was read, and the sequence count that the kernel changes when it renames. */
struct path_level {
	unsigned long dentry;
	__u32 sequence;
	__u32 unused;
};

struct path_buffer {
	/* first byte of the path in `bytes`; it ends at PATH_MAX */
	__u32 start;
	__u32 length;
	/* length that the whole path would have had, as far as it was walked */
	__u32 full_length;
	bool cut;
	bool unlinked;
	/*
	 * the walk did not end at the root of a mount namespace: the path is the one inside the
	 * file system
	 */
	bool unreachable;
	/*
	 * a name changed during the walk, each time that it was tried: the path may be one that
	 * never was
	 */
	bool torn;
	/* names that were walked */
	__u32 levels;
	struct path_level level[PATH_LEVELS];
	__u8 bytes[PATH_BUFFER];
};

#endif
