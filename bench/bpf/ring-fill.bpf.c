// Fills a ring with the records that it is given, in turn: the same kernel ring for every reader.
#include <linux/bpf.h>
#include <bpf/bpf_helpers.h>

char LICENSE[] SEC("license") = "Dual BSD/GPL";

#define RECORDS 256
#define RECORD_MAX 4096
#define RECORDS_A_RUN 1024
/* Offset of the time in a record, nanoseconds since boot. Readers that merge rings sort by it. */
#define TIME_AT 8

struct given {
	__u32 size;
	/* Offset of eight letters that differ in each record; 0: none. */
	__u32 unique_at;
	__u8 bytes[RECORD_MAX];
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, RECORDS);
	__type(key, __u32);
	__type(value, struct given);
} given SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 1 << 16);
} ring SEC(".maps");

__u32 next;

static __always_inline int output(__u32 number, __u64 time_ns, __u64 flags)
{
	__u32 key = number % RECORDS;
	struct given *given_record = bpf_map_lookup_elem(&given, &key);
	__u32 size, at;

	if (!given_record)
		return 0;
	size = given_record->size;
	at = given_record->unique_at;
	if (at && at < RECORD_MAX - 8) {
		for (int digit = 0; digit < 8; digit++)
			given_record->bytes[at + digit] = 'a' + (number >> (4 * digit) & 15);
	}
	if (size < TIME_AT + sizeof(time_ns) || size > RECORD_MAX)
		return 0;
	__builtin_memcpy(given_record->bytes + TIME_AT, &time_ns, sizeof(time_ns));
	return bpf_ringbuf_output(&ring, given_record->bytes, size, flags) == 0;
}

/* Returns how many records the ring took. The first of them wakes: Go's reader looks for none
 * before it was woken. */
SEC("raw_tp")
int fill(void *context)
{
	/* One look at the clock: a run takes longer than a nanosecond per record. */
	__u64 began = bpf_ktime_get_boot_ns();
	int taken = 0;

	(void)context;
	for (int i = 0; i < RECORDS_A_RUN; i++)
		taken += output(next++, began + i, i ? BPF_RB_NO_WAKEUP : BPF_RB_FORCE_WAKEUP);
	return taken;
}
