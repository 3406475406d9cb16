import type { KernelMap } from '../maps/kernel-map.js';

/** A number that `bpf_get_attach_cookie()` returns to the program: kernel 5.15. */
interface WithCookie {
  readonly cookie?: bigint | number;
}

/** Target of programs in a section `kprobe` or `kretprobe`: a function of the kernel. */
export interface KprobeTarget extends WithCookie {
  readonly function: string;
  /** Bytes from the beginning of the function. Default: 0. */
  readonly offset?: number;
  /** Run when the function returns. Default: true for `kretprobe`. */
  readonly retprobe?: boolean;
}

/** Target of programs in a section `kprobe.multi`: many functions at once. Kernel 5.18. */
export interface KprobeMultiTarget {
  /** Names, or one pattern with `*` and `?`. */
  readonly functions: string | readonly string[];
  /** One cookie per name. */
  readonly cookies?: readonly (bigint | number)[];
  /** Run when the functions return. Default: true for `kretprobe.multi`. */
  readonly retprobe?: boolean;
}

/** Target of programs in a section `ksyscall` or `kretsyscall`: a system call. */
export interface SyscallTarget extends WithCookie {
  /** The name without prefixes: `openat`. */
  readonly syscall: string;
  /** Run when the call returns. Default: true for `kretsyscall`. */
  readonly retprobe?: boolean;
}

/** Target of programs in a section `uprobe` or `uretprobe`: a place in a program or library. */
export interface UprobeTarget extends WithCookie {
  /** The file, or the name of one in the usual folders of programs and libraries. */
  readonly path: string;
  /** The function. Without it, `offset` is one in the file. */
  readonly symbol?: string;
  /** Bytes from the beginning of the function, or of the file. Default: 0. */
  readonly offset?: number;
  /** One process only. Default: all. */
  readonly pid?: number;
  /** Run when the function returns. Default: true for `uretprobe`. */
  readonly retprobe?: boolean;
}

/** Target of programs in a section `usdt`: a probe that a program or library declares. */
export interface UsdtTarget {
  readonly path: string;
  readonly provider: string;
  readonly name: string;
  /** One process only. Default: all. */
  readonly pid?: number;
  /** A number that `bpf_usdt_cookie()` returns to the program. */
  readonly cookie?: bigint | number;
}

/** Target of programs in a section `tp` or `tracepoint`. */
export interface TracepointTarget extends WithCookie {
  /** A folder in `/sys/kernel/tracing/events`: `sched`. */
  readonly category: string;
  /** A folder in that one: `sched_process_exec`. */
  readonly name: string;
}

/** Target of programs in a section `raw_tp`. */
export interface RawTracepointTarget {
  readonly name: string;
}

/**
 * For programs whose section names the function, such as `tp_btf`, `fentry` and `fmod_ret`. A
 * cookie takes kernel 5.18 and, for `tp_btf`, 6.10.
 */
export type TraceTarget = WithCookie;

/** Target of programs in a section `xdp`: a network interface. Kernel 5.9. */
export interface XdpTarget {
  /** Name or index, in the network namespace of the calling thread. */
  readonly interface: string | number;
  /**
   * `native`: in the driver. `generic`: later, for any driver. `offload`: on the device. Default:
   * native if the driver can, else generic.
   */
  readonly mode?: 'native' | 'generic' | 'offload';
}

/** Target of programs in a section `tc`, `tcx` or `classifier`: one side of an interface. */
export interface TcTarget {
  /** Name or index, in the network namespace of the calling thread. */
  readonly interface: string | number;
  /** Optional for programs in a section `tcx/ingress` or `tcx/egress`. */
  readonly direction?: 'ingress' | 'egress';
  /**
   * `tcx`: a link of the kernel, 6.6. `filter`: a filter of the qdisc `clsact`, which stays if the
   * process is killed. Default: `tcx` if the kernel can, else `filter`.
   */
  readonly via?: 'tcx' | 'filter';
  /** Before or after the programs that are attached by `tcx` already. Default: last. */
  readonly order?: 'first' | 'last';
}

/** Target of programs in a section `netkit/primary` or `netkit/peer`. Kernel 6.7. */
export interface NetkitTarget {
  /** The primary device, by name or index. */
  readonly interface: string | number;
}

