/*
 * Kernel types of tasks and processes, declared by hand like those of kernel.h, which includes this
 * file.
 */
#ifndef SPOOR_LIB_KERNEL_PROCESS_H
#define SPOOR_LIB_KERNEL_PROCESS_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct group_info {
	int ngroups;
};

struct cred {
	kuid_t uid;
	kgid_t gid;
	kuid_t suid;
	kgid_t sgid;
	kuid_t euid;
	kgid_t egid;
	kuid_t fsuid;
	kgid_t fsgid;
	kernel_cap_t cap_inheritable;
	kernel_cap_t cap_permitted;
	kernel_cap_t cap_effective;
	struct user_namespace *user_ns;
	struct group_info *group_info;
};

/* One word on 64-bit kernels. */
typedef struct { unsigned long sig[1]; } sigset_t;

struct sigpending {
	struct list_head list;
	sigset_t signal;
};

struct sigaction {
	void *sa_handler;
	unsigned long sa_flags;
};

struct k_sigaction {
	struct sigaction sa;
};

struct sighand_struct {
	struct k_sigaction action[64];
};

struct task_io_accounting {
	/* missing without CONFIG_TASK_XACCT */
	__u64 rchar;
	__u64 wchar;
	/* missing without CONFIG_TASK_IO_ACCOUNTING */
	__u64 read_bytes;
	__u64 write_bytes;
};

struct sched_entity {
	__u64 sum_exec_runtime;
};

/* Empty without CONFIG_SCHED_INFO. */
struct sched_info {
	/* nanoseconds that it was ready to run, and waited for a CPU */
	unsigned long long run_delay;
};

struct signal_struct {
	atomic_t live;
	int nr_threads;
	int group_exit_code;
	unsigned int flags;
	short oom_score_adj;
	/* enum pid_type */
	struct pid *pids[4];
	struct tty_struct *tty;
	struct sigpending shared_pending;
	/* all threads, those that have ended too, until the kernel has added their accounts here */
	struct list_head thread_head;
	/*
	 * The kernel changes the sums below under this lock, when a thread leaves the list. The
	 * sequence count is at the start of the lock.
	 */
	struct seqcount_spinlock stats_lock;
	__u64 utime;
	__u64 stime;
	unsigned long nvcsw;
	unsigned long nivcsw;
	struct task_io_accounting ioac;
	unsigned long long sum_sched_runtime;
	/* pages, of all programs that the process has executed */
	unsigned long maxrss;
};

struct tty_struct {
	char name[64];
};

struct seccomp_filter;

/* Empty in kernels without seccomp. */
struct seccomp {
	int mode;
	struct seccomp_filter *filter;
};

/* x86 */
struct thread_info {
	__u32 status;
};

struct thread_info___arm64 {
	unsigned long flags;
};

struct task_struct {
	struct thread_info thread_info;
	unsigned int flags;
	unsigned int personality;
	struct mm_struct *mm;
	int exit_code;
	int pid;
	int tgid;
	struct task_struct *real_parent;
	struct task_struct *group_leader;
	struct pid *thread_pid;
	/* enum pid_type */
	struct hlist_node pid_links[4];
	struct list_head thread_node;
	__u64 start_boottime;
	struct sched_entity se;
	struct sched_info sched_info;
	__u64 utime;
	__u64 stime;
	unsigned long nvcsw;
	unsigned long nivcsw;
	struct task_io_accounting ioac;
	struct cred *real_cred;
	/* -1 if nobody logged in; missing in kernels without audit */
	kuid_t loginuid;
	char comm[16];
	struct fs_struct *fs;
	struct files_struct *files;
	struct nsproxy *nsproxy;
	struct signal_struct *signal;
	struct sighand_struct *sighand;
	sigset_t blocked;
	struct sigpending pending;
	struct css_set *cgroups;
	struct seccomp seccomp;
	/* PT_ flags of the one that traces it, 0 for nobody */
	unsigned int ptrace;
	/* what it traces, and the link of what is traced */
	struct list_head ptraced;
	struct list_head ptrace_entry;
};

/* 32 bits up to 5.6, 64 since. */
struct task_struct___exec {
	__u64 self_exec_id;
};

struct linux_binprm {
	/* in the new memory: the first argument, and the end of the strings */
	unsigned long p;
	unsigned long exec;
	int argc;
	const char *filename;
	const char *interp;
	unsigned int have_execfd : 1;
	/* a descriptor of the file, for its interpreter */
	int execfd;
};

#pragma clang attribute pop

/* include/linux/sched.h, include/linux/sched/signal.h, arch/x86/include/asm/thread_info.h */
#define PF_KTHREAD 0x00200000
#define SIGNAL_GROUP_EXIT 0x00000004
#define TS_COMPAT 0x0002
/* arch/arm64/include/asm/thread_info.h */
#define TIF_32BIT 22

#endif
