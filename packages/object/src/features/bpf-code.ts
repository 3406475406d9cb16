import type { Native } from '../ffi/native.js';
import { CStruct, cString } from '../libc/c-memory.js';

/**
 * One instruction of BPF, `struct bpf_insn`: code, registers (source << 4 | destination), offset,
 * immediate.
 */
type Instruction = readonly [code: number, registers: number, offset: number, immediate: number];

/**
 * The few instructions that probes consist of; codes from `linux/bpf.h` and `linux/bpf_common.h`.
 */
export const bpf = {
  /** r<to> = value */
  set: (to: number, value: number): Instruction => [0xb7, to, 0, value],
  /** r<to> = r<from> */
  copy: (to: number, from: number): Instruction => [0xbf, (from << 4) | to, 0, 0],
  call: (helper: number): Instruction => [0x85, 0, 0, helper],
  /** r<to> = map, which takes two slots. */
  map: (to: number, fd: number): readonly Instruction[] => [
    [0x18, (1 << 4) | to, 0, fd],
    [0, 0, 0, 0],
  ],
  exit: [0x95, 0, 0, 0] as Instruction,
};

interface ProbeProgram {
  /** `enum bpf_prog_type`. */
  readonly type: number;
  /** `enum bpf_attach_type`. */
  readonly attachType?: number;
  /** The target of the program, by its id in the kernel's BTF. */
  readonly attachTo?: number;
  readonly code: readonly Instruction[];
}

/** Offsets of `struct bpf_prog_load_opts`; its size up to the last of them. */
const options = { size: 40, attachType: 12, attachTo: 32 };

/** Loads a program by hand. Returns its descriptor, which the caller closes, or -errno. */
export function loadProbe({ libbpf, driver }: Native, program: ProbeProgram): number {
  const code = new Uint8Array(new ArrayBuffer(program.code.length * 8));
  const view = new DataView(code.buffer);
  for (const [index, [operation, registers, offset, immediate]] of program.code.entries()) {
    view.setUint8(index * 8, operation);
    view.setUint8(index * 8 + 1, registers);
    view.setInt16(index * 8 + 2, offset, true);
    view.setInt32(index * 8 + 4, immediate, true);
  }
  const load = CStruct.options(options.size, driver)
    .u32(options.attachType, program.attachType ?? 0)
    .u32(options.attachTo, program.attachTo ?? 0);
  const count = BigInt(program.code.length);
  return libbpf.bpf_prog_load(
    program.type,
    cString('spoor_probe'),
    cString('Dual BSD/GPL'),
    code,
    count,
    load.bytes,
  );
}

/** Returns the result of `use`, called with a descriptor or -errno. Closes the descriptor. */
export function withDescriptor<T>({ libc }: Native, fd: number, use: (fd: number) => T): T {
  try {
    return use(fd);
  } finally {
    if (fd >= 0) libc.close(fd);
  }
}
