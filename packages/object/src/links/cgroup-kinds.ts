import { closeSync, constants, openSync } from 'node:fs';
import { errno, SpoorError } from '@spoor/core';
import { readEnvironment } from '../features/environment.js';
import { CStruct } from '../libc/c-memory.js';
import { lackingCapabilities } from '../load/capabilities.js';
import { attachType, programType } from '../programs/program-type.js';
import { type Attachment, descriptorLink, type LinkType, libbpfLink, type Site } from './attachment.js';
import { holder, oneOf, optional, text, textOrWhole, whole } from './fields.js';
import { attachKind } from './kind.js';
import { failed, type Reasons } from './refusal.js';
import { createLink } from './system-calls.js';
import type { CgroupTarget, IteratorTarget, LircTarget, NetnsTarget, SockmapTarget } from './targets.js';

/** `BPF_F_ALLOW_OVERRIDE` of `linux/bpf.h`, or no flag. */
const cgroupFlags = { override: 1, exclusive: 0 } as const;
/** `BPF_CGROUP_ITER_DESCENDANTS_PRE` of `linux/bpf.h`. */
const descendants = 2;
/** Bytes of `union bpf_iter_link_info`. */
const iteratorInfo = 16;

/** `BPF_MAP_TYPE_SOCKMAP` and `BPF_MAP_TYPE_SOCKHASH`. */
const mapsOfSockets: ReadonlySet<number> = new Set([15, 18]);

const cgroupReasons: Reasons = {
  EBADF: [
    'it is not a folder of a cgroup v2',
    'Choose a folder below the mount of cgroup2: findmnt -t cgroup2.',
  ],
  EINVAL: [
    'this kernel has no such hook of cgroups',
    'Run a later kernel, or disable the program before load().',
  ],
};
const keptOut: Reasons = {
  ...cgroupReasons,
  EPERM: [
    'another program keeps it out',
    'List the programs with `bpftool cgroup tree`: one was attached there, or above, without multi.',
  ],
};
const netnsReasons: Reasons = {
  EINVAL: ['it is not a network namespace', 'Give a path such as /proc/self/ns/net.'],
  EEXIST: ['a flow dissector of another namespace keeps it out', 'Detach that one first.'],
  E2BIG: ['it has as many programs as it can have', 'Detach one of them first.'],
};
const sockmapReasons: Reasons = {
  EBUSY: ['another program is attached to the map', 'Detach that one first.'],
};
const lircReasons: Reasons = {
  EINVAL: ['it is not an infrared receiver', 'Choose a device such as /dev/lirc0.'],
  ENODEV: ['it is not an infrared receiver', 'Choose a device such as /dev/lirc0.'],
};
const iteratorReasons: Reasons = {
  E2BIG: ['this kernel has no such target', 'Run Linux 6.1 or later.'],
  EINVAL: ['the iterator has no such target', 'Give a map to iter/bpf_map_elem, an id to iter/task.'],
  EBADF: ['its map is missing', 'Give the map: iterate({ map }).'],
};

const cgroupFields = {
  cgroup: textOrWhole,
  mode: optional(oneOf('multi', 'override', 'exclusive')),
};

export const cgroup = attachKind<Omit<CgroupTarget, 'direction'>>(cgroupFields, attachToCgroup);

/** Programs of `cgroup/skb`, whose section lacks the direction. */
export const cgroupPackets = attachKind<CgroupTarget>(
  { ...cgroupFields, direction: oneOf('ingress', 'egress') },
  (site, { direction, ...target }) => {
    const kind = direction === 'egress' ? attachType.cgroupEgress : attachType.cgroupIngress;
    return attachToCgroup({ ...site, attachType: kind }, target);
  },
);

function attachToCgroup(site: Site, { cgroup: folder, mode = 'multi' }: CgroupTarget): Attachment {
  const where = `${site.section} of ${folder}`;
  const target = openTarget(site, folder, constants.O_DIRECTORY);
  if (mode !== 'multi') {
    const flags = cgroupFlags[mode];
    const reasons = () => reasonsOfCgroup(site);
    return attachBeside(site, { where, target, type: 'cgroup', flags, reasons, owned: true });
  }
  const fd = createLink(site.native, { program: site.fd, target, attachType: site.attachType });
  closeSync(target);
  if (fd < 0) throw failed(site, where, -fd, reasonsOfCgroup(site));
  return descriptorLink(site.native, fd, 'cgroup');
}

/** The kernel gives EPERM for a program that another one keeps out, too. */
function reasonsOfCgroup({ type }: Site): Reasons {
  const lacking = lackingCapabilities({ programTypes: [type] }, readEnvironment());
  return lacking.length === 0 ? keptOut : cgroupReasons;
}

