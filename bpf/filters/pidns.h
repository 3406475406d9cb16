/* pidns: the pid namespace that the task itself runs in, as /proc/PID/ns/pid. */
FILTER_FACT(__u32 pidns)
FILTER_KIND(PIDNS, pidns, number, facts->pidns)
FILTER_COLLECT(PIDNS, {
	struct pid *pid = BPF_CORE_READ(task, thread_pid);
	__u32 level = BPF_CORE_READ(pid, level);
	struct upid upid;

	bpf_core_read(&upid, sizeof(upid), &pid->numbers[level]);
	facts->pidns = BPF_CORE_READ(upid.ns, ns.inum);
})
