/* pid: the process, that is the thread-group id, in the initial pid namespace. */
FILTER_FACT(__u32 tgid)
FILTER_KIND(PID, pid, number, facts->tgid)
