import { listedNames, type Names } from './names.js';

/** include/uapi/linux/bpf.h: enum bpf_cmd, enum bpf_prog_type and enum bpf_map_type, by number. */
const commands =
  `MAP_CREATE MAP_LOOKUP_ELEM MAP_UPDATE_ELEM MAP_DELETE_ELEM MAP_GET_NEXT_KEY PROG_LOAD OBJ_PIN OBJ_GET PROG_ATTACH
PROG_DETACH PROG_TEST_RUN PROG_GET_NEXT_ID MAP_GET_NEXT_ID PROG_GET_FD_BY_ID MAP_GET_FD_BY_ID OBJ_GET_INFO_BY_FD
PROG_QUERY RAW_TRACEPOINT_OPEN BTF_LOAD BTF_GET_FD_BY_ID TASK_FD_QUERY MAP_LOOKUP_AND_DELETE_ELEM MAP_FREEZE
BTF_GET_NEXT_ID MAP_LOOKUP_BATCH MAP_LOOKUP_AND_DELETE_BATCH MAP_UPDATE_BATCH MAP_DELETE_BATCH LINK_CREATE LINK_UPDATE
LINK_GET_FD_BY_ID LINK_GET_NEXT_ID ENABLE_STATS ITER_CREATE LINK_DETACH PROG_BIND_MAP TOKEN_CREATE
PROG_STREAM_READ_BY_FD`.split(/\s+/);

const programTypes =
  `unspec socket_filter kprobe sched_cls sched_act tracepoint xdp perf_event cgroup_skb cgroup_sock lwt_in lwt_out
lwt_xmit sock_ops sk_skb cgroup_device sk_msg raw_tracepoint cgroup_sock_addr lwt_seg6local lirc_mode2 sk_reuseport
flow_dissector cgroup_sysctl raw_tracepoint_writable cgroup_sockopt tracing struct_ops ext lsm sk_lookup syscall
netfilter`.split(/\s+/);

const mapTypes =
  `unspec hash array prog_array perf_event_array percpu_hash percpu_array stack_trace cgroup_array lru_hash
lru_percpu_hash lpm_trie array_of_maps hash_of_maps devmap sockmap cpumap xskmap sockhash cgroup_storage
reuseport_sockarray percpu_cgroup_storage queue stack sk_storage devmap_hash struct_ops ringbuf inode_storage
task_storage bloom_filter user_ringbuf cgrp_storage arena`.split(/\s+/);

export const bpfCommands: Names<string> = listedNames(
  commands.map((name) => `BPF_${name}`),
  'BPF_PROG_LOAD, BPF_MAP_CREATE',
);

/** Returns `raw_tracepoint` for 17, and the digits of a number without a name. */
export function bpfProgramTypeName(type: number): string {
  return programTypes[type] ?? String(type);
}

/** Returns `lru_hash` for 9, and the digits of a number without a name. */
export function bpfMapTypeName(type: number): string {
  return mapTypes[type] ?? String(type);
}
