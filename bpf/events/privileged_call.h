/* The calls of the event `privileged`, and those of them that are left out. */
#ifndef SPOOR_EVENTS_PRIVILEGED_CALL_H
#define SPOOR_EVENTS_PRIVILEGED_CALL_H

#include "../lib/syscalls.h"

enum privileged_call {
	PRIVILEGED_PRCTL = 0,
	PRIVILEGED_SECCOMP = 1,
	PRIVILEGED_KEYCTL = 2,
	PRIVILEGED_ADD_KEY = 3,
	PRIVILEGED_REQUEST_KEY = 4,
	PRIVILEGED_PERF_EVENT_OPEN = 5,
	PRIVILEGED_USERFAULTFD = 6,
	PRIVILEGED_DELETE_MODULE = 7,
	PRIVILEGED_SWAPON = 8,
	PRIVILEGED_SWAPOFF = 9,
	PRIVILEGED_REBOOT = 10,
	PRIVILEGED_STIME = 11,
	PRIVILEGED_SETTIMEOFDAY = 12,
	PRIVILEGED_CLOCK_SETTIME = 13,
	PRIVILEGED_ADJTIMEX = 14,
	PRIVILEGED_CLOCK_ADJTIME = 15,
};

/* In the form: a 32-bit caller gives 64 bits of time. */
#define PRIVILEGED_TIME_64 0x10

#define SYSCALLS_privileged(SYSCALL, kind)                                                                     \
	SYSCALL(kind, 157, 172, 167, PRIVILEGED_PRCTL)                                                         \
	SYSCALL(kind, 317, 354, 277, PRIVILEGED_SECCOMP)                                                       \
	SYSCALL(kind, 250, 288, 219, PRIVILEGED_KEYCTL)                                                        \
	SYSCALL(kind, 248, 286, 217, PRIVILEGED_ADD_KEY)                                                       \
	SYSCALL(kind, 249, 287, 218, PRIVILEGED_REQUEST_KEY)                                                   \
	SYSCALL(kind, 298, 336, 241, PRIVILEGED_PERF_EVENT_OPEN)                                               \
	SYSCALL(kind, 323, 374, 282, PRIVILEGED_USERFAULTFD)                                                   \
	SYSCALL(kind, 176, 129, 106, PRIVILEGED_DELETE_MODULE)                                                 \
	SYSCALL(kind, 167, 87, 224, PRIVILEGED_SWAPON)                                                         \
	SYSCALL(kind, 168, 115, 225, PRIVILEGED_SWAPOFF)                                                       \
	SYSCALL(kind, 169, 88, 142, PRIVILEGED_REBOOT)                                                         \
	SYSCALL(kind, NONE, 25, NONE, PRIVILEGED_STIME)                                                        \
	SYSCALL(kind, 164, 79, 170, PRIVILEGED_SETTIMEOFDAY)                                                   \
	SYSCALL(kind, 227, 264, 112, PRIVILEGED_CLOCK_SETTIME)                                                 \
	SYSCALL(kind, NONE, 404, NONE, PRIVILEGED_CLOCK_SETTIME | PRIVILEGED_TIME_64)                          \
	SYSCALL(kind, 159, 124, 171, PRIVILEGED_ADJTIMEX)                                                      \
	SYSCALL(kind, 305, 343, 266, PRIVILEGED_CLOCK_ADJTIME)                                                 \
	SYSCALL(kind, NONE, 405, NONE, PRIVILEGED_CLOCK_ADJTIME | PRIVILEGED_TIME_64)

/* Calls (1 << form) that return a number. */
#define PRIVILEGED_NUMBERS                                                                                     \
	(1 << PRIVILEGED_SECCOMP | 1 << PRIVILEGED_KEYCTL | 1 << PRIVILEGED_ADD_KEY |                          \
	 1 << PRIVILEGED_REQUEST_KEY | 1 << PRIVILEGED_PERF_EVENT_OPEN | 1 << PRIVILEGED_USERFAULTFD |         \
	 1 << PRIVILEGED_ADJTIMEX | 1 << PRIVILEGED_CLOCK_ADJTIME)

/* include/uapi/linux/prctl.h: the options that are told. All of them return 0. */
#define PR_SET_DUMPABLE 4
#define PR_SET_KEEPCAPS 8
#define PR_SET_SECCOMP 22
#define PR_CAPBSET_DROP 24
#define PR_SET_SECUREBITS 28
#define PR_SET_MM 35
#define PR_SET_CHILD_SUBREAPER 36
#define PR_SET_NO_NEW_PRIVS 38
#define PR_CAP_AMBIENT 47
#define PR_SET_PTRACER 0x59616d61
#define PR_OPTIONS                                                                                             \
	(1ULL << PR_SET_DUMPABLE | 1ULL << PR_SET_KEEPCAPS | 1ULL << PR_SET_SECCOMP |                          \
	 1ULL << PR_CAPBSET_DROP | 1ULL << PR_SET_SECUREBITS | 1ULL << PR_SET_MM |                             \
	 1ULL << PR_SET_CHILD_SUBREAPER | 1ULL << PR_SET_NO_NEW_PRIVS | 1ULL << PR_CAP_AMBIENT)
#define PR_CAP_AMBIENT_IS_SET 1

/* include/uapi/linux/seccomp.h: commands above it ask. */
#define SECCOMP_SET_MODE_FILTER 1

/* include/uapi/linux/timex.h: adjtime() that only asks. */
#define ADJ_OFFSET_SS_READ 0xa001

static __always_inline enum privileged_call privileged_call_of(const struct syscall *call)
{
	return call->form & ~PRIVILEGED_TIME_64;
}

/* The ADJ_ flags of a call, in the first word of its structure. */
static __always_inline __u32 privileged_modes(const struct syscall *call)
{
	__u32 modes = 0;

	bpf_probe_read_user(&modes, sizeof(modes),
			    (void *)call->arguments[privileged_call_of(call) == PRIVILEGED_CLOCK_ADJTIME]);
	return modes;
}

/* Returns false for calls that only ask, and for other options of prctl(). */
static __always_inline bool privileged_is_due(const struct syscall *call)
{
	__u32 first = call->arguments[0], modes;

	switch (privileged_call_of(call)) {
	case PRIVILEGED_PRCTL:
		if (first == PR_CAP_AMBIENT)
			return call->arguments[1] != PR_CAP_AMBIENT_IS_SET;
		return first == PR_SET_PTRACER || (first < 64 && PR_OPTIONS >> first & 1);
	case PRIVILEGED_SECCOMP:
		return first <= SECCOMP_SET_MODE_FILTER;
	case PRIVILEGED_ADJTIMEX:
	case PRIVILEGED_CLOCK_ADJTIME:
		modes = privileged_modes(call);
		return modes && modes != ADJ_OFFSET_SS_READ;
	default:
		return true;
	}
}

#endif
