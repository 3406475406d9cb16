/*
 * The container that a task runs in, by the names of its cgroups. Container runtimes name the group
 * of a container after it:
 *
 *   docker, containerd, cri-o, podman   ID, ANYTHING-ID, ANYTHING:ID, each also with .scope;
 *                                       an ID is 64 hexadecimal digits
 *   systemd-nspawn                      machine-NAME.scope, systemd-nspawn@NAME.service
 *   LXC                                 lxc.payload.NAME, lxc.payload/NAME, lxc/NAME
 *
 * The nearest such group decides. Of a container in a container that is the inner one. The groups
 * that a container makes below its own belong to it. Some groups have such names and are not
 * containers:
 *
 *   ANYTHING-conmon-ID, ID/conmon   podman and cri-o keep the process there that watches a container
 *   MACHINE/supervisor              systemd-nspawn itself runs there
 *   machine-qemu-ANYTHING.scope     a virtual machine of libvirt
 *
 * The group in the unified hierarchy is asked first, then the group in each v1 hierarchy that has a
 * controller.
 */
#ifndef SPOOR_PROGRAMS_CONTAINER_H
#define SPOOR_PROGRAMS_CONTAINER_H

#include "../maps/frame.h"

/* Steps of a walk: groups and controllers. Without bpf_loop the verifier reads each of them. */
#ifdef SPOOR_WITHOUT_BPF_LOOP
#define CONTAINER_STEPS 64
#else
#define CONTAINER_STEPS 1024
#endif
/* No fewer controllers than any kernel has. A power of two. */
#define CONTROLLERS_MAX 16
/* HOST_NAME_MAX of the kernel: the longest name of a machine. A power of two. */
#define MACHINE_NAME_MAX 64

/* By controller, its part of the root group of its hierarchy, once a task was seen there. */
__u64 controller_roots[CONTROLLERS_MAX] = {};

/* What a group says of the one above, if that is named like a container. Not above 0: no length. */
enum group_below {
	BELOW_ANYTHING = 0,
	BELOW_CONMON = -1,
	BELOW_SUPERVISOR = -2,
};

/* A walk that has come to its end. */
#define WALK_ENDED -3

/* Characters of names as little-endian words. */
#define WORD4(a, b, c, d) ((__u32)(a) | (__u32)(b) << 8 | (__u32)(c) << 16 | (__u32)(d) << 24)
#define WORD8(a, b, c, d, e, f, g, h) (WORD4(a, b, c, d) | (__u64)WORD4(e, f, g, h) << 32)

/* Characters of the name in a `struct container_walk`, from any place on. */
#define name_word(type, walk, at) (*(const type *)((walk)->name + (at)))
/* The 8 characters before that place. */
#define name_before(walk, at) (*(const __u64 *)((walk)->before + (at)))

/* Of each byte that is not one of 0-9 and a-f the high bit. No byte carries into the next. */
static __always_inline __u64 not_hex(__u64 bytes)
{
	const __u64 ones = 0x0101010101010101ULL, high = 0x80 * ones;
	__u64 low = bytes & ~high;
	__u64 digit = (low + (0x80 - '0') * ones) & ~(low + (0x7f - '9') * ones);
	__u64 letter = (low + (0x80 - 'a') * ones) & ~(low + (0x7f - 'f') * ones);

	return (~(digit | letter) | bytes) & high;
}

struct hex_loop {
	const struct container_walk *walk;
	__u64 from;
	__u64 wrong;
};

static __noinline long hex_step(__u32 step, struct hex_loop *loop)
{
	loop->wrong |= not_hex(name_word(__u64, loop->walk, (loop->from + 8 * step) & NAME_MAX));
	return 0;
}

/*
 * The id that ends at `end`: the last 64 characters, if they are all of the name or stand behind a
 * separator. False for the group of a conmon, and for any other name.
 */
