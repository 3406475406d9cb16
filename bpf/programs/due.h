/* Calls of which only some are reported. */
#ifndef SPOOR_PROGRAMS_DUE_H
#define SPOOR_PROGRAMS_DUE_H

#include "../events/exec_failed.h"
#include "../events/map_exec.h"
#include "../events/privileged.h"
#include "../events/send.h"
#include "../events/socket.h"

/* The events that `call_is_due` knows. */
#define DUE_KINDS                                                                                              \
	(1ULL << EVENT_CONNECT | 1ULL << EVENT_EXEC_FAILED | 1ULL << EVENT_SOCKET | 1ULL << EVENT_MAP_EXEC | \
	 1ULL << EVENT_PRIVILEGED)

/*
 * Returns whether to report a call. Asked before anything is collected: most messages go to the
 * peer of a connected socket, most sockets are ordinary, most calls of prctl() change no privilege,
 * and most memory is not executable. The function takes numbers made of the call and of its result:
 * the verifier knows that a copy is equal, and would walk everything behind a branch on it once for
 * each outcome.
 */
static __noinline int call_is_due(__u32 word, struct pt_regs *regs, long twice_result)
{
	long result = twice_result >> 1;
	struct syscall own = { .form = word >> 8 & 0xff, .compat = word >> 1 & 1 };
	__u32 kind = word >> 16;

	/* An exec that succeeded has a hook of its own. */
	if (kind == EVENT_EXEC_FAILED)
		return is_exec_failure(result);
	if ((enabled_events >> EVENT_SOCKET & 1) && kind == EVENT_SOCKET) {
		syscall_arguments(&own, regs);
		return socket_is_due(&own, result);
	}
	if ((enabled_events >> EVENT_PRIVILEGED & 1) && kind == EVENT_PRIVILEGED) {
		syscall_arguments(&own, regs);
		return privileged_is_due(&own);
	}
	if ((enabled_events >> EVENT_MAP_EXEC & 1) && kind == EVENT_MAP_EXEC) {
		syscall_arguments(&own, regs);
		return map_exec_is_due(&own);
	}
	if (!(enabled_events >> EVENT_CONNECT & 1) || kind != EVENT_CONNECT)
		return true;
	if (own.form == CONNECT_CONNECT)
		return true;
	syscall_arguments(&own, regs);
	return send_may_name_peer(&own);
}

#endif
