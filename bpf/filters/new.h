/* new: 1 when the process started or executed since the trace began. */
FILTER_FACT(__u32 is_new)
FILTER_KIND(NEW, new, number, facts->is_new)
FILTER_COLLECT_INFO(NEW, facts->is_new = (info->flags & PROC_NEW) != 0)
