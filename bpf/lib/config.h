/*
 * Constants that the loader sets between open and load. The verifier removes what they switch off.
 */
#ifndef SPOOR_LIB_CONFIG_H
#define SPOOR_LIB_CONFIG_H

#include "kernel.h"
#include "scratch.h"

/*
 * experiments/map-pressure compiles objects with SPOOR_MISS_MODE, to show how other tracers fail
 * when proc_info misses. Follow is then kept in the record of a process, and lost with it.
 */
/* A miss loses the event, and nothing is inherited. */
#define MISS_DROP 1
/* A miss is answered with an empty record. */
#define MISS_ZERO 2

/*
 * Bit (1 << kind) for each `enum event_kind` that is wanted. Lifecycle kinds are always collected.
 */
const volatile __u64 enabled_events = ~0ULL;
/* Boot time in nanoseconds when the trace began: what started later is new. */
const volatile __u64 trace_start_ns = 0;
/*
 * The pid namespace of the observer, by inode number: process ids that user space names are those
 * of this namespace. 0: the initial one, whose ids `tgid` and `pid` of a task are.
 */
const volatile __u32 observer_pidns = 0;
/* Nanoseconds that the observer's time namespace adds to boot times in /proc/PID/stat. */
const volatile __s64 observer_boot_offset_ns = 0;
/* Task storage works from tracing programs (5.11); else the hash of non-zero words. */
const volatile bool use_task_storage = true;
/* The current task is at hand as a typed pointer (5.11): plain loads in place of probe reads. */
const volatile bool typed_task = true;
/* bpf_task_pt_regs is there (5.15): a hook can tell which system call it happens in. */
const volatile bool use_task_regs = true;
/* Bytes of a page of memory. */
const volatile __u32 page_size = 4096;
/* Inode number of the tracer's own mount namespace; 0 when it is not known. */
const volatile __u32 own_mount_namespace = 0;
/*
 * Bytes of arguments that an exec is told with: all, or else the first and the last ARGV_TAIL. See
 * lib/scratch.h.
 */
const volatile __u32 argv_limit = ARGV_MAX;
/*
 * Overlayfs or btrfs is there: the device that stat(2) prints need not be that of the superblock.
 * See lib/file_number.h.
 */
const volatile bool has_layered_files = true;
/* A cgroup v1 hierarchy has a controller: the groups of a task there may be a container's. */
const volatile bool legacy_cgroups = true;
/*
 * The kernel's code that kills processes when memory runs out: the address of its first byte, and
 * of the first one behind it. 0 when it is not known.
 */
const volatile __u64 oom_code_start = 0;
const volatile __u64 oom_code_end = 0;
/*
 * 1: wake who waits for a ring (epoll) whenever one more eighth of it is full. 0: the reader comes
 * by itself, in time.
 */
const volatile bool wake_reader = false;
/*
 * 1: the reader sleeps when nothing comes, and is to be woken by the record that ends that
 * (`reader_asleep`).
 */
const volatile bool reader_sleeps = false;
/* Bytes of the activity ring. */
const volatile __u64 activity_size = 0;
/*
 * So many bytes of it are for those who use it least (maps/ring_users.h). 0: for whoever comes
 * first.
 */
const volatile __u64 quiet_room = 0;

#endif
