/*
 * The container that a task runs in, by the names of its cgroups. Container runtimes name the group
 * of a container after it:
 *
 * docker, containerd, cri-o, podman   ID, ANYTHING-ID, ANYTHING:ID, each also with .scope; an ID is
 * 64 hexadecimal digits systemd-nspawn                      machine-NAME.scope,
 * systemd-nspawn@NAME.service LXC                                 lxc.payload.NAME,
 * lxc.payload/NAME, lxc/NAME
 *
 * The nearest such group decides. Of a container in a container that is the inner one. The groups
 * that a container makes below its own belong to it. Some groups have such names and are not
 * containers:
 *
 * ANYTHING-conmon-ID, ID/conmon   podman and cri-o keep the process there that watches a container
 * MACHINE/supervisor              systemd-nspawn itself runs there machine-qemu-ANYTHING.scope
 * a virtual machine of libvirt
 *
 * The group in the unified hierarchy is asked first, then the group in each v1 hierarchy that has a
 * controller.
 */
#ifndef SPOOR_PROGRAMS_CONTAINER_H
#define SPOOR_PROGRAMS_CONTAINER_H

#include "container_name.h"

/* Steps of a walk: groups and controllers. Without bpf_loop the verifier reads each of them. */
#ifdef SPOOR_WITHOUT_BPF_LOOP
#define CONTAINER_STEPS 64
#else
#define CONTAINER_STEPS 1024
#endif
/* No fewer controllers than any kernel has. A power of two. */
#define CONTROLLERS_MAX 16
/* By controller, its part of the root group of its hierarchy, once a task was seen there. */
__u64 controller_roots[CONTROLLERS_MAX] = {};

/* A walk that has come to its end. */
#define WALK_ENDED -3

/*
 * Reads a field of a `struct cgroup_subsys_state`. A `struct cgroup` has one of these, by which
 * libbpf knows the offsets without looking up one more type.
 */
#define state_field(into, state, field)                                                                        \
	bpf_probe_read_kernel(&(into), sizeof(into),                                                           \
			      (const void *)(state) + bpf_core_field_offset(struct cgroup, self.field) -       \
				      bpf_core_field_offset(struct cgroup, self))

#define CONTROLLER_COUNT (bpf_core_field_size(struct css_set, subsys) / sizeof(void *))

/* Goes on with the group of the next controller. */
static __always_inline int container_next(struct container_walk *walk, struct css_set *groups)
{
	const void *states = (const void *)groups + bpf_core_field_offset(struct css_set, subsys);
	__u32 controller = walk->controller;
	__u64 state = 0, parent = 0;

	if (!legacy_cgroups || controller >= CONTROLLER_COUNT || controller >= CONTROLLERS_MAX)
		return WALK_ENDED;
	walk->controller = controller + 1;
	bpf_probe_read_kernel(&state, sizeof(state), states + controller * sizeof(state));
	state_field(parent, state, parent);
	if (parent)
		state_field(walk->cgroup, state, cgroup);
	else
		controller_roots[controller & (CONTROLLERS_MAX - 1)] = state;
	return 0;
}

/* Looks at one group of a `struct css_set`. Returns 0 to go on, a length, or WALK_ENDED. */
__noinline int container_step(unsigned long groups_address)
{
	struct frame *frame = frame_current();
	struct container_walk *walk;
	const struct cgroup *cgroup, *above;
	__u64 parent;
	int found;

	if (!frame)
		return WALK_ENDED;
	walk = &frame->container_walk;
	cgroup = (void *)walk->cgroup;
	if (!cgroup)
		return container_next(walk, (void *)groups_address);
	parent = (__u64)BPF_CORE_READ(cgroup, self.parent);
	above = (void *)(parent - bpf_core_field_offset(struct cgroup, self));
	walk->cgroup = parent ? (__u64)above : 0;
	if (!parent)
		return 0;
	found = container_of_group(&frame->container, walk, cgroup, above);
	if (found > 0)
		return found;
	walk->below = found;
	return 0;
}

#ifndef SPOOR_WITHOUT_BPF_LOOP
struct container_loop {
	unsigned long groups_address;
	long found;
};

/*
 * By itself, since the verifier reads a callback several times, and a function for any arguments
 * once.
 */
static __noinline long container_loop_step(__u32 step, struct container_loop *loop)
{
	loop->found = container_step(loop->groups_address);
	return loop->found != 0;
}
#endif

/*
 * Decides about the groups of a `struct css_set`, whose key is in the frame. The answer is in the
 * frame too, and in the map if that takes it.
 */
