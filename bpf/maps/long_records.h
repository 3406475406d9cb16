/*
 * Room for a record that is longer than a frame takes: a frame is the value of a per-CPU map, of
 * which the kernel allows 32 KiB. One slot per CPU, in an ordinary array that the loader makes that
 * long. It is made only where `argv_limit` asks for it. An exec returns in its own task, with
 * preemption off, so none interrupts another on its CPU.
 */
#ifndef SPOOR_MAPS_LONG_RECORDS_H
#define SPOOR_MAPS_LONG_RECORDS_H

#include "../lib/scratch.h"

struct long_record {
	/* the frame's record, then the end of the arguments, then their beginning */
	__u8 bytes[RECORD_MAX + ARGV_TAIL + ARGV_LONG_MAX + 1];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct long_record);
} long_records SEC(".maps");

static __always_inline struct long_record *long_record_take(void)
{
	__u32 cpu = bpf_get_smp_processor_id();

	return bpf_map_lookup_elem(&long_records, &cpu);
}

#endif
