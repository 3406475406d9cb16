/* The record of a process, and the names of what it says. */
#ifndef SPOOR_MAPS_PROC_RECORD_H
#define SPOOR_MAPS_PROC_RECORD_H

#include "task_history.h"

#define EXE_MAX 256

/* The origin of a record. */
enum origin {
	ORIGIN_FORK = 1,
	ORIGIN_EXEC = 2,
	ORIGIN_SNAPSHOT = 3,
	ORIGIN_RECOVERED_KERNEL = 4,
	ORIGIN_RECOVERED_USER = 5,
};

enum proc_flag {
	/* started or executed since the trace began */
	PROC_NEW = 1,
	/* the binary has no name left in its file system */
	PROC_EXE_UNLINKED = 2,
	/* a kernel thread, or a process past the point where the kernel gives up its binary */
	PROC_NO_EXE = 4,
	/*
	 * Of the path of the binary, as struct path_buffer has it. The numbers are those of
	 * EVENT_RACY and EVENT_UNREACHABLE.
	 */
	PROC_EXE_TORN = 256,
	PROC_EXE_UNREACHABLE = 512,
};

struct proc_info {
	/*
	 * Identity, with the key; repeated at the end so that a torn copy shows. Boot time,
	 * nanoseconds.
	 */
	__u64 start_time_ns;
	__u64 inode;
	/*
	 * Address of the inode of the binary, 0 in a record of user space. Followed only while the
	 * process holds the binary.
	 */
	__u64 inode_address;
#ifdef SPOOR_MISS_MODE
	/* Scopes that follow the process. */
	__u64 followed;
#endif
	/* The kernel's number: major << 20 | minor. */
	__u32 device;
	__u32 flags;
	__u8 origin;
	__u8 unused;
	__u16 exe_length;
	__u32 exe_full_length;
	__u8 exe[EXE_MAX];
	__u64 seal_ns;
};

#endif