/** Target of programs in a section `cgroup/…`, `cgroup_skb/…`, `sockops` or `lsm_cgroup`. */
export interface CgroupTarget {
  /** The folder of a cgroup v2, or a descriptor of it. */
  readonly cgroup: string | number;
  /**
   * `multi`: beside other programs, by a link. `override`: a cgroup below may replace it.
   * `exclusive`: no cgroup below may have one. The latter two stay if the process is killed.
   * Default: `multi`.
   */
  readonly mode?: 'multi' | 'override' | 'exclusive';
  /** For programs in a section `cgroup/skb` only: the packets that the program sees. */
  readonly direction?: 'ingress' | 'egress';
}

/** Target of programs in a section `sk_lookup` or `flow_dissector`: a network namespace. */
export interface NetnsTarget {
  /** A path such as `/proc/self/ns/net`, or a descriptor. */
  readonly netns: string | number;
}

/**
 * Target of programs in a section `sk_msg` or `sk_skb`: a sockmap or a sockhash. A socket takes
 * the program when it enters the map, and keeps it until it leaves.
 */
export interface SockmapTarget {
  readonly map: KernelMap;
}

/** Target of programs in a section `netfilter`. Kernel 6.4. */
export interface NetfilterTarget {
  readonly family: 'ipv4' | 'ipv6';
  readonly hook: 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';
  /** Programs with a low number run first. No other program of the hook may have it. */
  readonly priority: number;
  /** Reassemble fragments before the program sees them: kernel 6.6. Default: false. */
  readonly defragment?: boolean;
}

/** Target of programs in a section `socket` or `sk_reuseport`. */
export interface SocketTarget {
  /** A descriptor of a socket. It has to stay open until the link is detached. */
  readonly socket: number;
}

/** Target of programs in a section `lirc_mode2`: an infrared receiver. */
export interface LircTarget {
  /** Such as `/dev/lirc0`. */
  readonly device: string;
}

/** The counters that `PerfEventTarget` knows by name. */
export type PerfEventName =
  | 'cpu-cycles'
  | 'instructions'
  | 'cache-references'
  | 'cache-misses'
  | 'branch-instructions'
  | 'branch-misses'
  | 'cpu-clock'
  | 'task-clock'
  | 'page-faults'
  | 'context-switches'
  | 'cpu-migrations'
  | 'minor-faults'
  | 'major-faults';

/** Target of programs in a section `perf_event`: they run when a counter has counted on. */
export interface PerfEventTarget extends WithCookie {
  /** A counter of the CPU, which virtual machines may lack, or of the kernel. */
  readonly event: PerfEventName;
  /** Runs per second, about. Give this or `period`. */
  readonly frequency?: number;
  /** Counted events per run; nanoseconds for the clocks. */
  readonly period?: number;
  /** One process or thread only. Default: all. */
  readonly pid?: number;
  /** One CPU only. Default: all. */
  readonly cpu?: number;
}

/** Target of an iterator: the elements that it visits. Give one of the fields. */
export interface IteratorTarget {
  /** `iter/bpf_map_elem`: the map. */
  readonly map?: KernelMap;
  /** `iter/task…`: the threads of a process. Kernel 6.1. */
  readonly pid?: number;
  /** `iter/task…`: one thread. Kernel 6.1. */
  readonly tid?: number;
  /** `iter/cgroup`: the cgroup and those below, by a folder or descriptor. Kernel 6.1. */
  readonly cgroup?: string | number;
}

/** Target of programs in a section `freplace`: a function of another program. */
export interface FreplaceTarget {
  /** The program that the object was loaded for: a `LoadedProgram`. */
  readonly program: { readonly fd: number };
  readonly function: string;
}

/**
 * Target of a program. The section of the program decides which type it takes; the README of
 * the package has a table.
 */
export type AttachTarget =
  | KprobeTarget
  | KprobeMultiTarget
  | SyscallTarget
  | UprobeTarget
  | UsdtTarget
  | TracepointTarget
  | RawTracepointTarget
  | TraceTarget
  | XdpTarget
  | TcTarget
  | NetkitTarget
  | CgroupTarget
  | NetnsTarget
  | SockmapTarget
  | NetfilterTarget
  | SocketTarget
  | LircTarget
  | PerfEventTarget
  | IteratorTarget
  | FreplaceTarget;
