/* uts: the UTS namespace, which has the host name, as /proc/PID/ns/uts. */
FILTER_FACT(__u32 utsns)
FILTER_KIND(UTS, uts, number, facts->utsns)
FILTER_COLLECT(UTS, facts->utsns = BPF_CORE_READ(task, nsproxy, uts_ns, ns.inum))
