/*
 * One line per event: number, names, ring. Numbers are part of recordings and never reused.
 *
 * HOOK events have a program of their own in programs/. SYSCALL events are reported at the return
 * of the system calls that their header lists. The line alone does it, and the include of the
 * header in programs/syscall.h.
 *
 * With SPOOR_EXTENDED, `@spoor/build` adds the lines of the events of extensions.
 */
#ifndef SPOOR_EVENTS_REGISTRY_H
#define SPOOR_EVENTS_REGISTRY_H

#ifdef SPOOR_EXTENDED
#include <spoor_extension/registry.h>
#else
#define FOR_EACH_EXTENSION_EVENT(HOOK, SYSCALL)
#endif

#define FOR_EACH_EVENT(HOOK, SYSCALL)                                                                          \
	FOR_EACH_EXTENSION_EVENT(HOOK, SYSCALL)                                                                \
	HOOK(1, FORK, fork, lifecycle)                                                                         \
	HOOK(2, EXEC, exec, lifecycle)                                                                         \
	HOOK(3, EXIT, exit, lifecycle)                                                                         \
	SYSCALL(4, OPEN, open, activity)                                                                       \
	SYSCALL(5, CONNECT, connect, activity)                                                                 \
	SYSCALL(6, UNLINK, unlink, activity)                                                                   \
	SYSCALL(7, RENAME, rename, activity)                                                                   \
	SYSCALL(8, CHMOD, chmod, activity)                                                                     \
	SYSCALL(9, CHOWN, chown, activity)                                                                     \
	SYSCALL(10, MKDIR, mkdir, activity)                                                                    \
	SYSCALL(11, BIND, bind, activity)                                                                      \
	SYSCALL(12, LISTEN, listen, activity)                                                                  \
	SYSCALL(13, ACCEPT, accept, activity)                                                                  \
	SYSCALL(14, KILL, kill, activity)                                                                      \
	SYSCALL(15, PTRACE, ptrace, activity)                                                                  \
	SYSCALL(16, SETUID, setuid, activity)                                                                  \
	SYSCALL(17, SETGID, setgid, activity)                                                                  \
	SYSCALL(18, CAPSET, capset, activity)                                                                  \
	SYSCALL(19, MOUNT, mount, activity)                                                                    \
	SYSCALL(20, MODULE_LOAD, module_load, activity)                                                        \
	SYSCALL(21, BPF, bpf, activity)                                                                        \
	SYSCALL(22, IO_URING, io_uring, activity)                                                              \
	SYSCALL(23, EXEC_FAILED, exec_failed, lifecycle)                                                       \
	SYSCALL(24, LINK, link, activity)                                                                      \
	SYSCALL(25, SYMLINK, symlink, activity)                                                                \
	SYSCALL(26, MKNOD, mknod, activity)                                                                    \
	SYSCALL(27, NAMESPACE, namespace, activity)                                                            \
	SYSCALL(28, TRUNCATE, truncate, activity)                                                              \
	SYSCALL(29, SETXATTR, setxattr, activity)                                                              \
	SYSCALL(30, PROCESS_VM, process_vm, activity)                                                          \
	SYSCALL(31, SOCKET, socket, activity)                                                                  \
	HOOK(32, SIGNAL, signal, activity)                                                                     \
	SYSCALL(33, PRIVILEGED, privileged, activity)                                                          \
	SYSCALL(34, MAP_EXEC, map_exec, activity)                                                              \
	HOOK(35, DNS, dns, activity)                                                                           \
	HOOK(36, CONNECTION_END, connection_end, activity)                                                     \
	HOOK(37, WRITE, write, activity)

#define EVENT_ENUMERATOR(number, NAME, name, ring) EVENT_##NAME = number,
enum event_kind { FOR_EACH_EVENT(EVENT_ENUMERATOR, EVENT_ENUMERATOR) };
#undef EVENT_ENUMERATOR

#define EVENT_KINDS_MAX 64

#endif
