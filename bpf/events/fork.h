#ifndef SPOOR_EVENTS_FORK_H
#define SPOOR_EVENTS_FORK_H

#include "event.h"

/* A process or a thread was started. The header is the parent's; a thread has its parent's tgid. */
struct fork_event {
	struct event_header header;
	/* of the child's thread-group leader */
	__u64 child_start_time_ns;
	__u32 child_tgid;
	__u32 child_tid;
};

#endif
