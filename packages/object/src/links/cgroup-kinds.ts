import { closeSync, constants, openSync } from 'node:fs';
import { errno, SpoorError } from '@spoor/core';
import { missingPrivilege, readEnvironment } from '../features/environment.js';
import { CStruct } from '../libc/c-memory.js';
import { attachType, programType } from '../programs/program-type.js';
import {
  type Attachment,
  descriptorLink,
  failed,
  type LinkType,
  libbpfLink,
  type Site,
} from './attachment.js';
import { holder, oneOf, optional, text, textOrWhole, whole } from './fields.js';
import { attachKind } from './kind.js';
import { createLink } from './system-calls.js';
import type { CgroupTarget, IteratorTarget, LircTarget, NetnsTarget, SockmapTarget } from './targets.js';

/** `BPF_F_ALLOW_OVERRIDE` of `linux/bpf.h`, or no flag. */
const cgroupFlags = { override: 1, exclusive: 0 } as const;
/** `BPF_CGROUP_ITER_DESCENDANTS_PRE` of `linux/bpf.h`. */
const descendants = 2;
/** Bytes of `union bpf_iter_link_info`. */
const iteratorInfo = 16;

export const cgroup = attachKind<CgroupTarget>(
  { cgroup: textOrWhole, mode: optional(oneOf('multi', 'override', 'exclusive')) },
  (site, { cgroup: folder, mode = 'multi' }) => {
    const where = `${site.section} of ${folder}`;
    const target = openTarget(site, folder, constants.O_DIRECTORY);
    if (mode !== 'multi') {
      return attachBeside(site, { where, target, type: 'cgroup', flags: cgroupFlags[mode], owned: true });
    }
    const fd = createLink(site.native, { program: site.fd, target, attachType: site.attachType });
    closeSync(target);
    if (fd < 0) throw keptOut(site, where, -fd);
    return descriptorLink(fd, 'cgroup');
  },
);

/** The kernel gives EPERM for a program that another one keeps out, too. */
function keptOut(site: Site, where: string, number: number): SpoorError {
  const mayAttach = missingPrivilege(readEnvironment()) === undefined;
  if (number !== errno.EPERM || !mayAttach) return failed(site, where, number);
  const message = `${site.name} cannot be attached to ${where}: another program keeps it out`;
  return new SpoorError('ATTACH_FAILED', message, {
    errno: number,
    remedy: 'List the programs with `bpftool cgroup tree`: one was attached there, or above, without multi.',
  });
}

export const netns = attachKind<NetnsTarget>({ netns: textOrWhole }, (site, { netns: path }) => {
  const target = openTarget(site, path);
  const fd = createLink(site.native, { program: site.fd, target, attachType: site.attachType });
  closeSync(target);
  if (fd < 0) throw failed(site, `${site.section} of ${path}`, -fd);
  return descriptorLink(fd, 'netns');
});

export const sockmap = attachKind<SockmapTarget>({ map: holder('KernelMap') }, (site, { map }) => {
  const where = `${site.section} of the map ${map.name}`;
  // `SEC("sk_skb")` has no attach type.
  const kind =
    site.type === programType.skSkb && site.attachType === 0 ? attachType.skSkbVerdict : site.attachType;
  const fd = createLink(site.native, { program: site.fd, target: map.fd, attachType: kind });
  if (fd >= 0) return descriptorLink(fd, 'sockmap');
  // Links of sockmaps came with kernel 6.10.
  if (fd !== -errno.EINVAL) throw failed(site, where, -fd);
  return attachBeside({ ...site, attachType: kind }, { where, target: map.fd, type: 'sockmap' });
});

export const lirc = attachKind<LircTarget>({ device: text }, (site, { device }) =>
  attachBeside(site, {
    where: `lirc_mode2 of ${device}`,
    target: openTarget(site, device),
    type: 'lirc',
    owned: true,
  }),
);

interface Beside {
  readonly where: string;
  /** Descriptor of the target. */
  readonly target: number;
  readonly type: LinkType;
  readonly flags?: number;
  /** True if the descriptor has to be closed. */
  readonly owned?: boolean;
}

/**
 * Attaches without a link of the kernel, by BPF_PROG_ATTACH. The program stays until it is
 * detached, or until its target is gone.
 */
function attachBeside(site: Site, { where, target, type, flags = 0, owned = false }: Beside): Attachment {
  const { libbpf } = site.native;
  const release = () => owned && closeSync(target);
  const status = libbpf.bpf_prog_attach(site.fd, target, site.attachType, flags);
  if (status < 0) {
    release();
    throw type === 'cgroup' ? keptOut(site, where, -status) : failed(site, where, -status);
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
      });
    } finally {
      if (folder >= 0) closeSync(folder);
    }
  },
  /^iter(\.s)?\/./,
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
