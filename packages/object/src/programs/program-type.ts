/**
 * `enum bpf_prog_type` and `enum bpf_attach_type` of `linux/bpf.h`, as far as they are told apart
 * here.
 */
export const programType = {
  kprobe: 2,
  tracepoint: 5,
  rawTracepoint: 17,
  rawTracepointWritable: 24,
  tracing: 26,
  lsm: 29,
  syscall: 31,
} as const;

export const attachType = {
  rawTracepoint: 23,
  fentry: 24,
  fexit: 25,
  modifyReturn: 26,
  lsm: 27,
  iterator: 28,
  lsmCgroup: 43,
} as const;

/** Program types whose section alone says where to attach. */
const attachable: ReadonlySet<number> = new Set([
  programType.kprobe,
  programType.tracepoint,
  programType.rawTracepoint,
  programType.rawTracepointWritable,
  programType.tracing,
  programType.lsm,
]);

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
 * Returns true if the program attaches to a hook. `iter/…` and `syscall` programs run on demand.
 */
export function isHooked(kind: ProgramKind): boolean {
  return attachable.has(kind.type) && !isIterator(kind);
}
