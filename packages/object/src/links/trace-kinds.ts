import { CStruct, cString } from '../libc/c-memory.js';
import { attachType } from '../programs/program-type.js';
import { type Attachment, descriptorLink, libbpfLink, type Site } from './attachment.js';
import { bytes, flag, optional, text, texts, unsigned64, unsigned64s, whole } from './fields.js';
import { attachKind } from './kind.js';
import { failed } from './refusal.js';
import { createLink } from './system-calls.js';
import type {
  KprobeMultiTarget,
  KprobeTarget,
  RawTracepointTarget,
  SyscallTarget,
  TracepointTarget,
  TraceTarget,
  UprobeTarget,
  UsdtTarget,
} from './targets.js';

const cookie = optional(unsigned64);
const retprobe = optional(flag);
const pid = optional(whole);

/** libbpf's number for all processes. */
const everyProcess = -1;

const runsAtReturn = ({ section }: Site): boolean => /^[ku]ret/.test(section);

/** `struct bpf_kprobe_opts`: cookie, offset, retprobe. */
export const kprobe = attachKind<KprobeTarget>(
  { function: text, offset: optional(bytes), cookie, retprobe },
  (site, target) => {
    const { libbpf, driver } = site.native;
    const options = CStruct.options(32, driver)
      .u64(8, BigInt(target.cookie ?? 0))
      .u64(16, BigInt(target.offset ?? 0))
      .u32(24, Number(target.retprobe ?? runsAtReturn(site)));
    return libbpfLink(site, {
      handle: libbpf.bpf_program__attach_kprobe_opts(site.handle, cString(target.function), options.bytes),
      where: `kprobe/${target.function}`,
      type: 'perf_event',
    });
  },
  /^k(ret)?probe\/./,
);

/** `struct bpf_kprobe_multi_opts`: names, addresses, cookies, count, retprobe. */
export const kprobeMulti = attachKind<KprobeMultiTarget>(
  { functions: texts, cookies: optional(unsigned64s), retprobe },
  (site, { functions, cookies, ...target }) => {
    const { libbpf, driver } = site.native;
    const options = CStruct.options(48, driver).u32(40, Number(target.retprobe ?? runsAtReturn(site)));
    const names = typeof functions === 'string' ? [] : functions.map(cString);
    if (names.length > 0) {
      options
        .pointer(
          8,
          BigUint64Array.from(names, (name) => driver.address(name)),
        )
        .u64(32, BigInt(names.length));
    }
    if (cookies !== undefined) options.pointer(24, BigUint64Array.from(cookies, BigInt));
    const pattern = typeof functions === 'string' ? cString(functions) : null;
    return libbpfLink(site, {
      handle: libbpf.bpf_program__attach_kprobe_multi_opts(site.handle, pattern, options.bytes),
      where: `kprobe.multi/${typeof functions === 'string' ? functions : functions.join(',')}`,
      type: 'kprobe_multi',
    });
  },
  /^k(ret)?probe\.(multi|session)\/./,
);

/** `struct bpf_ksyscall_opts`: cookie, retprobe. */
export const syscall = attachKind<SyscallTarget>(
  { syscall: text, cookie, retprobe },
  (site, target) => {
    const { libbpf, driver } = site.native;
    const options = CStruct.options(24, driver)
      .u64(8, BigInt(target.cookie ?? 0))
      .u32(16, Number(target.retprobe ?? runsAtReturn(site)));
    return libbpfLink(site, {
      handle: libbpf.bpf_program__attach_ksyscall(site.handle, cString(target.syscall), options.bytes),
      where: `ksyscall/${target.syscall}`,
      type: 'perf_event',
    });
  },
  /^k(ret)?syscall\/./,
);

