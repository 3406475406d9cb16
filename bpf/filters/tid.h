/* tid: the thread, in the observer's pid namespace. */
FILTER_FACT(__u32 tid)
FILTER_KIND(TID, tid, number, facts->tid)
FILTER_COLLECT(TID, facts->tid = observed_tid(task))
