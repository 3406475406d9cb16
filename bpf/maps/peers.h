/*
 * Peers that a process was told to have sent to, and connections that were told before their call
 * succeeded.
 */
#ifndef SPOOR_MAPS_PEERS_H
#define SPOOR_MAPS_PEERS_H

#include "../lib/kernel.h"

/* The longest name of a unix socket. */
#define PEER_ADDRESS_MAX 108

struct peer {
	/* inode of the socket: the kernel gives each socket another */
	__u64 socket;
	/* low bits of scope_set.version: a new set of scopes gets the peers anew */
	__u16 scopes_version;
	/* 0 stands for a connection */
	__u16 family;
	__u16 port;
	__u16 unused;
	__u32 tgid;
	__s32 result;
	__u8 address[PEER_ADDRESS_MAX];
	__u32 unused_end;
};

#ifndef SPOOR_LEAN
/* A peer that is lost here is told again. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 2048);
	__type(key, struct peer);
	__type(value, __u8);
} peers SEC(".maps");

static __always_inline bool peer_is_known(const struct peer *peer)
{
	return bpf_map_lookup_elem(&peers, peer);
}

static __always_inline void peer_keep(const struct peer *peer)
{
	__u8 told = 1;

	bpf_map_update_elem(&peers, peer, &told, BPF_ANY);
}
#endif

#endif
