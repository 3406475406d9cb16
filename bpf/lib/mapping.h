/* A mapping of a process's memory, as the kernel has it. */
#ifndef SPOOR_LIB_MAPPING_H
#define SPOOR_LIB_MAPPING_H

#include "kernel.h"

struct mapping {
	/* the first address, and the end, which is one byte too far; both 0 without a mapping */
	__u64 start;
	__u64 end;
	/* VM_ flags */
	__u64 flags;
	/* address of the struct file, or 0 */
	__u64 file;
};

#endif
