/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
/*
 * Counts the IPv4 packets that a network device receives: per protocol, per flow, and in all. Each
 * new flow is reported. Every packet passes.
 */
#include <linux/bpf.h>
#include <linux/if_ether.h>
#include <linux/in.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

struct flow {
	__u8 source[4];
	__u8 destination[4];
	__u16 port; /* of the destination; 0 without one */
	__u16 protocol;
};

struct totals {
	__u64 packets;
	__u64 bytes;
};

/* Keeps the type in the object's BTF: records of a ring have no other type. */
const struct flow *unused_flow __attribute__((unused));

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 256);
	__type(key, __u32);
	__type(value, __u64);
} protocols SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct flow);
	__type(value, struct totals);
} flows SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 65536);
} new_flows SEC(".maps");

const volatile __u32 smallest = 0; /* bytes: shorter packets are not counted */
__u64 packets;
__u64 unreported; /* new flows that found the ring full */

SEC("xdp")
int count_packets(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct udphdr *ports = (void *)(ip + 1); /* TCP has its ports in the same place */
	struct totals first = {.packets = 1, .bytes = end - data}, *seen;
	struct flow flow = {};
	__u32 protocol;
	__u64 *count;

	if ((void *)(ip + 1) > end || ethernet->h_proto != bpf_htons(ETH_P_IP) || first.bytes < smallest)
		return XDP_PASS;
	flow.protocol = protocol = ip->protocol;
	__builtin_memcpy(flow.source, &ip->saddr, 4);
	__builtin_memcpy(flow.destination, &ip->daddr, 4);
	if ((protocol == IPPROTO_UDP || protocol == IPPROTO_TCP) && ip->ihl == 5 && (void *)(ports + 1) <= end)
		flow.port = bpf_ntohs(ports->dest);

	__sync_fetch_and_add(&packets, 1);
	count = bpf_map_lookup_elem(&protocols, &protocol);
	if (count)
		*count += 1;
	seen = bpf_map_lookup_elem(&flows, &flow);
	if (seen) {
		__sync_fetch_and_add(&seen->packets, 1);
		__sync_fetch_and_add(&seen->bytes, first.bytes);
	} else if (bpf_map_update_elem(&flows, &flow, &first, BPF_NOEXIST) == 0) {
		if (bpf_ringbuf_output(&new_flows, &flow, sizeof(flow), 0))
			__sync_fetch_and_add(&unreported, 1);
	}
	return XDP_PASS;
}

char LICENSE[] SEC("license") = "Dual BSD/GPL";
