/* uid: the real user id, in the initial user namespace. */
FILTER_FACT(__u32 uid)
FILTER_KIND(UID, uid, number, facts->uid)
FILTER_COLLECT(UID, facts->uid = BPF_CORE_READ(task, real_cred, uid.val))
