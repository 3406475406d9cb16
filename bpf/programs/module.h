/*
 * Kernel modules, at the point where the kernel knows what it was given. Kernels without modules
 * have no such hook.
 */
#ifndef SPOOR_PROGRAMS_MODULE_H
#define SPOOR_PROGRAMS_MODULE_H

#include "../maps/module_names.h"

SEC("?tp_btf/module_load")
int BPF_PROG(on_event_module_load, struct module *module)
{
	module_name_keep(current_task(), module);
	return 0;
}

#endif
