/*
 * Working memory of a program: too large for the 512-byte stack. One slot a CPU and nesting level; tracepoint
 * programs run with preemption off, so a program that interrupts another on its CPU ends first.
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
/* Arguments up to ARGV_MAX are put into a frame; more, up to ARGV_LONG_MAX, into a long record (maps/long_records.h). */
#define ARGV_MAX 4095
#define ARGV_LONG_MAX 65535
#define ARGV_TAIL 512

struct path_buffer {
	/* first byte of the path in `bytes`; it ends at PATH_MAX */
	__u32 start;
	__u32 length;
	/* length that the whole path would have had, as far as it was walked */
	__u32 full_length;
	bool cut;
	bool unlinked;
	__u8 bytes[PATH_BUFFER];
};

#endif
