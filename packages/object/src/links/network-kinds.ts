import { errno, SpoorError } from '@spoor/core';
import { CStruct, cString } from '../libc/c-memory.js';
import { attachType } from '../programs/program-type.js';
import { type Attachment, descriptorLink, failed, type Site } from './attachment.js';
import { flag, oneOf, optional, signed, textOrWhole } from './fields.js';
import { attachKind } from './kind.js';
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

export const xdp = attachKind<XdpTarget>(
  { interface: textOrWhole, mode: optional(oneOf('native', 'generic', 'offload')) },
  (site, { interface: device, mode }) => {
    const fd = createLink(site.native, {
      program: site.fd,
      target: interfaceIndex(site, device),
      attachType: attachType.xdp,
      flags: mode === undefined ? 0 : xdpModes[mode],
    });
    if (fd < 0) throw failed(site, `xdp on ${device}`, -fd);
    return descriptorLink(fd, 'xdp');
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
    if (fd >= 0) return descriptorLink(fd, 'tcx');
    // A kernel before 6.6 does not know the attach type.
    if (fd !== -errno.EINVAL || via === 'tcx' || order !== undefined) throw failed(site, where, -fd);
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
  if (created < 0 && created !== -errno.EEXIST) throw failed(site, where, -created);
  // struct bpf_tc_opts: program, flags, program id, handle, priority. The last two are filled in.
  const options = CStruct.options(32, driver).u32(8, site.fd);
  const status = libbpf.bpf_tc_attach(hook.bytes, options.bytes);
  if (status < 0) throw failed(site, where, -status);
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
  if (fd < 0) throw failed(site, `netkit ${device}`, -fd);
  return descriptorLink(fd, 'netkit');
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
    if (fd < 0) throw failed(site, `netfilter ${hook} of ${family} at ${priority}`, -fd);
    return descriptorLink(fd, 'netfilter');
  },
);

function interfaceIndex({ native, name }: Site, device: string | number): number {
  if (typeof device === 'number') return device;
  const index = native.libc.if_nametoindex(cString(device));
  if (index > 0) return index;
  throw new SpoorError('ATTACH_FAILED', `${name} cannot be attached: no network interface '${device}'`, {
    remedy: 'Choose one that `ip link` prints in the network namespace of this process.',
    call: `if_nametoindex(${device})`,
    errno: native.driver.errno(),
  });
}
