#ifndef SPOOR_EVENTS_EXEC_H
#define SPOOR_EVENTS_EXEC_H

#include "event.h"

/* A process runs another binary, and has not run its first instruction yet. */
struct exec_event {
	struct event_header header;
	__u64 inode;
	/* The kernel's number: major << 20 | minor. */
	__u32 device;
	/* as the kernel counted it, however much of `argv` is here */
	__u32 argc;
	char previous_comm[16];
	/* the binary as the kernel resolved it: of a script, its interpreter */
	struct var_bytes path;
	/* the name that was executed, as the kernel copied it: of a script, the script */
	struct var_bytes filename;
	/* NUL after each argument */
	struct var_bytes argv;
};

#endif
