/* ppid: the parent process, in the observer's pid namespace. */
FILTER_FACT(__u32 ppid)
FILTER_KIND(PPID, ppid, number, facts->ppid)
FILTER_COLLECT(PPID, facts->ppid = observed_ppid(leader))
