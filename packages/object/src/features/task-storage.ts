import type { Native } from '../ffi/native.js';
import { CStruct, cString } from '../libc/c-memory.js';

/**
 * BTF of `int` and nothing else: what a storage map insists on for its key and value. Layout:
 * `linux/btf.h`.
 */
function intBtf(): Uint8Array {
  const header = 24;
  const types = 16;
  const strings = Buffer.from('\0int\0');
  const blob = new Uint8Array(new ArrayBuffer(header + types + strings.length));
  const view = new DataView(blob.buffer);
  view.setUint16(0, 0xeb9f, true);
  view.setUint8(2, 1);
  view.setUint32(4, header, true);
  view.setUint32(12, types, true);
  view.setUint32(16, types, true);
  view.setUint32(20, strings.length, true);
  view.setUint32(header, 1, true); // name "int"
  view.setUint32(header + 4, 1 << 24, true); // BTF_KIND_INT
  view.setUint32(header + 8, 4, true);
  view.setUint32(header + 12, (1 << 24) | 32, true); // signed, 32 bits
  blob.set(strings, header + types);
  return blob;
}

/** Sizes and offsets of `struct bpf_map_create_opts`. */
const options = { size: 32, btfFd: 8, keyType: 12, valueType: 16, flags: 28 };
const taskStorage = 29;
const noPrealloc = 1;

/**
 * A task storage map of one `int`: its descriptor, which the caller closes, or -errno. `btf`
 * likewise.
 */
export function createTaskStorage({ libbpf, driver }: Native): {
  readonly btf: number;
  readonly map: number;
} {
  const blob = intBtf();
  const btf = libbpf.bpf_btf_load(blob, BigInt(blob.length), null);
  if (btf < 0) return { btf, map: btf };
  const create = CStruct.options(options.size, driver)
    .u32(options.btfFd, btf)
    .u32(options.keyType, 1)
    .u32(options.valueType, 1)
    .u32(options.flags, noPrealloc);
  return { btf, map: libbpf.bpf_map_create(taskStorage, cString('spoor_probe'), 4, 4, 0, create.bytes) };
}
