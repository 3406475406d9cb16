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
	unsigned long env_start;
	unsigned long env_end;
	unsigned long start_brk;
	unsigned long brk;
	unsigned long start_stack;
	/* pages */
	unsigned long total_vm;
	/* tasks, and who reads the memory at the moment */
	atomic_t mm_users;
};

struct vm_area_struct {
	unsigned long vm_start;
	/* the first address behind it */
	unsigned long vm_end;
	unsigned long vm_flags;
	/* NULL for anonymous memory */
	struct file *vm_file;
};

struct rb_node {
	struct rb_node *rb_right;
	struct rb_node *rb_left;
};

struct rb_root {
	struct rb_node *rb_node;
};

/* Up to 6.0. */
struct mm_struct___tree {
	struct rb_root mm_rb;
};

struct vm_area_struct___node {
	struct rb_node vm_rb;
};

/* Since 6.7: a file of a layer, with the file of overlayfs or FUSE that stands before it. */
struct backing_file {
	struct path user_path;
};

/* include/linux/mm.h */
#define VM_WRITE 0x2
#define VM_EXEC 0x4
/* include/linux/fs.h: since 6.5, and since 6.14. Other kernels have another use for these bits. */
#define FMODE_BACKING (1 << 25 | 1 << 24)

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
