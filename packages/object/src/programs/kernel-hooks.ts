import type { Native } from '../ffi/native.js';
import { cString } from '../libc/c-memory.js';
import { attachType } from './program-type.js';

/** `enum` of `linux/btf.h`. */
const btfKind = { typedef: 8, function: 12 } as const;

/**
 * How the kernel's BTF names what a program of each attach type is for (libbpf's
 * `btf_get_kernel_prefix_kind`).
 */
const naming = new Map<number, { readonly prefix: string; readonly kind: number }>([
  [attachType.rawTracepoint, { prefix: 'btf_trace_', kind: btfKind.typedef }],
  [attachType.lsm, { prefix: 'bpf_lsm_', kind: btfKind.function }],
  [attachType.lsmCgroup, { prefix: 'bpf_lsm_', kind: btfKind.function }],
  [attachType.iterator, { prefix: 'bpf_iter_', kind: btfKind.function }],
]);
const plainFunction = { prefix: '', kind: btfKind.function };

let parsed: { readonly native: Native; readonly handle: bigint } | undefined;

/**
 * libbpf's parse of the kernel's BTF takes 10 ms and 10 MB: kept for what is asked in one go, and
 * then let go.
 */
function parsedTypes(native: Native): bigint {
  if (parsed?.native === native) return parsed.handle;
  const handle = native.libbpf.btf__load_vmlinux_btf();
  if (handle === 0n) return 0n;
  parsed = { native, handle };
  setImmediate(() => {
    parsed = undefined;
    native.libbpf.btf__free(handle);
  });
  return handle;
}

/**
 * The id of a hook's function or tracepoint in the kernel's BTF; undefined when the kernel has none
 * of that name, or no BTF. Hooks in kernel modules are not found.
 *
 * @param kind `enum bpf_attach_type`
 */
export function kernelHookId(native: Native, target: string, kind: number): number | undefined {
  const handle = parsedTypes(native);
  if (handle === 0n) return undefined;
  const { prefix, kind: btf } = naming.get(kind) ?? plainFunction;
  const id = native.libbpf.btf__find_by_name_kind(handle, cString(prefix + target), btf);
  return id > 0 ? id : undefined;
}
