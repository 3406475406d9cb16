/* Writes to files. */
#ifndef SPOOR_LIB_WRITING_H
#define SPOOR_LIB_WRITING_H

#include "kernel.h"

/* One call, or one operation of a ring, that writes to a file. */
struct writing {
	/* address of the struct file */
	unsigned long file;
	__u64 bytes;
	__s32 result;
	__u8 calls;
	__u8 mapped;
	__u8 racy;
	__u8 via_ring;
};

#endif
