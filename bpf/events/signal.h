#ifndef SPOOR_EVENTS_SIGNAL_H
#define SPOOR_EVENTS_SIGNAL_H

#include "../lib/signals.h"
#include "event.h"

/* The first five are the kernel's own: include/trace/events/signal.h. */
enum signal_outcome {
	SIGNAL_DELIVERED = 0,
	/* also by a process that is ending */
	SIGNAL_IGNORED = 1,
	SIGNAL_ALREADY_PENDING = 2,
	SIGNAL_NOT_QUEUED = 3,
	SIGNAL_WITHOUT_INFO = 4,
	/* waits until the receiver unblocks it */
	SIGNAL_BLOCKED = 5,
};

/* The process's setting for the signal. */
enum signal_action { SIGNAL_DEFAULT = 0, SIGNAL_IGNORE = 1, SIGNAL_HANDLER = 2 };

enum signal_receiver { SIGNAL_THREAD = 0, SIGNAL_PROCESS = 1 };

/* include/uapi/asm-generic/siginfo.h */
#define SI_USER 0
#define SI_KERNEL 0x80

/*
 * The kernel sent a signal that no call of a process asked for: a fault, the OOM kill, a timer.
 * The header is the receiver's.
 */
struct signal_event {
	struct event_header header;
	__u32 signal;
	/*
	 * si_code in the low half. Of those that mean something else for each signal, the signal is in
	 * the high half.
	 */
	__u32 code;
	enum signal_outcome outcome;
	enum signal_action action;
	/* of a fault, else 0: see `has_address` */
	__u64 address;
	__u32 has_address;
	enum signal_receiver receiver;
	/* of SIGSYS: the number of the call that seccomp refused; else -1 */
	__s32 syscall;
	/* 1 for the OOM kill, and then follow facts of the process */
	__u32 oom_kill;
	__s32 oom_score_adj;
	__u32 unused;
	/* bytes, approximately, as the kernel counts them; 0 when its memory is gone */
	__u64 total_vm_bytes;
	__u64 anon_rss_bytes;
	__u64 file_rss_bytes;
	__u64 shmem_rss_bytes;
};

#endif
