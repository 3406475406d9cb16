#ifndef SPOOR_EVENTS_MOUNT_H
#define SPOOR_EVENTS_MOUNT_H

#include "name.h"

/*
 * mount(), and the last step of its successors: open_tree() and fsmount() make a mount that
 * move_mount() puts in place.
 */
enum mount_call { MOUNT_MOUNT = 0, MOUNT_MOVE_MOUNT = 1 };

#define SYSCALLS_mount(SYSCALL, kind)                                                                          \
	SYSCALL(kind, 165, 21, 40, MOUNT_MOUNT)                                                                \
	SYSCALL(kind, 429, 429, 429, MOUNT_MOVE_MOUNT)

/* include/uapi/linux/mount.h: the mount to move is the descriptor itself. */
#define MOVE_MOUNT_F_EMPTY_PATH 0x4

/* A file system was put in place, or could not be. */
struct mount_event {
	struct event_header header;
	/* 0, or -errno */
	__s32 result;
	enum mount_call call;
	/* MS_ flags, or MOVE_MOUNT_ flags */
	__u32 flags;
	__u32 unused;
	/*
	 * The place of the mount. If a mount is moved by its descriptor, the kernel's own names after
	 * the move. Else the caller's names (EVENT_USER_MEMORY).
	 */
	struct var_bytes path;
	/*
	 * where a relative name starts, as the kernel has it; of an absolute one the root, if not the
	 * tracer's
	 */
	struct var_bytes directory;
	/* the device, the directory that was bound, the mount that was moved, or any word */
	struct var_bytes source;
	/*
	 * the type of file system; empty where mount() needs none, and of a failed or by name made move
	 */
	struct var_bytes type;
};

static __always_inline void append_text(struct frame *frame, struct var_bytes *reference, const void *from,
					enum part_from memory)
{
	struct part part = { .from = from, .memory = memory };

	/* NULL means an empty text, not an unreadable one. */
	if (from)
		record_append_string(frame, reference, &part);
}

/* Fills the kernel's names of a mount, from the file of the mount's descriptor. */
static __noinline int mount_of_file(struct frame *frame, struct mount_event *event, struct file *file)
{
	struct vfsmount *vfsmount = BPF_CORE_READ(file, f_path.mnt);
	struct mount *mount = (void *)vfsmount - bpf_core_field_offset(struct mount, mnt);

	record_append_file(frame, file, &event->path);
	append_text(frame, &event->source, BPF_CORE_READ(mount, mnt_devname), PART_KERNEL);
	append_text(frame, &event->type, BPF_CORE_READ(vfsmount, mnt_sb, s_type, name), PART_KERNEL);
	return 0;
}

static __always_inline bool fill_mount(struct frame *frame, struct task_struct *task, const struct syscall *call)
{
	struct mount_event *event = (void *)frame->record;
	bool move = call->form == MOUNT_MOVE_MOUNT;
	struct name name = {
		.from = (void *)call->arguments[move ? 3 : 1],
		.directory_fd = move ? call->arguments[2] : AT_FDCWD,
		.path = &event->path,
		.directory = &event->directory,
	};
	struct file *file = NULL;

	event->result = call->result;
	event->call = call->form;
	event->flags = call->arguments[move ? 4 : 3];
	if (move && !call->result && event->flags & MOVE_MOUNT_F_EMPTY_PATH)
		file = file_of_call(frame, task, call->arguments[0]);
	if (file) {
		mount_of_file(frame, event, file);
		return true;
	}
	record_append_name(frame, &name);
	append_text(frame, &event->source, (void *)call->arguments[move ? 1 : 0], PART_USER);
	if (!move)
		append_text(frame, &event->type, (void *)call->arguments[2], PART_USER);
	record_append_directory(frame, task, &name, name_is_absolute(frame, name.path));
	return true;
}

#endif