/** `struct bpf_uprobe_opts`: reference counter, cookie, retprobe, function. */
export const uprobe = attachKind<UprobeTarget>(
  {
    path: text,
    symbol: optional(text),
    offset: optional(bytes),
    pid,
    cookie,
    retprobe,
  },
  (site, target) => {
    const { libbpf, driver } = site.native;
    const options = CStruct.options(40, driver)
      .u64(16, BigInt(target.cookie ?? 0))
      .u32(24, Number(target.retprobe ?? runsAtReturn(site)));
    if (target.symbol !== undefined) options.pointer(32, cString(target.symbol));
    return libbpfLink(site, {
      handle: libbpf.bpf_program__attach_uprobe_opts(
        site.handle,
        target.pid ?? everyProcess,
        cString(target.path),
        BigInt(target.offset ?? 0),
        options.bytes,
      ),
      where: `uprobe/${target.path}:${target.symbol ?? target.offset ?? 0}`,
      type: 'perf_event',
    });
  },
  /^u(ret)?probe(\.multi)?(\.s)?\/.+:./,
);

/** `struct bpf_usdt_opts`: cookie. */
export const usdt = attachKind<UsdtTarget>(
  { path: text, provider: text, name: text, pid, cookie },
  (site, target) => {
    const { libbpf, driver } = site.native;
    const options = CStruct.options(16, driver).u64(8, BigInt(target.cookie ?? 0));
    return libbpfLink(site, {
      handle: libbpf.bpf_program__attach_usdt(
        site.handle,
        target.pid ?? everyProcess,
        cString(target.path),
        cString(target.provider),
        cString(target.name),
        options.bytes,
      ),
      where: `usdt/${target.path}:${target.provider}:${target.name}`,
      type: 'usdt',
    });
  },
  /^usdt(\.s)?\/.+:.+:./,
);

/** `struct bpf_tracepoint_opts`: cookie. */
export const tracepoint = attachKind<TracepointTarget>(
  { category: text, name: text, cookie },
  (site, { category, name, ...target }) => {
    const { libbpf, driver } = site.native;
    const options = CStruct.options(16, driver).u64(8, BigInt(target.cookie ?? 0));
    return libbpfLink(site, {
      handle: libbpf.bpf_program__attach_tracepoint_opts(
        site.handle,
        cString(category),
        cString(name),
        options.bytes,
      ),
      where: `tp/${category}/${name}`,
      type: 'perf_event',
    });
  },
  /^(tp|tracepoint)\/[^/]+\/./,
);

export const rawTracepoint = attachKind<RawTracepointTarget>(
  { name: text },
  (site, { name }) =>
    libbpfLink(site, {
      handle: site.native.libbpf.bpf_program__attach_raw_tracepoint(site.handle, cString(name)),
      where: `raw_tp/${name}`,
      type: 'raw_tracepoint',
    }),
  /^raw_(tp|tracepoint)(\.w)?\/./,
);

/** Programs that are loaded for a function have their target. */
const anySection = /^/;

/** `struct bpf_trace_opts`: cookie. */
export const trace = attachKind<TraceTarget>(
  { cookie },
  (site, target) => {
    const { libbpf, driver } = site.native;
    const number = BigInt(target.cookie ?? 0);
    if (site.attachType === attachType.rawTracepoint && number !== 0n) return typedTracepoint(site, number);
    const options = CStruct.options(16, driver).u64(8, number);
    return libbpfLink(site, {
      handle: libbpf.bpf_program__attach_trace_opts(site.handle, options.bytes),
      where: site.section,
      type: 'tracing',
    });
  },
  anySection,
);

/** libbpf passes cookies of `tp_btf` on since 1.5. */
function typedTracepoint(site: Site, number: bigint): Attachment {
  const words = [0, 0, Number(number & 0xffff_ffffn), Number(number >> 32n)];
  const { fd: program, attachType: kind, section } = site;
  const fd = createLink(site.native, { program, target: 0, attachType: kind, words });
  if (fd < 0) throw failed(site, section, -fd);
  return descriptorLink(site.native, fd, 'raw_tracepoint');
}

/** LSM programs have no cookie, and nothing else to choose. */
export const lsm = attachKind<object>(
  {},
  (site) =>
    libbpfLink(site, {
      handle: site.native.libbpf.bpf_program__attach(site.handle),
      where: site.section,
      type: 'tracing',
    }),
  anySection,
);
