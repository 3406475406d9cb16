import { SpoorError } from '@spoor/core';
import { cString } from '../libc/c-memory.js';
import { attachType, isIterator, type ProgramKind, programType } from '../programs/program-type.js';
import { type Attachment, libbpfLink, type Site } from './attachment.js';
import { cgroup, cgroupPackets, iterator, lirc, netns, sockmap } from './cgroup-kinds.js';
import { holder, text } from './fields.js';
import { type AttachKind, attachKind } from './kind.js';
import { netfilter, netkit, tc, tcx, xdp } from './network-kinds.js';
import { perfEvent } from './perf-event.js';
import { reusePortProgram, socketFilter } from './socket-kinds.js';
import type { AttachTarget, FreplaceTarget } from './targets.js';
import {
  kprobe,
  kprobeMulti,
  lsm,
  rawTracepoint,
  syscall,
  trace,
  tracepoint,
  uprobe,
  usdt,
} from './trace-kinds.js';

const extension = attachKind<FreplaceTarget>(
  { program: holder('LoadedProgram'), function: text },
  (site, { program, function: name }) =>
    libbpfLink(site, {
      handle: site.native.libbpf.bpf_program__attach_freplace(site.handle, program.fd, cString(name)),
      where: site.section,
      type: 'tracing',
    }),
  // The program is loaded for its target.
  /^/,
);

const byType = new Map<number, AttachKind>([
  [programType.socketFilter, socketFilter],
  [programType.tracepoint, tracepoint],
  [programType.perfEvent, perfEvent],
  [programType.cgroupSock, cgroup],
  [programType.socketOps, cgroup],
  [programType.skSkb, sockmap],
  [programType.cgroupDevice, cgroup],
  [programType.skMsg, sockmap],
  [programType.rawTracepoint, rawTracepoint],
  [programType.cgroupSocketAddress, cgroup],
  [programType.lirc, lirc],
  [programType.reusePort, reusePortProgram],
  [programType.flowDissector, netns],
  [programType.cgroupSysctl, cgroup],
  [programType.rawTracepointWritable, rawTracepoint],
  [programType.cgroupSocketOption, cgroup],
  [programType.extension, extension],
  [programType.skLookup, netns],
  [programType.netfilter, netfilter],
]);

/** Something else than `attach()` runs the programs of a type. */
interface Elsewhere {
  readonly reason: string;
  readonly remedy: string;
}

const byRoute = (how: string): Elsewhere => ({
  reason: 'a route runs it',
  remedy: `Run: ip route add PREFIX encap ${how} dev DEVICE`,
});
const byEntry = (map: string): Elsewhere => ({
  reason: `an entry of a ${map} runs it`,
  remedy: `Store its descriptor (program.fd) in the ${map}.`,
});

const elsewhere = new Map<number, Elsewhere>([
  [
    programType.trafficAction,
    {
      reason: 'an action of a tc filter runs it',
      remedy: 'Run: tc filter add … action bpf object-file FILE',
    },
  ],
  [programType.lwtIn, byRoute('bpf in obj FILE')],
  [programType.lwtOut, byRoute('bpf out obj FILE')],
  [programType.lwtXmit, byRoute('bpf xmit obj FILE')],
  [programType.lwtSeg6, byRoute('seg6local action End.BPF endpoint obj FILE')],
  [
    programType.structOps,
    { reason: 'its map is attached instead', remedy: 'Call attach() or attachMap() of the loaded object.' },
  ],
  [programType.syscall, { reason: 'it runs on demand', remedy: 'Call testRun().' }],
]);

/** The kind of hook of a program, or the reason why it has none. */
function hookOf({
  type,
  attachType: attach,
  section,
}: ProgramKind & { section: string }): AttachKind | Elsewhere {
  switch (type) {
    case programType.kprobe:
      return probeKind(attach, section);
    case programType.trafficClass:
      if (attach === attachType.netkitPrimary || attach === attachType.netkitPeer) return netkit;
      return attach === attachType.tcxIngress || attach === attachType.tcxEgress ? tcx : tc;
    case programType.cgroupSkb:
      return section === 'cgroup/skb' ? cgroupPackets : cgroup;
    case programType.xdp:
      if (attach === attachType.xdpDevmap) return byEntry('devmap');
      if (attach === attachType.xdpCpumap) return byEntry('cpumap');
      return xdp;
    case programType.tracing:
      return attach === attachType.iterator ? iterator : trace;
    case programType.lsm:
      return attach === attachType.lsmCgroup ? cgroup : lsm;
    default:
      return byType.get(type) ?? elsewhere.get(type) ?? unknownType(type);
  }
}

const unknownType = (type: number): Elsewhere => ({
  reason: `Spoor does not know its type (${type})`,
  remedy: 'Attach it by its descriptor, program.fd.',
});

function probeKind(attach: number, section: string): AttachKind {
  if (attach === attachType.kprobeMulti || attach === attachType.kprobeSession) return kprobeMulti;
  if (section.startsWith('usdt')) return usdt;
  if (/^u(ret)?probe/.test(section)) return uprobe;
  return /^k(ret)?syscall/.test(section) ? syscall : kprobe;
}

/**
 * Attaches a program to a target, or to that of its section.
 *
 * @throws {SpoorError} INVALID_VALUE when the target is missing or of another kind, `UNSUPPORTED`
 *   when such programs are not attached by this library, and what the kernel refuses
 */
export function attachProgram(site: Site, target: AttachTarget | undefined): Attachment {
  const hook = hookOf(site);
  const program = `${site.name} (${site.section})`;
  if ('reason' in hook) {
    const message = `${program} cannot be attached by attach(): ${hook.reason}`;
    throw new SpoorError('UNSUPPORTED', message, { remedy: hook.remedy });
  }
  if (target !== undefined) return hook.attach(site, target);
  if (hook.named?.test(site.section)) {
    const handle = site.native.libbpf.bpf_program__attach(site.handle);
    return libbpfLink(site, { handle, where: site.section, type: usualType(hook) });
  }
  throw new SpoorError('INVALID_VALUE', `${program} cannot be attached without a target`, {
    remedy: `Call attach(${hook.wants}).`,
  });
}

/** The type of a link of libbpf for a section, if the kernel keeps none. */
const usualType = (hook: AttachKind) => (hook === usdt ? 'usdt' : 'perf_event');

/** Returns why `attach()` without a target would not attach the program; undefined if it would. */
export function lacksTarget(program: ProgramKind & { readonly section: string }): string | undefined {
  if (isIterator(program)) return 'it runs on demand: iterate()';
  const hook = hookOf(program);
  if ('reason' in hook) return hook.reason;
  return hook.named?.test(program.section) ? undefined : `it wants a target: attach(${hook.wants})`;
}
