import type { Native } from '../ffi/native.js';
import { CStruct } from '../libc/c-memory.js';

/** Numbers of `asm/unistd.h`. */
const numbers =
  process.arch === 'arm64' ? { bpf: 280n, perfEventOpen: 241n } : { bpf: 321n, perfEventOpen: 298n };

/** `BPF_LINK_CREATE` of `linux/bpf.h`, and bytes of its part of `union bpf_attr`. */
const BPF_LINK_CREATE = 28n;
const linkAttributes = 64;
/** `PERF_FLAG_FD_CLOEXEC` of `linux/perf_event.h`. */
const closeOnExec = 8n;

const register = (value: number): bigint => BigInt.asUintN(64, BigInt(value));

/** Fields of `union bpf_attr` for `BPF_LINK_CREATE`. */
export interface LinkRequest {
  /** Descriptor of the program, or of a struct_ops map. */
  readonly program: number;
  /** A descriptor, or the index of a network interface. */
  readonly target: number;
  /** `enum bpf_attach_type` */
  readonly attachType: number;
  readonly flags?: number;
  /** The words that belong to the attach type. */
  readonly words?: readonly number[];
}

/**
 * Creates a link by bpf(2). libbpf has a function per kind of link too, but those for TCX, netkit
 * and netfilter came with 1.3, and that for XDP has no flags.
 *
 * @returns the descriptor of the link, or -errno
 */
export function createLink(native: Native, request: LinkRequest): number {
  const { program, target, attachType, flags = 0, words = [] } = request;
  const attributes = new CStruct(linkAttributes, native.driver)
    .u32(0, program)
    .u32(4, target)
    .u32(8, attachType)
    .u32(12, flags);
  for (const [index, word] of words.entries()) attributes.u32(16 + 4 * index, word >>> 0);
  const { bytes } = attributes;
  return result(
    native,
    native.libc.syscall(numbers.bpf, BPF_LINK_CREATE, bytes, BigInt(linkAttributes), 0n, 0n),
  );
}

/**
 * Opens a counter by perf_event_open(2).
 *
 * @param attributes `struct perf_event_attr`
 * @param pid a process, or -1 for all
 * @param cpu a CPU, or -1 for all
 * @returns the descriptor of the counter, or -errno
 */
export function openPerfEvent(native: Native, attributes: CStruct, pid: number, cpu: number): number {
  const { bytes } = attributes;
  return result(
    native,
    native.libc.syscall(
      numbers.perfEventOpen,
      bytes,
      register(pid),
      register(cpu),
      register(-1),
      closeOnExec,
    ),
  );
}

function result({ driver }: Native, returned: bigint): number {
  return returned < 0n ? -driver.errno() : Number(returned);
}
