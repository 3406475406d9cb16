import { errno, SpoorError } from '@spoor/core';
import { CStruct, cString } from '../libc/c-memory.js';
import { attachType } from '../programs/program-type.js';
import { type Attachment, descriptorLink, type Site } from './attachment.js';
import { flag, oneOf, optional, signed, textOrWhole } from './fields.js';
import { attachKind } from './kind.js';
import { failed, type Reasons } from './refusal.js';
import { createLink } from './system-calls.js';
import type { NetfilterTarget, NetkitTarget, TcTarget, XdpTarget } from './targets.js';

/** `XDP_FLAGS_…` of `linux/if_link.h`. */
const xdpModes = { generic: 2, native: 4, offload: 8 } as const;
/** `BPF_F_BEFORE` and `BPF_F_AFTER` of `linux/bpf.h`. */
const orders = { first: 8, last: 16 } as const;
/** `enum bpf_tc_attach_point` of libbpf. */
const attachPoints = { ingress: 1, egress: 2 } as const;
/** `NFPROTO_…` and `enum nf_inet_hooks` of `linux/netfilter.h`. */
const families = { ipv4: 2, ipv6: 10 } as const;
const hooks = { prerouting: 0, input: 1, forward: 2, output: 3, postrouting: 4 } as const;
const reassemble = 1;
/** `IF_NAMESIZE` of `net/if.h`. */
const interfaceNameSize = 16;

const noInterface = [
  'there is no such interface',
  'Choose one that `ip link` prints in the network namespace of this process.',
] as const;
const takenByXdp = [
  'another XDP program is attached there',
  'Detach it first: `bpftool net` lists it.',
] as const;
const xdpReasons: Reasons = {
  ENODEV: noInterface,
  EBUSY: takenByXdp,
  EEXIST: takenByXdp,
  EOPNOTSUPP: ['its driver has no native XDP', "Choose mode: 'generic'."],
  ERANGE: ['its MTU is too large for XDP', 'Lower the MTU, or use a program in a section xdp.frags.'],
};
const offloadReasons: Reasons = {
  ...xdpReasons,
  EINVAL: ['the program was not loaded for the device', "Choose mode: 'native' or 'generic'."],
  EOPNOTSUPP: ['the device does not run programs', "Choose mode: 'native' or 'generic'."],
};
const tcxReasons: Reasons = {
  ENODEV: noInterface,
  EEXIST: ['the program is attached there already', 'Keep the link that you have.'],
  EINVAL: ['this kernel has no TCX', 'Leave `via` and `order` out: a tc filter runs the program then.'],
};
const withoutFilters = [
  'this kernel has no tc filters that run programs',
  'Run a kernel with CONFIG_NET_SCH_INGRESS and CONFIG_NET_CLS_BPF, as a module or built in.',
] as const;
const filterReasons: Reasons = {
  ENODEV: noInterface,
  ENOENT: withoutFilters,
  EOPNOTSUPP: withoutFilters,
};
const netkitReasons: Reasons = {
  ENODEV: noInterface,
  EINVAL: ['this kernel has no netkit devices', 'Run Linux 6.7 or later with CONFIG_NETKIT.'],
  ENXIO: ['it is not a netkit device', 'Choose one that `ip link show type netkit` prints.'],
  EACCES: ['it is the peer of its pair', 'Give the primary device of the pair.'],
};
const withoutNetfilter = [
  'this kernel has no hooks of netfilter for programs',
  'Run Linux 6.4 or later with CONFIG_NETFILTER_BPF_LINK.',
] as const;
const netfilterReasons: Reasons = {
  EBUSY: ['another program has this priority', 'Choose another priority.'],
  ERANGE: [
    'the kernel does not allow this priority',
    'Choose one above -2147483648 and below 2147483647, and above -400 to reassemble fragments.',
  ],
  EINVAL: withoutNetfilter,
  EOPNOTSUPP: withoutNetfilter,
};

export const xdp = attachKind<XdpTarget>(
  { interface: textOrWhole, mode: optional(oneOf('native', 'generic', 'offload')) },
  (site, { interface: device, mode }) => {
    const fd = createLink(site.native, {
      program: site.fd,
      target: interfaceIndex(site, device),
      attachType: attachType.xdp,
      flags: mode === undefined ? 0 : xdpModes[mode],
    });
    if (fd < 0) throw failed(site, `xdp on ${device}`, -fd, mode === 'offload' ? offloadReasons : xdpReasons);
    return descriptorLink(site.native, fd, 'xdp');
  },
);

