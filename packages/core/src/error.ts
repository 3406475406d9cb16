import { plainDetails } from './plain-details.js';

/** The meaning of a code. docs/errors.md lists all of them. */
export interface ErrorCode {
  /**
   * The side that can fix it. `usage`: the caller wrote something wrong. `environment`: this
   * machine cannot do it. `data`: an input is not what it claims to be.
   */
  readonly kind: 'usage' | 'environment' | 'data';
  /** The status that `spoor` exits with. */
  readonly exitStatus: number;
  /** When the error is thrown. */
  readonly when: string;
  /** The usual remedy. The `remedy` of an error is more exact. */
  readonly remedy: string;
}

const rowsOf =
  (kind: ErrorCode['kind'], usual: number) =>
  (when: string, remedy: string, exitStatus = usual): ErrorCode => ({ kind, exitStatus, when, remedy });
const usage = rowsOf('usage', 2);
const environment = rowsOf('environment', 1);
const data = rowsOf('data', 1);

/** The closed table of error codes. */
export const errorCodes = {
  USAGE: usage(
    'A command or a call lacks something, or has too much.',
    'Read the usage that the remedy names.',
  ),
  UNKNOWN_OPTION: usage(
    'An option does not exist.',
    'Use the name that the error suggests, or see `--help`.',
  ),
  UNKNOWN_EVENT: usage('An event kind does not exist.', '`spoor list events` prints all kinds.'),
  UNKNOWN_FILTER: usage(
    'A filter kind or an event field does not exist, or cannot be asked.',
    '`spoor list filters` and `spoor list events` print them.',
  ),
  INVALID_VALUE: usage(
    'A value has the wrong type, or is out of range.',
    'The message names the value and what is accepted.',
  ),
  SCOPE_SYNTAX: usage('A scope expression cannot be parsed.', 'The message marks the column.'),
  TOO_MANY_SCOPES: usage('More than 64 scopes were given.', 'Combine scopes, or trace in two runs.'),
  POLICY_INVALID: usage(
    'A policy file does not match its schema.',
    'Each problem is listed with its place in the file.',
  ),
  COMMAND_NOT_FOUND: usage('The command to trace does not exist.', 'Check its name and `PATH`.', 127),
  COMMAND_NOT_EXECUTABLE: usage(
    'The command to trace cannot be executed.',
    'Check its mode and its interpreter line.',
    126,
  ),
  OUTPUT_UNWRITABLE: usage(
    'An output file or stream cannot be written.',
    'Choose another file, or make room.',
  ),
  OUTPUT_CLOSED: environment(
    'The reader of an output closed it.',
    'Nothing: a closed pipe ends the output.',
    141,
  ),
  FILE_UNREADABLE: usage('An input file cannot be read.', 'Check the path and its permissions.'),

  FFI_UNKNOWN: usage('`SPOOR_FFI` names no driver.', 'Use `koffi`, `node` or `ffi-napi`.'),
  FFI_UNAVAILABLE: environment(
    'The chosen FFI driver cannot be loaded.',
    'Install it, or leave `SPOOR_FFI` unset.',
  ),
  LIBBPF_MISSING: environment('libbpf is not installed.', 'On Debian: `apt-get install libbpf1`.'),
  LIBBPF_TOO_OLD: environment(
    'libbpf is older than 1.0, or than the object needs.',
    'Install the version that the remedy names.',
  ),
  BTF_MISSING: environment(
    'The kernel has no type information.',
    'Use a kernel with `CONFIG_DEBUG_INFO_BTF`.',
  ),
  NO_PRIVILEGE: environment(
    'This process may not load or attach BPF programs.',
    'Run as root, or with CAP_BPF and CAP_PERFMON.',
  ),
  LOCKDOWN: environment(
    'Kernel lockdown forbids BPF programs that read kernel memory.',
    'Boot without lockdown in confidentiality mode.',
  ),
  TOOL_MISSING: environment(
    'A program that has to be run is not installed.',
    'The remedy says how to install it.',
  ),
  UNSUPPORTED: environment(
    'This kernel or this kind of thing has no such feature.',
    'The message names what is missing. `spoor doctor` lists features.',
  ),

  OBJECT_INVALID: data('A file is not a BPF object, or it is truncated.', 'Compile it again with clang.'),
  OBJECT_NO_BTF: data('A BPF object has no type information.', 'Compile it with `-g`.'),
  SECTION_UNKNOWN: data(
    'A program is in a section whose name libbpf does not know.',
    'Rename the section. The message names it.',
  ),
  BTF_INVALID: data('Type information contradicts itself.', 'Compile the object again.'),
  TOOL_FAILED: data(
    'A program that was run, such as clang, did not accept its input.',
    'The message has what it printed.',
  ),
  EXTENSION_INVALID: data(
    'An extension of the kernel side is incomplete, or clashes with another.',
    'The message names the file, or both extensions.',
  ),
  LAYOUT_MISMATCH: data(
    'A C type differs from the one that the code was generated from.',
    'Run `pnpm generate`, then build again.',
  ),
  LAYOUT_UNKNOWN: data('A type does not exist, or has no size.', 'The message names the field.'),
  LAYOUT_INVALID: data('A stored layout is not a layout.', 'The message names the place.'),
  RECORD_MALFORMED: data(
    'A record is shorter or longer than its layout allows.',
    'Its producer and its layout do not belong together.',
  ),
  RECORDING_INVALID: data('A file is not a recording, or it is damaged.', 'The message names the byte.'),

  CONSTANT_UNKNOWN: usage('The object has no constant of that name.', 'The remedy lists those that exist.'),
  NAME_AMBIGUOUS: usage(
    'Several variables of the object have that name.',
    'The remedy lists a name for each.',
  ),
  CONSTANT_TYPE: usage('A value does not fit the type of its constant.', 'The message shows the type.'),
  MAP_UNKNOWN: usage('The object has no map of that name.', 'The remedy lists those that exist.'),
  MAP_SIZE: usage('A map cannot have that many entries.', 'Choose a size that the message allows.'),
  MAP_FLAGS: usage('A map has a flag that it cannot have, or lacks one.', 'The message names the flag.'),
  MAP_KIND: usage('A map is of another type than the call needs.', 'The remedy names what fits.'),
  MAP_LAYOUT: usage(
    'A key or value size differs from that of the map.',
    "Use the schema of the map's own types.",
  ),
  MAP_FULL: environment(
    'A map has no room for another entry.',
    'Delete entries, or resize the map before loading.',
  ),
  MAP_BUSY: environment('A map changes faster than it can be read.', 'Try again, or read single keys.'),
  INIT_FAILED: environment('The value of a missing entry could not be built.', 'See the cause.'),
  IDENTITY_MISMATCH: environment(
    'A process has ended, or its id belongs to another process now.',
    'Look the process up again.',
  ),
  PROGRAM_UNKNOWN: usage('The object has no program of that name.', 'The remedy lists those that exist.'),
  RING_SIZE: usage(
    'A ring size is not a power of two, or too large.',
    'Choose a power of two of at least one page.',
  ),
  WRONG_PHASE: usage(
    'A call came too early or too late: before loading, or after closing.',
    'The message names the phase.',
  ),
  VIEW_EXPIRED: usage(
    'A borrowed event was used after its callback had returned.',
    'Keep `event.copy()` instead.',
  ),

  EXTERN_MISSING: environment(
    'The kernel lacks an extern of an object, or has it with another type.',
    'Declare it `__weak`, or run a kernel that has it.',
  ),
  LOAD_FAILED: environment('The kernel did not load the object.', 'The message names the step that failed.'),
  VERIFIER_REJECTED: environment('The verifier rejected a program.', '`details.log` has the whole log.'),
  ATTACH_FAILED: environment(
    'A program could not be attached to its hook.',
    'The kernel may lack the hook. `spoor doctor` lists features.',
  ),
  TAMPERED: environment(
    'Another process interfered with the trace.',
    'Do not trust the trace. Find out who has root.',
  ),
  SYSCALL_FAILED: environment(
    'A system call failed in a way that has no code of its own.',
    'See `call` and `errno`.',
  ),
} as const satisfies Record<string, ErrorCode>;

