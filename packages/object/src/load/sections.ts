/** Kinds of sections that libbpf 1.0 knows: what precedes the first slash. */
export const knownSections: readonly string[] = [
  ...['socket', 'kprobe', 'kretprobe', 'uprobe', 'uretprobe', 'usdt', 'ksyscall', 'kretsyscall'],
  ...['kprobe.multi', 'kretprobe.multi', 'tc', 'classifier', 'action', 'tracepoint', 'tp'],
  ...['raw_tracepoint', 'raw_tp', 'raw_tracepoint.w', 'raw_tp.w', 'tp_btf', 'fentry', 'fexit', 'fmod_ret'],
  ...['fentry.s', 'fexit.s', 'fmod_ret.s', 'freplace', 'lsm', 'lsm.s', 'lsm_cgroup', 'iter', 'iter.s'],
  ...['syscall', 'xdp', 'xdp.frags', 'perf_event', 'lwt_in', 'lwt_out', 'lwt_xmit', 'lwt_seg6local'],
  ...['sockops', 'sk_skb', 'sk_msg', 'sk_reuseport', 'sk_lookup', 'lirc_mode2', 'flow_dissector'],
  ...['cgroup', 'cgroup_skb', 'struct_ops'],
];

/**
 * Sections that a later libbpf brought, by the first version that knows them. `typeNewerSections`
 * knows some more.
 */
const later: readonly (readonly [pattern: RegExp, version: string])[] = [
  [/^struct_ops\.s(\/|$)/, '1.2'],
  [/^u(ret)?probe\.multi(\.s)?(\/|$)/, '1.3'],
  [/^usdt\.s(\/|$)/, '1.3'],
  [/^kprobe\.session(\/|$)/, '1.5'],
  [/^uprobe\.session(\.s)?(\/|$)/, '1.6'],
  [/^fsession(\.s)?(\/|$)/, '1.7'],
  [/^(fentry|fexit|fsession)\.multi(\.s)?(\/|$)/, '1.8'],
  [/^(raw_tp|raw_tracepoint|tp|tracepoint|tp_btf)\.s(\/|$)/, '1.8'],
];

/**
 * Returns the first version of libbpf that knows the section, or undefined if 1.0 knows it, or none
 * does.
 */
export function sectionSince(section: string): string | undefined {
  return later.find(([pattern]) => pattern.test(section))?.[1];
}
