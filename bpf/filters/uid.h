/* uid: the real or the effective user id, in the initial user namespace. */
FILTER_FACT(__u32 uid)
FILTER_KIND(UID, uid, either, ((struct filter_pair){ facts->uid, facts->euid }))
FILTER_COLLECT(UID, {
	facts->uid = BPF_CORE_READ(task, real_cred, uid.val);
	facts->euid = BPF_CORE_READ(task, real_cred, euid.val);
})
