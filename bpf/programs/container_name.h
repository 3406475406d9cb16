/* Reads the id of a container from the name of its cgroup; container.h lists the names. */
#ifndef SPOOR_PROGRAMS_CONTAINER_NAME_H
#define SPOOR_PROGRAMS_CONTAINER_NAME_H

#include "../maps/frame.h"

/* HOST_NAME_MAX of the kernel: the longest name of a machine. A power of two. */
#define MACHINE_NAME_MAX 64

/*
 * The verdict of a group on its parent, if the parent is named like a container. Not above 0: no
 * length.
 */
enum group_below {
	BELOW_ANYTHING = 0,
	BELOW_CONMON = -1,
	BELOW_SUPERVISOR = -2,
};

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
 * Copies one character. 1 at the end. systemd escapes a dash as `\x2d`. A machine's name has no
 * other character that it escapes.
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

/* Returns whether the parent is the group in which LXC before 4 puts its containers. */
static __always_inline bool is_below_lxc(struct container_walk *walk, const struct cgroup *above)
{
	bpf_probe_read_kernel_str(walk->above, sizeof(walk->above), BPF_CORE_READ(above, kn, name));
	return *(__u32 *)walk->above == WORD4('l', 'x', 'c', 0) ||
	       (*(__u64 *)walk->above == WORD8('l', 'x', 'c', '.', 'p', 'a', 'y', 'l') &&
		*(__u32 *)(walk->above + 8) == WORD4('o', 'a', 'd', 0));
}

/*
 * Returns whether the group is named after a machine. Its name is from `walk->from` to `walk->end`
 * then.
 */
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

/* Returns whether LXC named the group after a container. Its name begins at `walk->from` then. */
static __always_inline bool is_lxc(struct container_walk *walk, const struct cgroup *above)
{
	walk->from = 12;
	if (name_word(__u64, walk, 0) == WORD8('l', 'x', 'c', '.', 'p', 'a', 'y', 'l') &&
	    name_word(__u64, walk, 4) == WORD8('p', 'a', 'y', 'l', 'o', 'a', 'd', '.'))
		return true;
	walk->from = 0;
	return is_below_lxc(walk, above);
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

#endif
