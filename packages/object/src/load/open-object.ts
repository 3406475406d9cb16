import { type GeneratedObject, type Layout, parseObject } from '@spoor/btf';
import { type Checks, checkedCopy, errnoName, isObject, isString, SpoorError } from '@spoor/core';
import { type Native, native } from '../ffi/native.js';
import { CStruct, cString } from '../libc/c-memory.js';
import { typeNewerSections } from '../programs/newer-sections.js';
import { decisiveMessage, libbpfReason } from './libbpf-reason.js';
import { OpenedObject } from './opened-object.js';
import { RelocationFile } from './relocation-file.js';
import { readSource } from './source.js';

export interface OpenOptions {
  /**
   * The name of the object in messages and in the kernel. Default: the file's name without its
   * ending.
   */
  readonly name?: string;
  /** Layouts that code was generated from, by C name; see `OpenedObject.assertLayouts`. */
  readonly layouts?: Readonly<Record<string, Layout>>;
  /**
   * The BTF of the running kernel, by which the object is relocated: a path, or the bytes. For
   * kernels that do not describe themselves in /sys/kernel/btf/vmlinux, such as those in BTFHub.
   * Typed programs (`tp_btf`, `fentry`, `lsm`, `iter`) need a kernel that describes itself.
   */
  readonly kernelBtf?: string | Uint8Array;
}

const checks: Checks<OpenOptions> = {
  name: { expected: 'a name', isType: isString },
  layouts: { expected: 'an object with a layout per C name', isType: isObject },
  kernelBtf: {
    expected: 'a path, or bytes',
    isType: (value) => isString(value) || value instanceof Uint8Array,
  },
};

/** `struct bpf_object_open_opts` up to the last field in use. */
const optionsSize = 56;
const nameOffset = 8;
const typesPathOffset = 48;

/**
 * Reads a compiled BPF object: its programs, maps and constants. Needs libbpf, but neither a
 * privilege nor kernel support. Only `load()` needs them.
 *
 * @param source a path, the bytes of the file, which are copied, or the value of a module that
 *   `npx @spoor/btf generate` wrote. Of such a value, names and values are typed.
 * @throws {SpoorError} UNKNOWN_OPTION for an unknown option, INVALID_VALUE for a wrong value of one
 * @throws {SpoorError} FILE_UNREADABLE when the file cannot be read
 * @throws {SpoorError} OBJECT_INVALID when it is truncated or not a BPF object
 * @throws {SpoorError} OBJECT_NO_BTF or BTF_INVALID when its BTF is missing or broken
 * @throws {SpoorError} LAYOUT_MISMATCH when an expected layout differs
 * @throws {SpoorError} BTF_MISSING, BTF_INVALID or SYSCALL_FAILED when `kernelBtf` cannot be used
 * @throws {SpoorError} LIBBPF_MISSING or LIBBPF_TOO_OLD when libbpf 1.0 cannot be loaded
 * @throws {SpoorError} FFI_UNKNOWN or FFI_UNAVAILABLE when the driver of SPOOR_FFI cannot be used
 *
 * @example
 * ```ts
 * using opened = openObject('trace.bpf.o');
 * using loaded = opened.resizeMap('table', 4096).load();
 * loaded.attach();
 * ```
 */
export function openObject(source: string | Uint8Array, options?: OpenOptions): OpenedObject;
export function openObject<M extends GeneratedObject>(source: M, options?: OpenOptions): OpenedObject<M>;
export function openObject(
  source: string | Uint8Array | GeneratedObject,
  given: OpenOptions = {},
): OpenedObject {
  const options = checkedCopy('openObject()', given, checks);
  const { bytes, file, name, maps } = readSource(source, options.name);
  // Ours first: its messages name the place, and libelf never sees what is not an object.
  const parsed = parseObject(bytes, { file });
  parsed.btf.checkReferences();
  const bound = native();
  const { libbpf, driver } = bound;
  const { kernelBtf } = options;
  const types =
    kernelBtf === undefined
      ? RelocationFile.of(bound, parsed)
      : RelocationFile.from(bound, parsed, kernelBtf);
  const open = CStruct.options(optionsSize, driver).pointer(nameOffset, cString(name));
  if (types !== undefined) open.pointer(typesPathOffset, cString(types.path));
  const mark = bound.messages.mark();
  const handle = libbpf.bpf_object__open_mem(bytes, BigInt(bytes.length), open.bytes);
  if (handle === 0n) {
    const number = driver.errno();
    const messages = bound.messages.since(mark);
    types?.[Symbol.dispose]();
    throw openFailure(messages, { file, name, number, libbpfVersion: bound.libbpfVersion });
  }
  forbidPins(bound, handle);
  typeNewerSections(bound, handle);
  const opened = new OpenedObject(bound, handle, { name, source: parsed, types, maps });
  try {
    return opened.assertLayouts(options.layouts ?? {});
  } catch (error) {
    opened.close();
    throw error;
  }
}

/**
 * A map may ask to be pinned (`__uint(pinning, …)`), and would then outlive the process. Ours never
 * do.
 */
function forbidPins({ libbpf }: Native, object: bigint): void {
  let map = libbpf.bpf_object__next_map(object, 0n);
  for (; map !== 0n; map = libbpf.bpf_object__next_map(object, map)) libbpf.bpf_map__set_pin_path(map, null);
}

interface RefusedFile {
  readonly file: string;
  readonly name: string;
  /** errno */
  readonly number: number;
  readonly libbpfVersion: string;
}

/** @param messages the warnings of libbpf, oldest first */
function openFailure(messages: readonly string[], refused: RefusedFile): SpoorError {
  const { file, name, number, libbpfVersion } = refused;
  const call = { call: `bpf_object__open_mem(${name})`, errno: number };
  const reason = libbpfReason(messages, libbpfVersion);
  const details = { file, libbpf: messages, ...reason?.details };
  if (reason !== undefined) {
    const { code, message, remedy } = reason;
    return new SpoorError(code, `${file}: ${message}`, { ...call, remedy, details });
  }
  const why = decisiveMessage(messages) ?? errnoName(number);
  return new SpoorError('OBJECT_INVALID', `${file}: libbpf does not accept it: ${why}`, {
    ...call,
    details,
    remedy:
      'Correct the source, and compile it with clang -g -O2 -target bpf against the headers of libbpf 1.0 or later.',
  });
}
