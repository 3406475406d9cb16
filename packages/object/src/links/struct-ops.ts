import { release } from 'node:os';
import { errno } from '@spoor/core';
import type { Native } from '../ffi/native.js';
import type { MapHandle } from '../load/handles.js';
import { attachType, programType } from '../programs/program-type.js';
import type { Attachment } from './attachment.js';
import { isKernelLink } from './link.js';
import { failed } from './refusal.js';
import { createLink } from './system-calls.js';

/** `BPF_MAP_TYPE_STRUCT_OPS` and `BPF_F_LINK` of `linux/bpf.h`. */
export const structOpsMap = 26;
const withLink = 1 << 13;
/** The first kernel with links of such maps. */
const [firstMajor, firstMinor] = [6, 4] as const;

/**
 * Has the kernel keep a link of a struct_ops map that is attached. Without one, the map stays
 * attached if the process is killed.
 */
export function preferLink({ libbpf }: Native, map: MapHandle): void {
  if (map.type !== structOpsMap) return;
  const [major = 0, minor = 0] = release().split('.').map(Number);
  if (major < firstMajor || (major === firstMajor && minor < firstMinor)) return;
  libbpf.bpf_map__set_map_flags(map.handle, map.flags | withLink);
}

/**
 * Attaches a struct_ops map: the kernel calls its programs from now on.
 *
 * @throws {SpoorError} ATTACH_FAILED, NO_PRIVILEGE or LOCKDOWN
 */
export function attachStructOps(native: Native, { handle, name }: MapHandle): Attachment {
  const { libbpf, driver } = native;
  const site = { native, name, type: programType.structOps, mark: native.messages.mark() };
  const linked = (libbpf.bpf_map__map_flags(handle) & withLink) !== 0;
  const link = libbpf.bpf_map__attach_struct_ops(handle);
  const number = link === 0n ? driver.errno() : 0;
  // A map with BPF_F_LINK keeps its functions after a link was detached.
  if (link === 0n && !(linked && number === errno.EBUSY)) throw failed(site, 'struct_ops', number);
  const detach = () => {
    if (link !== 0n) libbpf.bpf_link__destroy(link);
  };
  const fd = link === 0n ? -1 : libbpf.bpf_link__fd(link);
  if (!linked || isKernelLink(fd)) return { fd, type: 'struct_ops', detach };
  // libbpf 1.1 only fills the map.
  const own = createLink(native, {
    program: libbpf.bpf_map__fd(handle),
    target: 0,
    attachType: attachType.structOps,
  });
  if (own < 0) {
    detach();
    throw failed(site, 'struct_ops', -own);
  }
  return {
    fd: own,
    type: 'struct_ops',
    detach() {
      native.libc.close(own);
      detach();
    },
  };
}