__noinline int container_decide(unsigned long groups_address)
{
	struct css_set *groups = (void *)groups_address;
	struct frame *frame = frame_current();
	struct container *answer;
	long found = 0;

	if (!frame)
		return 0;
	answer = &frame->container;
	frame->container_walk.cgroup = (__u64)BPF_CORE_READ(groups, dfl_cgrp);
	frame->container_walk.controller = 0;
	frame->container_walk.below = BELOW_ANYTHING;
#ifdef SPOOR_WITHOUT_BPF_LOOP
	for (int i = 0; i < CONTAINER_STEPS && !found; i++)
		found = container_step(groups_address);
#else
	struct container_loop loop = { .groups_address = groups_address };

	bpf_loop(CONTAINER_STEPS, container_loop_step, &loop, 0);
	found = loop.found;
#endif
	if (found < 0)
		found = 0;
	answer->length = found;
	answer->text[(1 + found) & (CONTAINER_TEXT - 1)] = 0;
	answer->seal = answer->key;
	bpf_map_update_elem(&containers, &answer->key, answer, BPF_ANY);
	return 0;
}

struct legacy_loop {
	/* by controller, what the task's group has of it */
	const __u64 *states;
	__u64 key;
};

static __noinline long legacy_step(__u32 controller, struct legacy_loop *loop)
{
	__u64 index = controller & (CONTROLLERS_MAX - 1), state = loop->states[index], serial = 0;

	if (state && state != controller_roots[index]) {
		state_field(serial, state, serial_nr);
		loop->key = (loop->key ^ serial) * 0x9e3779b97f4a7c15ULL;
	}
	return 0;
}

/* A number for the groups of a task in v1 hierarchies; 0 for the roots. `states` is scratch. */
static __always_inline __u64 legacy_key(struct css_set *groups, __u64 *states)
{
	const void *from = (const void *)groups + bpf_core_field_offset(struct css_set, subsys);
	__u32 count = CONTROLLER_COUNT < CONTROLLERS_MAX ? CONTROLLER_COUNT : CONTROLLERS_MAX;
	struct legacy_loop loop = { .states = states };

	bpf_probe_read_kernel(states, count * sizeof(*states), from);
#ifdef SPOOR_WITHOUT_BPF_LOOP
	for (__u32 i = 0; i < count; i++)
		legacy_step(i, &loop);
#else
	bpf_loop(count, legacy_step, &loop, 0);
#endif
	return loop.key;
}

/*
 * Copies what an answer says. Returns its length, or -1 for an entry that is of other groups by
 * now.
 */
static __always_inline long container_copy(struct filter_string *into, const struct container *answer,
					   const struct container_key *key)
{
	__u64 length = answer->length;

	if (length)
		bpf_probe_read_kernel(into->start.bytes, CONTAINER_TEXT, answer->text);
	barrier();
	if (answer->key.unified != key->unified || answer->key.legacy != key->legacy ||
	    answer->seal.unified != key->unified || answer->seal.legacy != key->legacy)
		return -1;
	return length;
}

/*
 * The container of a task in the groups of a `struct css_set`, if the map has it: the mark and the
 * id or name at the beginning of `into`. Returns the bytes of the id or name, 0 for no container,
 * or -1 and the key when it has to be decided.
 */
VERIFIED_ONCE int container_find(struct filter_string *into, struct container_key *key, unsigned long groups_address)
{
	struct css_set *groups = (void *)groups_address;
	struct cgroup *cgroup = BPF_CORE_READ(groups, dfl_cgrp);
	struct container_key sought = {};
	struct container *answer;

	/* The verifier wants it of pointers that another program might give. */
	if (!into || !key)
		return 0;
	if (BPF_CORE_READ(cgroup, self.parent))
		sought.unified = BPF_CORE_READ(cgroup, self.serial_nr);
	/* The scratch of the text engine. */
	if (legacy_cgroups)
		sought.legacy = legacy_key(groups, (__u64 *)into->end.bytes);
	into->start.bytes[0] = 0;
	if (!sought.unified && !sought.legacy)
		return 0;
	*key = sought;
	answer = bpf_map_lookup_elem(&containers, &sought);
	return answer ? container_copy(into, answer, &sought) : -1;
}

/* The container of the task, as a fact without the end that filters may ask for. */
static __always_inline void container_collect(struct frame *frame, struct task_struct *task)
{
	unsigned long groups = (unsigned long)BPF_CORE_READ(task, cgroups);
	struct filter_string *fact = &frame->facts.container;
	struct container *answer = &frame->container;
	long length = container_find(fact, &answer->key, groups);

	if (length < 0) {
		container_decide(groups);
		length = container_copy(fact, answer, &answer->seal);
	}
	frame->facts.container_length = length;
}

/* The end of the fact, for `*END`. Of a name that was cut it is not known. */
static __always_inline void container_collect_end(struct task_facts *facts)
{
	struct filter_string *fact = &facts->container;
	__u32 length = facts->container_length;

	fact->tail_length = length && length < CONTAINER_NAME_MAX ? length + 1 : 0;
	bpf_probe_read_kernel(fact->tail, CONTAINER_TEXT, fact->start.bytes);
}

#endif
