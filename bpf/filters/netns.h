/* netns: the network namespace, as /proc/PID/ns/net. */
FILTER_FACT(__u32 netns)
FILTER_KIND(NETNS, netns, number, facts->netns)
FILTER_COLLECT(NETNS, facts->netns = BPF_CORE_READ(task, nsproxy, net_ns, ns.inum))
