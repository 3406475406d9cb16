/* tid: the thread, in the initial pid namespace. */
FILTER_FACT(__u32 tid)
FILTER_KIND(TID, tid, number, facts->tid)
