/* gid: the real group id, in the initial user namespace. */
FILTER_FACT(__u32 gid)
FILTER_KIND(GID, gid, number, facts->gid)
FILTER_COLLECT(GID, facts->gid = BPF_CORE_READ(task, real_cred, gid.val))
