/* User and group ids as arguments, and the calls that set those of a process. */
#ifndef SPOOR_EVENTS_IDS_H
#define SPOOR_EVENTS_IDS_H

#include "../lib/syscalls.h"
#include "record.h"

/*
 * The ids that a call names, in the order of its arguments: setuid(), setreuid(), setresuid(),
 * setfsuid().
 */
enum set_ids_call { SETIDS_SET = 0, SETIDS_SETRE = 1, SETIDS_SETRES = 2, SETIDS_SETFS = 3 };

/* The calls of i386 that take ids of 16 bits, as it had at first. */
#define SETIDS_16 0x10

#define IDS_MAX 3

static __always_inline __u32 id_argument(__u64 argument, bool short_ids)
{
	if (!short_ids)
		return argument;
	/* include/linux/highuid.h, low2highuid */
	return (__u16)argument == 0xffff ? (__u32)-1 : (__u16)argument;
}

/* Fills the ids that the call names. The rest are -1: not to be changed. */
static __always_inline void ids_requested(__u32 *requested, const struct syscall *call)
{
	__u32 which = call->form & ~SETIDS_16;
	__u32 count = which == SETIDS_SETRES ? 3 : which == SETIDS_SETRE ? 2 : 1;

	for (__u32 i = 0; i < IDS_MAX; i++)
		requested[i] = i < count ? id_argument(call->arguments[i], call->form & SETIDS_16) : (__u32)-1;
}

/* setfsuid() and setfsgid() return the id before, and nothing when they fail. */
static __always_inline __s32 ids_result(const struct syscall *call)
{
	return (call->form & ~SETIDS_16) == SETIDS_SETFS ? 0 : call->result;
}

#endif
