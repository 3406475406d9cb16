/** `enum bpf_prog_type` of `linux/bpf.h`. */
export const programType = {
  socketFilter: 1,
  kprobe: 2,
  trafficClass: 3,
  trafficAction: 4,
  tracepoint: 5,
  xdp: 6,
  perfEvent: 7,
  cgroupSkb: 8,
  cgroupSock: 9,
  lwtIn: 10,
  lwtOut: 11,
  lwtXmit: 12,
  socketOps: 13,
  skSkb: 14,
  cgroupDevice: 15,
  skMsg: 16,
  rawTracepoint: 17,
  cgroupSocketAddress: 18,
  lwtSeg6: 19,
  lirc: 20,
  reusePort: 21,
  flowDissector: 22,
  cgroupSysctl: 23,
  rawTracepointWritable: 24,
  cgroupSocketOption: 25,
  tracing: 26,
  structOps: 27,
  extension: 28,
  lsm: 29,
  skLookup: 30,
  syscall: 31,
  netfilter: 32,
} as const;

/** `enum bpf_attach_type` of `linux/bpf.h`, as far as they are told apart here. */
export const attachType = {
  cgroupIngress: 0,
  cgroupEgress: 1,
  rawTracepoint: 23,
  fentry: 24,
  fexit: 25,
  modifyReturn: 26,
  lsm: 27,
  iterator: 28,
  xdpDevmap: 33,
  xdpCpumap: 35,
  xdp: 37,
  skSkbVerdict: 38,
  kprobeMulti: 42,
  lsmCgroup: 43,
  structOps: 44,
  netfilter: 45,
  tcxIngress: 46,
  tcxEgress: 47,
  cgroupUnixConnect: 49,
  cgroupUnixSendmsg: 50,
  cgroupUnixRecvmsg: 51,
  cgroupUnixGetpeername: 52,
  cgroupUnixGetsockname: 53,
  netkitPrimary: 54,
  netkitPeer: 55,
  kprobeSession: 56,
} as const;

export interface ProgramKind {
  /** `enum bpf_prog_type`. */
  readonly type: number;
  /** `enum bpf_attach_type`. */
  readonly attachType: number;
}

export function isIterator({ type, attachType: attach }: ProgramKind): boolean {
  return type === programType.tracing && attach === attachType.iterator;
}

/**
 * Returns true if the program attaches to a hook. `iter/…` and `syscall` programs run on demand,
 * and programs of struct_ops are called for their map.
 */
export function isHooked(kind: ProgramKind): boolean {
  return kind.type !== programType.syscall && kind.type !== programType.structOps && !isIterator(kind);
}
