/* Finding the mapping of an address. */
#ifndef SPOOR_LIB_FIND_MAPPING_H
#define SPOOR_LIB_FIND_MAPPING_H

#include "mapping.h"
#include "read.h"

static __always_inline void mapping_fill(struct mapping *mapping, struct vm_area_struct *area)
{
	mapping->start = BPF_CORE_READ(area, vm_start);
	mapping->end = BPF_CORE_READ(area, vm_end);
	mapping->flags = BPF_CORE_READ(area, vm_flags);
	mapping->file = (unsigned long)BPF_CORE_READ(area, vm_file);
}

#ifdef SPOOR_WITHOUT_BPF_LOOP
/* Levels of the tree of mappings: twice as many as a balanced one of the most mappings has. */
#define MAPPING_TREE_LEVELS 36

/*
 * Kernels without bpf_loop have no helper either (both came with 5.17), and keep mappings in a
 * tree. It is read without its lock: another thread can change it meanwhile.
 */
static __noinline int mapping_find(struct mapping *mapping, struct task_struct *task, __u64 address)
{
	struct mm_struct___tree *memory = (void *)BPF_CORE_READ(task, mm);
	struct vm_area_struct *area;
	struct rb_node *node;

	__builtin_memset(mapping, 0, sizeof(*mapping));
	if (!bpf_core_field_exists(memory->mm_rb))
		return 0;
	node = BPF_CORE_READ(memory, mm_rb.rb_node);
	for (int i = 0; i < MAPPING_TREE_LEVELS && node; i++) {
		area = (void *)node - bpf_core_field_offset(struct vm_area_struct___node, vm_rb);
		if (address >= BPF_CORE_READ(area, vm_end)) {
			node = BPF_CORE_READ(node, rb_right);
		} else if (address < BPF_CORE_READ(area, vm_start)) {
			node = BPF_CORE_READ(node, rb_left);
		} else {
			mapping_fill(mapping, area);
			return 1;
		}
	}
	return 0;
}
#else
struct mapping_search {
	struct mapping *mapping;
};

static __noinline long mapping_found(struct task_struct *task, struct vm_area_struct *area,
				     struct mapping_search *search)
{
	mapping_fill(search->mapping, area);
	return 0;
}

/* Finds the mapping of an address. None is found while another thread changes the mappings. */
static __noinline int mapping_find(struct mapping *mapping, struct task_struct *task, __u64 address)
{
	struct mapping_search search = { .mapping = mapping };

	__builtin_memset(mapping, 0, sizeof(*mapping));
	/* The task is the current one. Only this helper gives it the type that bpf_find_vma takes. */
	bpf_find_vma(bpf_get_current_task_btf(), address, mapping_found, &search, 0);
	return !!mapping->end;
}
#endif

#endif
