import type { Native } from '../ffi/native.js';
import { attachType, type ProgramKind, programType } from './program-type.js';

const { trafficClass, cgroupSocketAddress, skSkb } = programType;

/** Sections that libbpf has known since 1.3 or 1.4 only. */
const newerSections: ReadonlyMap<string, ProgramKind> = new Map([
  ['tcx/ingress', { type: trafficClass, attachType: attachType.tcxIngress }],
  ['tcx/egress', { type: trafficClass, attachType: attachType.tcxEgress }],
  ['tc/ingress', { type: trafficClass, attachType: attachType.tcxIngress }],
  ['tc/egress', { type: trafficClass, attachType: attachType.tcxEgress }],
  ['sk_skb/verdict', { type: skSkb, attachType: attachType.skSkbVerdict }],
  ['netkit/primary', { type: trafficClass, attachType: attachType.netkitPrimary }],
  ['netkit/peer', { type: trafficClass, attachType: attachType.netkitPeer }],
  ['netfilter', { type: programType.netfilter, attachType: attachType.netfilter }],
  ['cgroup/connect_unix', { type: cgroupSocketAddress, attachType: attachType.cgroupUnixConnect }],
  ['cgroup/sendmsg_unix', { type: cgroupSocketAddress, attachType: attachType.cgroupUnixSendmsg }],
  ['cgroup/recvmsg_unix', { type: cgroupSocketAddress, attachType: attachType.cgroupUnixRecvmsg }],
  ['cgroup/getpeername_unix', { type: cgroupSocketAddress, attachType: attachType.cgroupUnixGetpeername }],
  ['cgroup/getsockname_unix', { type: cgroupSocketAddress, attachType: attachType.cgroupUnixGetsockname }],
]);

/**
 * Gives the programs of an opened object the types of their sections, where libbpf does not know
 * the section. The kernel decides then whether it has such programs.
 */
export function typeNewerSections({ libbpf, driver }: Native, object: bigint): void {
  let program = libbpf.bpf_object__next_program(object, 0n);
  for (; program !== 0n; program = libbpf.bpf_object__next_program(object, program)) {
    if (libbpf.bpf_program__type(program) !== 0) continue;
    const kind = newerSections.get(driver.text(libbpf.bpf_program__section_name(program)));
    if (kind === undefined) continue;
    libbpf.bpf_program__set_type(program, kind.type);
    libbpf.bpf_program__set_expected_attach_type(program, kind.attachType);
  }
}