/** A code is stable: it is never renamed and never gets another meaning. */
export type SpoorErrorCode = keyof typeof errorCodes;

export interface SpoorErrorOptions {
  /** A remedy: one sentence, or the exact commands. */
  readonly remedy?: string;
  /** The failed call and its target: `bpf_map_create(proc_info)`. */
  readonly call?: string;
  /** Positive errno of the failed call. */
  readonly errno?: number;
  /**
   * Further facts for programs: the verifier's whole log, the column of a syntax error. The error
   * has a copy that `JSON.stringify` accepts: a bigint becomes its decimal text.
   */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * The one error class of Spoor. `message` names the thing and the place, and `remedy` says what to
 * do. Programs compare `code`, which is stable.
 *
 * @example
 * ```ts
 * const remedy = 'Give a number above 0.';
 * const error = new SpoorError('INVALID_VALUE', 'max is -1', { remedy });
 * console.log(error.code, error.remedy);
 * ```
 */
export class SpoorError extends Error {
  override readonly name = 'SpoorError';
  readonly code: SpoorErrorCode;
  readonly remedy: string | undefined;
  readonly call: string | undefined;
  readonly errno: number | undefined;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(code: SpoorErrorCode, message: string, options: SpoorErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.remedy = options.remedy;
    this.call = options.call;
    this.errno = options.errno;
    this.details = plainDetails(options.details ?? {});
  }
}
