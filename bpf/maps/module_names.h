/*
 * The name of a module between the kernel's learning it and the return of the call that loads it.
 */
#ifndef SPOOR_MAPS_MODULE_NAMES_H
#define SPOOR_MAPS_MODULE_NAMES_H

#include "../lib/read.h"

/* MODULE_NAME_LEN of 64-bit kernels: include/linux/moduleparam.h. */
#define MODULE_NAME_MAX 56

struct module_name {
	char text[MODULE_NAME_MAX];
};

/* A thread: its id may be another's later. */
struct module_loader {
	__u64 start_time_ns;
	__u32 tid;
	__u32 unused;
};

/* An entry that is lost costs the event its name, and no more. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 1024);
	__type(key, struct module_loader);
	__type(value, struct module_name);
} module_names SEC(".maps");

static __always_inline struct module_loader module_loader_of(struct task_struct *task)
{
	struct module_loader loader = {
		.start_time_ns = task_field(task, start_boottime),
		.tid = task_field(task, pid),
	};

	return loader;
}

static __always_inline void module_name_keep(struct task_struct *task, struct module *module)
{
	struct module_loader loader = module_loader_of(task);
	struct module_name name;

	bpf_core_read(&name.text, sizeof(name.text), &module->name);
	bpf_map_update_elem(&module_names, &loader, &name, BPF_ANY);
}

static __always_inline void module_name_take(char *into, struct task_struct *task)
{
	struct module_loader loader = module_loader_of(task);
	struct module_name *name = bpf_map_lookup_elem(&module_names, &loader);

	if (!name)
		return;
	__builtin_memcpy(into, name->text, sizeof(name->text));
	bpf_map_delete_elem(&module_names, &loader);
}

#endif
