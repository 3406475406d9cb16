/* A file that a call was given by its descriptor. */
#ifndef SPOOR_EVENTS_GIVEN_FILE_H
#define SPOOR_EVENTS_GIVEN_FILE_H

#include "call_objects.h"

/* Fields of an event for a file that a call was given by its descriptor. */
struct file_fields {
	struct var_bytes *path;
	__u64 *inode;
	__u32 *device;
};

/*
 * Fills the fields with the file of the first argument. They stay as they are if the descriptor is
 * not open.
 */
static __noinline int record_append_given_file(struct frame *frame, struct task_struct *task, const struct syscall *call,
					       const struct file_fields *fields)
{
	const struct committed *kept = &frame->committed;
	struct file_number number;
	struct inode *inode;
	struct file *file;

	if (has_committed(frame, 1ULL << EVENT_CHMOD | 1ULL << EVENT_CHOWN) && call->result != -EBADF &&
	    record_append_committed(frame, &kept->file, fields->path)) {
		number = number_of_inode((void *)kept->file.inode_address);
		*fields->inode = number.inode;
		*fields->device = number.device;
		return 0;
	}
	file = file_of_call(frame, task, call->arguments[0]);
	if (!file)
		return 0;
	inode = BPF_CORE_READ(file, f_inode);
	number = number_of_inode(inode);
	*fields->inode = number.inode;
	*fields->device = number.device;
	record_append_file(frame, file, fields->path);
	return 0;
}

#endif
