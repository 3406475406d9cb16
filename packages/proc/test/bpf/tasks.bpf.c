/* The kernel's own facts of every process, to compare /proc with. */
#include <linux/bpf.h>
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual MIT/GPL";

#define KERNEL_TYPE __attribute__((preserve_access_index))

struct super_block {
	unsigned int s_dev;
} KERNEL_TYPE;

struct inode {
	unsigned long i_ino;
	struct super_block *i_sb;
} KERNEL_TYPE;

struct file {
	struct inode *f_inode;
} KERNEL_TYPE;

struct mm_struct {
	struct file *exe_file;
} KERNEL_TYPE;

struct task_struct {
	int pid;
	int tgid;
	__u64 start_boottime;
	struct mm_struct *mm;
	struct task_struct *group_leader;
	struct task_struct *real_parent;
} KERNEL_TYPE;

struct seq_file;

struct bpf_iter_meta {
	struct seq_file *seq;
} KERNEL_TYPE;

struct bpf_iter__task {
	struct bpf_iter_meta *meta;
	struct task_struct *task;
} KERNEL_TYPE;

/* One a task, also for threads. */
struct task_record {
	__u64 start_time_ns;
	__u64 inode;
	__u32 device;
	__u32 tgid;
	__u32 tid;
	__u32 parent_tgid;
};

SEC("iter/task")
int tasks(struct bpf_iter__task *context)
{
	struct task_struct *task = context->task;
	struct task_record record = {};
	struct inode *inode;

	if (!task)
		return 0;
	inode = BPF_CORE_READ(task, mm, exe_file, f_inode);
	record.start_time_ns = BPF_CORE_READ(task, group_leader, start_boottime);
	record.inode = BPF_CORE_READ(inode, i_ino);
	record.device = BPF_CORE_READ(inode, i_sb, s_dev);
	record.tgid = task->tgid;
	record.tid = task->pid;
	record.parent_tgid = BPF_CORE_READ(task, real_parent, tgid);
	bpf_seq_write(context->meta->seq, &record, sizeof(record));
	return 0;
}