static __always_inline bool container_id(struct container *found, const struct container_walk *walk, __u64 end)
{
	struct hex_loop loop = { .walk = walk, .from = (end - CONTAINER_ID) & NAME_MAX };
	__u64 before;

	if (end < CONTAINER_ID)
		return false;
#ifdef SPOOR_WITHOUT_BPF_LOOP
	for (int i = 0; i < CONTAINER_ID / 8; i++)
		hex_step(i, &loop);
#else
	bpf_loop(CONTAINER_ID / 8, hex_step, &loop, 0);
#endif
	before = name_before(walk, loop.from);
	if (loop.wrong || before >> 8 == WORD8('c', 'o', 'n', 'm', 'o', 'n', '-', 0))
		return false;
	before >>= 56;
	/* 0: the name begins with the id. */
	if (before && before != '-' && before != ':' && before != '_' && before != '.')
		return false;
	found->text[0] = '#';
	return !bpf_probe_read_kernel(found->text + 1, CONTAINER_ID, walk->name + loop.from);
}

struct unescape {
	struct container *found;
	struct container_walk *walk;
};

/*
 * Copies one character. 1 at the end. systemd escapes a dash as `\x2d`. A machine's name has no other
 * character that it escapes.
 */
static __noinline long unescape_step(__u32 step, struct unescape *state)
{
	struct container_walk *walk = state->walk;
	__u64 from = walk->from & NAME_MAX;
	__u64 to = walk->written & (MACHINE_NAME_MAX - 1);
	__u8 character;

	if (from >= walk->end)
		return 1;
	character = name_word(__u8, walk, from);
	if (name_word(__u32, walk, from) == WORD4('\\', 'x', '2', 'd')) {
		character = '-';
		from += 3;
	}
	state->found->text[1 + to] = character;
	walk->from = from + 1;
	walk->written = to + 1;
	return 0;
}

/* The name of a machine. A machine is named like a host. */
static __always_inline int machine_name(struct container *found, struct container_walk *walk)
{
	struct unescape state = { .found = found, .walk = walk };

	found->text[0] = '@';
	walk->written = 0;
#ifdef SPOOR_WITHOUT_BPF_LOOP
	for (int i = 0; i < MACHINE_NAME_MAX; i++)
		if (unescape_step(i, &state))
			break;
#else
	bpf_loop(MACHINE_NAME_MAX, unescape_step, &state, 0);
#endif
	return walk->written;
}

/* Whether the group above is where LXC before 4 puts the groups of its containers. */
static __always_inline bool is_below_lxc(struct container_walk *walk, const struct cgroup *above)
{
	bpf_probe_read_kernel_str(walk->above, sizeof(walk->above), BPF_CORE_READ(above, kn, name));
	return *(__u32 *)walk->above == WORD4('l', 'x', 'c', 0) ||
	       (*(__u64 *)walk->above == WORD8('l', 'x', 'c', '.', 'p', 'a', 'y', 'l') &&
		*(__u32 *)(walk->above + 8) == WORD4('o', 'a', 'd', 0));
}

/* Whether the group is named after a machine, whose name is then from `walk->from` to `walk->end`. */
static __always_inline bool is_machine(struct container_walk *walk, __u64 length)
{
	__u64 first = name_word(__u64, walk, 0), second = name_word(__u64, walk, 7);
	__u64 last = name_before(walk, length);

	if (first == WORD8('m', 'a', 'c', 'h', 'i', 'n', 'e', '-') &&
	    last >> 16 == WORD8('.', 's', 'c', 'o', 'p', 'e', 0, 0)) {
		walk->from = 8;
		walk->end = length - 6;
		/* `-qemu\` and `-qemu-`; the escape is that of a dash. */
		second >>= 8;
		second &= ~0ULL >> 24;
		return second != WORD8('q', 'e', 'm', 'u', '\\', 0, 0, 0) &&
		       second != WORD8('q', 'e', 'm', 'u', '-', 0, 0, 0);
	}
	walk->from = 15;
	walk->end = length - 8;
	return first == WORD8('s', 'y', 's', 't', 'e', 'm', 'd', '-') &&
	       second == WORD8('-', 'n', 's', 'p', 'a', 'w', 'n', '@') &&
	       last == WORD8('.', 's', 'e', 'r', 'v', 'i', 'c', 'e');
}

