/* euid: the effective user id, in the initial user namespace. */
FILTER_FACT(__u32 euid)
FILTER_KIND(EUID, euid, number, facts->euid)
FILTER_COLLECT(EUID, facts->euid = BPF_CORE_READ(task, real_cred, euid.val))
