/* pid: the process, that is the thread-group id, in the observer's pid namespace. */
FILTER_FACT(__u32 tgid)
FILTER_KIND(PID, pid, number, facts->tgid)
FILTER_COLLECT(PID, facts->tgid = observed_tgid(process))
