/* gid: the real or the effective group id, in the initial user namespace. */
FILTER_FACT(__u32 gid)
FILTER_KIND(GID, gid, either, ((struct filter_pair){ facts->gid, facts->egid }))
FILTER_COLLECT(GID, {
	facts->gid = BPF_CORE_READ(task, real_cred, gid.val);
	facts->egid = BPF_CORE_READ(task, real_cred, egid.val);
})