const tcChoice = { via: optional(oneOf('tcx', 'filter')), order: optional(oneOf('first', 'last')) };
const direction = oneOf('ingress', 'egress');

export const tc = attachKind<TcTarget>({ interface: textOrWhole, direction, ...tcChoice }, attachTc);

/** Programs of `tcx/ingress` and `tcx/egress`, whose section has the direction. */
export const tcx = attachKind<TcTarget>(
  { interface: textOrWhole, direction: optional(direction), ...tcChoice },
  (site, target) =>
    attachTc(site, {
      direction: site.attachType === attachType.tcxEgress ? 'egress' : 'ingress',
      ...target,
    }),
);

function attachTc(site: Site, target: TcTarget): Attachment {
  const { via, order, direction: side = 'ingress' } = target;
  const where = `tc ${side} of ${target.interface}`;
  const index = interfaceIndex(site, target.interface);
  if (via !== 'filter') {
    const fd = createLink(site.native, {
      program: site.fd,
      target: index,
      attachType: side === 'ingress' ? attachType.tcxIngress : attachType.tcxEgress,
      flags: order === undefined ? 0 : orders[order],
    });
    if (fd >= 0) return descriptorLink(site.native, fd, 'tcx');
    // A kernel before 6.6 does not know the attach type.
    const wantsTcx = via === 'tcx' || order !== undefined;
    if (fd !== -errno.EINVAL || wantsTcx) throw failed(site, where, -fd, tcxReasons);
  }
  return tcFilter(site, { where, index, side });
}

/** A filter of the qdisc `clsact` that runs the program. The qdisc stays without the filter. */
function tcFilter(
  site: Site,
  { where, index, side }: { where: string; index: number; side: 'ingress' | 'egress' },
): Attachment {
  const { libbpf, driver } = site.native;
  // struct bpf_tc_hook: interface, attach point, parent.
  const hook = CStruct.options(24, driver).u32(8, index).u32(12, attachPoints[side]);
  const created = libbpf.bpf_tc_hook_create(hook.bytes);
  if (created < 0 && created !== -errno.EEXIST) throw failed(site, where, -created, filterReasons);
  // struct bpf_tc_opts: program, flags, program id, handle, priority. The last two are filled in.
  const options = CStruct.options(32, driver).u32(8, site.fd);
  const status = libbpf.bpf_tc_attach(hook.bytes, options.bytes);
  if (status < 0) throw failed(site, where, -status, filterReasons);
  return {
    fd: -1,
    type: 'tc',
    detach: () => libbpf.bpf_tc_detach(hook.bytes, options.u32(8, 0).u32(16, 0).bytes),
  };
}

export const netkit = attachKind<NetkitTarget>({ interface: textOrWhole }, (site, { interface: device }) => {
  const fd = createLink(site.native, {
    program: site.fd,
    target: interfaceIndex(site, device),
    attachType: site.attachType,
  });
  if (fd < 0) throw failed(site, `netkit ${device}`, -fd, netkitReasons);
  return descriptorLink(site.native, fd, 'netkit');
});

export const netfilter = attachKind<NetfilterTarget>(
  {
    family: oneOf(...Object.keys(families)),
    hook: oneOf(...Object.keys(hooks)),
    priority: signed,
    defragment: optional(flag),
  },
  (site, { family, hook, priority, defragment = false }) => {
    const fd = createLink(site.native, {
      program: site.fd,
      target: 0,
      attachType: attachType.netfilter,
      words: [families[family], hooks[hook], priority, defragment ? reassemble : 0],
    });
    const where = `netfilter ${hook} of ${family} at ${priority}`;
    if (fd < 0) throw failed(site, where, -fd, netfilterReasons);
    return descriptorLink(site.native, fd, 'netfilter');
  },
);

function interfaceIndex({ native, name }: Site, device: string | number): number {
  const { driver, libc } = native;
  const isIndex = typeof device === 'number';
  const index = isIndex ? device : libc.if_nametoindex(cString(device));
  const isFound = isIndex ? libc.if_indextoname(device, new Uint8Array(interfaceNameSize)) !== 0n : index > 0;
  if (isFound) return index;
  const number = driver.errno();
  const shown = isIndex ? `with the index ${device}` : `'${device}'`;
  throw new SpoorError('ATTACH_FAILED', `${name} cannot be attached: no network interface ${shown}`, {
    remedy: noInterface[1],
    call: isIndex ? `if_indextoname(${device})` : `if_nametoindex(${device})`,
    errno: number,
  });
}
