#ifndef SPOOR_EVENTS_EXIT_H
#define SPOOR_EVENTS_EXIT_H

#include "event.h"

/* The last thread of a process ends. */
struct exit_event {
	struct event_header header;
	__u64 duration_ns;
	/* the argument of exit(); 0 when a signal ended it */
	__u32 code;
	/* 0 when it exited by itself */
	__u32 signal;
	__u32 core_dumped;
	__u32 unused;
};

#endif