/* Whether LXC names the group after a container, whose name then begins at `walk->from`. */
static __always_inline bool is_lxc(struct container_walk *walk, const struct cgroup *above)
{
	walk->from = 12;
	if (name_word(__u64, walk, 0) == WORD8('l', 'x', 'c', '.', 'p', 'a', 'y', 'l') &&
	    name_word(__u64, walk, 4) == WORD8('p', 'a', 'y', 'l', 'o', 'a', 'd', '.'))
		return true;
	walk->from = 0;
	bpf_probe_read_kernel_str(walk->above, sizeof(walk->above), BPF_CORE_READ(above, kn, name));
	return *(__u32 *)walk->above == WORD4('l', 'x', 'c', 0) ||
	       (*(__u64 *)walk->above == WORD8('l', 'x', 'c', '.', 'p', 'a', 'y', 'l') &&
		*(__u32 *)(walk->above + 8) == WORD4('o', 'a', 'd', 0));
}

static __always_inline int lxc_name(struct container *found, const struct container_walk *walk)
{
	long size;

	found->text[0] = '@';
	size = bpf_probe_read_kernel_str(found->text + 1, CONTAINER_NAME_MAX + 1, walk->name + (walk->from & NAME_MAX));
	return size > 1 ? size - 1 : 0;
}

/*
 * The container that a group is named after: the length of its id or name in `found`, or an
 * `enum group_below`.
 */
static __always_inline int container_of_group(struct container *found, struct container_walk *walk,
					      const struct cgroup *cgroup, const struct cgroup *above)
{
	__u64 first, length, scope;
	long size;

	size = bpf_probe_read_kernel_str(walk->name, sizeof(walk->name), BPF_CORE_READ(cgroup, kn, name));
	if (size <= 1)
		return BELOW_ANYTHING;
	length = (size - 1) & NAME_MAX;
	first = name_word(__u64, walk, 0);
	scope = name_before(walk, length) >> 16 == WORD8('.', 's', 'c', 'o', 'p', 'e', 0, 0) ? 6 : 0;
	if (walk->below != BELOW_CONMON && container_id(found, walk, length - scope))
		return CONTAINER_ID;
	if (walk->below != BELOW_SUPERVISOR && is_machine(walk, length))
		return machine_name(found, walk);
	if (is_lxc(walk, above))
		return lxc_name(found, walk);
	if (length == 6 && first << 16 == WORD8(0, 0, 'c', 'o', 'n', 'm', 'o', 'n'))
		return BELOW_CONMON;
	if (length == 10 && first == WORD8('s', 'u', 'p', 'e', 'r', 'v', 'i', 's') &&
	    name_word(__u16, walk, 8) == ('o' | 'r' << 8))
		return BELOW_SUPERVISOR;
	return BELOW_ANYTHING;
}

/*
 * Reads a field of a `struct cgroup_subsys_state`. A `struct cgroup` has one of these, by which libbpf
 * knows the offsets without looking up one more type.
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

/* By itself, since the verifier reads a callback several times, and a function for any arguments once. */
static __noinline long container_loop_step(__u32 step, struct container_loop *loop)
{
	loop->found = container_step(loop->groups_address);
	return loop->found != 0;
}
#endif

/*
 * Decides about the groups of a `struct css_set`, whose key is in the frame. The answer is in the frame
 * too, and in the map if that takes it.
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

/* Copies what an answer says. Returns its length, or -1 for an entry that is of other groups by now. */
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
 * The container of a task in the groups of a `struct css_set`, if the map has it: the mark and the id or
 * name at the beginning of `into`. Returns the bytes of the id or name, 0 for no container, or -1 and
 * the key when it has to be decided.
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
