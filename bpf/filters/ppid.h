/* ppid: the parent process, in the initial pid namespace. */
FILTER_FACT(__u32 ppid)
FILTER_KIND(PPID, ppid, number, facts->ppid)
FILTER_COLLECT(PPID, facts->ppid = BPF_CORE_READ(leader, real_parent, tgid))
