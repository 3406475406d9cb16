import type { Native } from '../ffi/native.js';
import type { ProgramKind } from '../programs/program-type.js';
import { failed, type Reasons } from './refusal.js';

/** `enum bpf_link_type` of `linux/bpf.h`, in its order. */
export const kernelLinkTypes = [
  'unspecified',
  'raw_tracepoint',
  'tracing',
  'cgroup',
  'iter',
  'netns',
  'xdp',
  'perf_event',
  'kprobe_multi',
  'struct_ops',
  'netfilter',
  'tcx',
  'uprobe_multi',
  'netkit',
  'sockmap',
] as const;

/** A type of link of the kernel, or a way to attach for which the kernel keeps no link. */
export type LinkType = (typeof kernelLinkTypes)[number] | 'tc' | 'usdt' | 'socket' | 'lirc' | 'unknown';

/** A program at its hook, until it is detached. */
export interface Attachment {
  /** The descriptor that keeps the program attached; -1 if there is none, or more than one. */
  readonly fd: number;
  /** Shown if the kernel keeps no link. */
  readonly type: LinkType;
  detach(): void;
}

/** A program to attach. */
export interface Site extends ProgramKind {
  readonly native: Native;
  /** `struct bpf_program *` */
  readonly handle: bigint;
  readonly fd: number;
  readonly name: string;
  readonly section: string;
  /** `native.messages.mark()` of before the attachment. */
  readonly mark: number;
}

/**
 * Takes the result of a function of libbpf that attaches. Call it at once: errno is read here.
 *
 * @param where the hook, as a section would name it
 * @throws {SpoorError} ATTACH_FAILED, NO_PRIVILEGE or LOCKDOWN if libbpf has no link
 */
export function libbpfLink(
  site: Site,
  link: {
    readonly handle: bigint;
    readonly where: string;
    readonly type: LinkType;
    readonly reasons?: Reasons;
  },
): Attachment {
  const { libbpf, driver } = site.native;
  const { handle, where, type, reasons } = link;
  if (handle === 0n) throw failed(site, where, driver.errno(), reasons);
  return {
    // A USDT probe consists of several links, and libbpf shows none of them.
    fd: type === 'usdt' ? -1 : libbpf.bpf_link__fd(handle),
    type,
    detach: () => libbpf.bpf_link__destroy(handle),
  };
}

/** A link of the kernel that its descriptor keeps. */
export function descriptorLink({ libc }: Native, fd: number, type: LinkType): Attachment {
  return { fd, type, detach: () => libc.close(fd) };
}
