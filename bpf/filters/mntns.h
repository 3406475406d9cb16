/* mntns: the mount namespace, by the inode number that /proc/PID/ns/mnt shows. */
FILTER_FACT(__u32 mntns)
FILTER_KIND(MNTNS, mntns, number, facts->mntns)
FILTER_COLLECT(MNTNS, facts->mntns = BPF_CORE_READ(task, nsproxy, mnt_ns, ns.inum))