export const netns = attachKind<NetnsTarget>({ netns: textOrWhole }, (site, { netns: path }) => {
  const target = openTarget(site, path);
  const fd = createLink(site.native, { program: site.fd, target, attachType: site.attachType });
  closeSync(target);
  if (fd < 0) throw failed(site, `${site.section} of ${path}`, -fd, netnsReasons);
  return descriptorLink(site.native, fd, 'netns');
});

export const sockmap = attachKind<SockmapTarget>({ map: holder('KernelMap') }, (site, { map }) => {
  const where = `${site.section} of the map ${map.name}`;
  if (!mapsOfSockets.has(map.type)) {
    throw new SpoorError('INVALID_VALUE', `${site.name} cannot be attached to ${where}: it has no sockets`, {
      remedy: 'Give a sockmap or a sockhash.',
    });
  }
  // `SEC("sk_skb")` has no attach type.
  const kind =
    site.type === programType.skSkb && site.attachType === 0 ? attachType.skSkbVerdict : site.attachType;
  const fd = createLink(site.native, { program: site.fd, target: map.fd, attachType: kind });
  if (fd >= 0) return descriptorLink(site.native, fd, 'sockmap');
  // Links of sockmaps came with kernel 6.10.
  if (fd !== -errno.EINVAL) throw failed(site, where, -fd, sockmapReasons);
  return attachBeside(
    { ...site, attachType: kind },
    { where, target: map.fd, type: 'sockmap', reasons: () => sockmapReasons },
  );
});

export const lirc = attachKind<LircTarget>({ device: text }, (site, { device }) =>
  attachBeside(site, {
    where: `lirc_mode2 of ${device}`,
    target: openTarget(site, device),
    type: 'lirc',
    reasons: () => lircReasons,
    owned: true,
  }),
);

interface Beside {
  readonly where: string;
  /** Descriptor of the target. */
  readonly target: number;
  readonly type: LinkType;
  readonly flags?: number;
  readonly reasons: () => Reasons;
  /** True if the descriptor has to be closed. */
  readonly owned?: boolean;
}

/**
 * Attaches without a link of the kernel, by BPF_PROG_ATTACH. The program stays until it is
 * detached, or until its target is gone.
 */
function attachBeside(site: Site, beside: Beside): Attachment {
  const { libbpf } = site.native;
  const { where, target, type, flags = 0, reasons, owned = false } = beside;
  const release = () => owned && closeSync(target);
  const status = libbpf.bpf_prog_attach(site.fd, target, site.attachType, flags);
  if (status < 0) {
    release();
    throw failed(site, where, -status, reasons());
  }
  const { fd } = site;
  return {
    fd: -1,
    type,
    detach() {
      libbpf.bpf_prog_detach2(fd, target, site.attachType);
      release();
    },
  };
}

export const iterator = attachKind<IteratorTarget>(
  {
    map: optional(holder('KernelMap')),
    pid: optional(whole),
    tid: optional(whole),
    cgroup: optional(textOrWhole),
  },
  (site, target) => {
    const { libbpf, driver } = site.native;
    const info = new CStruct(iteratorInfo, driver);
    const options = CStruct.options(24, driver).pointer(8, info.bytes).u32(16, iteratorInfo);
    let folder = -1;
    if (target.map !== undefined) info.u32(0, target.map.fd);
    if (target.tid !== undefined) info.u32(0, target.tid);
    if (target.pid !== undefined) info.u32(4, target.pid);
    if (target.cgroup !== undefined) {
      folder = openTarget(site, target.cgroup, constants.O_DIRECTORY);
      info.u32(0, descendants).u32(4, folder);
    }
    try {
      return libbpfLink(site, {
        handle: libbpf.bpf_program__attach_iter(site.handle, options.bytes),
        where: site.section,
        type: 'iter',
        reasons: iteratorReasons,
      });
    } finally {
      if (folder >= 0) closeSync(folder);
    }
  },
  // These three visit what their target has.
  /^iter(\.s)?\/(?!(bpf_map_elem|bpf_sk_storage_map|cgroup)$)./,
);

/** Opens what a path or a descriptor names. The result belongs to the caller. */
function openTarget(site: Site, target: string | number, flags = 0): number {
  const path = typeof target === 'number' ? `/proc/self/fd/${target}` : target;
  try {
    return openSync(path, constants.O_RDONLY | flags);
  } catch (cause) {
    const { code, errno: number = 0 } = cause as NodeJS.ErrnoException;
    throw new SpoorError('ATTACH_FAILED', `${site.name} cannot be attached to ${path}: ${code}`, {
      remedy: 'Give a path that this process may open.',
      call: `open(${path})`,
      errno: Math.abs(number),
      cause,
    });
  }
}
