/*
 * cgroup: the task's cgroup and all above it, so that a named cgroup takes its descendants in. Ids
 * are those of the unified hierarchy: the inode number of the directory. The nearest come first;
 * what lies deeper than FILTER_CGROUPS_MAX loses the ancestors next to the root.
 */
FILTER_FACT(__u64 cgroups[FILTER_CGROUPS_MAX])
FILTER_FACT(__u64 cgroup_count)
FILTER_KIND(CGROUP, cgroup, members, ((struct filter_members){ facts->cgroups, facts->cgroup_count }))
FILTER_COLLECT(CGROUP, {
	struct cgroup *cgroup = BPF_CORE_READ(task, cgroups, dfl_cgrp);
	int level = BPF_CORE_READ(cgroup, level);

	facts->cgroup_count = 0;
	for (int i = 0; i < FILTER_CGROUPS_MAX; i++) {
		if (i > level)
			break;
		if (bpf_core_field_exists(((struct cgroup___ancestors *)0)->ancestors)) {
			struct cgroup *ancestor = NULL;

			bpf_core_read(&ancestor, sizeof(ancestor),
				      &((struct cgroup___ancestors *)cgroup)->ancestors[level - i]);
			facts->cgroups[i] = BPF_CORE_READ(ancestor, kn, id);
		} else {
			bpf_core_read(&facts->cgroups[i], sizeof(facts->cgroups[i]),
				      &((struct cgroup___ancestor_ids *)cgroup)->ancestor_ids[level - i]);
		}
		facts->cgroup_count = i + 1;
	}
})
