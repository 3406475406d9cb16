/* egid: the effective group id, in the initial user namespace. */
FILTER_FACT(__u32 egid)
FILTER_KIND(EGID, egid, number, facts->egid)
FILTER_COLLECT(EGID, facts->egid = BPF_CORE_READ(task, real_cred, egid.val))
