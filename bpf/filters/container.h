/* container: 1 when the task's pid namespace is not the first. */
FILTER_FACT(__u32 container)
FILTER_KIND(CONTAINER, container, number, facts->container)
FILTER_COLLECT(CONTAINER, facts->container = BPF_CORE_READ(task, thread_pid, level) > 0)
