/* Another task that an event is about. */
#ifndef SPOOR_EVENTS_TARGET_H
#define SPOOR_EVENTS_TARGET_H

#include "record.h"

/*
 * An event's fields target_start_time_ns, target_tgid, target_tid and target_comm: as the kernel
 * has them, ids in the initial namespace. The start time is the process's: with its tgid its
 * identity. All 0 when the task is not known.
 */
#define target_store(event, task)                                                                              \
	do {                                                                                                   \
		(event)->target_start_time_ns = BPF_CORE_READ(task, group_leader, start_boottime);             \
		(event)->target_tgid = BPF_CORE_READ(task, tgid);                                              \
		(event)->target_tid = BPF_CORE_READ(task, pid);                                                \
		bpf_core_read(&(event)->target_comm, sizeof((event)->target_comm), &(task)->comm);             \
	} while (0)

#endif
