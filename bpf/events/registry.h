/*
 * One line an event: number, names, ring. Numbers are part of recordings and never reused. HOOK events have a program
 * of their own in programs/; SYSCALL events are filled at the return of the system calls that their header lists, and
 * their program is made from the line.
 */
#ifndef SPOOR_EVENTS_REGISTRY_H
#define SPOOR_EVENTS_REGISTRY_H

#define FOR_EACH_EVENT(HOOK, SYSCALL)                                                                          \
	HOOK(1, FORK, fork, lifecycle)                                                                         \
	HOOK(2, EXEC, exec, lifecycle)                                                                         \
	HOOK(3, EXIT, exit, lifecycle)                                                                         \
	SYSCALL(4, OPEN, open, activity)                                                                       \
	SYSCALL(5, CONNECT, connect, activity)

#define EVENT_ENUMERATOR(number, NAME, name, ring) EVENT_##NAME = number,
enum event_kind { FOR_EACH_EVENT(EVENT_ENUMERATOR, EVENT_ENUMERATOR) };
#undef EVENT_ENUMERATOR

#define EVENT_KINDS_MAX 64

#endif
