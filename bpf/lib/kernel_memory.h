/*
 * Kernel types of the memory of processes, declared by hand like those of kernel.h, which includes
 * this file.
 */
#ifndef SPOOR_LIB_KERNEL_MEMORY_H
#define SPOOR_LIB_KERNEL_MEMORY_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct mm_struct {
	struct file *exe_file;
	unsigned long arg_start;
	unsigned long arg_end;
	/* pages */
	unsigned long total_vm;
};

/* include/linux/mm_types_task.h */
enum { MM_FILEPAGES = 0, MM_ANONPAGES = 1, MM_SHMEMPAGES = 3, MM_COUNTERS = 4 };

struct mm_rss_stat {
	struct { __s64 counter; } count[MM_COUNTERS];
};

/* Up to 6.1. */
struct mm_struct___sums {
	struct mm_rss_stat rss_stat;
};

struct percpu_counter {
	__s64 count;
};

/* Since 6.2. */
struct mm_struct___counters {
	struct percpu_counter rss_stat[MM_COUNTERS];
};

#pragma clang attribute pop

#endif
