#ifndef SPOOR_EVENTS_MODULE_LOAD_H
#define SPOOR_EVENTS_MODULE_LOAD_H

#include "../maps/module_names.h"
#include "name.h"

enum module_load_call { MODULE_LOAD_MEMORY = 0, MODULE_LOAD_FILE = 1 };

#define SYSCALLS_module_load(SYSCALL, kind)                                                                    \
	SYSCALL(kind, 175, 128, 105, MODULE_LOAD_MEMORY)                                                       \
	SYSCALL(kind, 313, 350, 273, MODULE_LOAD_FILE)

/* A kernel module was loaded, or could not be. */
struct module_load_event {
	struct event_header header;
	/* 0, or -errno */
	__s32 result;
	/* MODULE_INIT_ flags of finit_module() */
	__u32 flags;
	/* of init_module(): bytes of the image, which the caller had in its memory; else 0 */
	__u64 image_size;
	/* as the kernel has it; empty when it did not get so far as to know */
	char name[MODULE_NAME_MAX];
	/* of finit_module(): the file, as the kernel has it */
	struct var_bytes path;
	/* the parameters as the caller gave them (EVENT_USER_MEMORY) */
	struct var_bytes parameters;
};

static __always_inline bool fill_module_load(struct frame *frame, struct task_struct *task,
					     const struct syscall *call)
{
	struct module_load_event *event = (void *)frame->record;
	bool from_file = call->form == MODULE_LOAD_FILE;
	struct part parameters = {
		.from = (void *)call->arguments[from_file ? 1 : 2],
		.memory = PART_USER,
	};
	struct file *file;

	event->result = call->result;
	module_name_take(event->name, task);
	if (from_file) {
		event->flags = call->arguments[2];
		file = file_of_call(frame, task, call->arguments[0]);
		if (file)
			record_append_file(frame, file, &event->path);
	} else {
		event->image_size = call->arguments[1];
	}
	event->header.flags |= EVENT_USER_MEMORY;
	record_append_string(frame, &event->parameters, &parameters);
	return true;
}

#endif
