/*
 * Kernel types of namespaces, process ids and cgroups, declared by hand like those of kernel.h,
 * which includes this file.
 */
#ifndef SPOOR_LIB_KERNEL_NAMESPACES_H
#define SPOOR_LIB_KERNEL_NAMESPACES_H

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct ns_common {
	unsigned int inum;
};

struct mnt_namespace {
	struct ns_common ns;
};

struct uts_namespace {
	struct ns_common ns;
};

struct net {
	struct ns_common ns;
};

struct xa_node {
	unsigned char shift;
	/* 16 in kernels that are built to be small (CONFIG_BASE_SMALL) */
	void *slots[64];
};

struct xarray {
	void *xa_head;
};

struct idr {
	struct xarray idr_rt;
};

struct pid_namespace {
	struct idr idr;
	struct ns_common ns;
	unsigned int level;
};

struct ipc_namespace {
	struct ns_common ns;
};

struct time_namespace {
	struct ns_common ns;
};

struct cgroup_namespace {
	struct ns_common ns;
};

struct user_namespace {
	struct ns_common ns;
};

struct nsproxy {
	struct uts_namespace *uts_ns;
	struct ipc_namespace *ipc_ns;
	struct mnt_namespace *mnt_ns;
	struct pid_namespace *pid_ns_for_children;
	struct net *net_ns;
	struct time_namespace *time_ns;
	struct time_namespace *time_ns_for_children;
	struct cgroup_namespace *cgroup_ns;
};

struct upid {
	int nr;
	struct pid_namespace *ns;
};

struct hlist_node {
	struct hlist_node *next;
};

struct hlist_head {
	struct hlist_node *first;
};

struct pid {
	unsigned int level;
	/* enum pid_type: the first is that of the thread with this id */
	struct hlist_head tasks[4];
	struct upid numbers[1];
};

struct kernfs_node {
	__u64 id;
	const char *name;
};

struct cgroup;

struct cgroup_subsys_state {
	struct cgroup *cgroup;
	struct cgroup_subsys_state *parent;
	/* unique since the machine started */
	__u64 serial_nr;
};

struct cgroup {
	struct cgroup_subsys_state self;
	int level;
	struct kernfs_node *kn;
};

/* Since 6.1 (kernel commit 7f203bc89eb6); before, `__u64 ancestor_ids[]`. */
struct cgroup___ancestors {
	struct cgroup *ancestors[1];
};

struct cgroup___ancestor_ids {
	__u64 ancestor_ids[1];
};

struct css_set {
	/* by controller: of the task's group in the hierarchy that the controller is in */
	struct cgroup_subsys_state *subsys[1];
	struct cgroup *dfl_cgrp;
};

#pragma clang attribute pop

#endif
