/**
 * The one error class of Spoor, and the closed table of its codes.
 *
 * One row a code: what kind of failure it is decides the exit status of a command that ends with it.
 * `usage`: the caller wrote something wrong. `environment`: this machine cannot do it. `data`: an input file or a
 * record is not what it says. `internal`: ours.
 */
export const errorCodes = {
  USAGE: 'usage',
  UNKNOWN_OPTION: 'usage',
  UNKNOWN_EVENT: 'usage',
  UNKNOWN_FILTER: 'usage',
  INVALID_VALUE: 'usage',
  SCOPE_SYNTAX: 'usage',
  TOO_MANY_SCOPES: 'usage',
  POLICY_INVALID: 'usage',
  COMMAND_NOT_FOUND: 'usage',
  COMMAND_NOT_EXECUTABLE: 'usage',
  OUTPUT_UNWRITABLE: 'usage',
  OUTPUT_CLOSED: 'environment',
  FILE_UNREADABLE: 'usage',

  FFI_UNKNOWN: 'usage',
  FFI_UNAVAILABLE: 'environment',
  LIBBPF_MISSING: 'environment',
  LIBBPF_TOO_OLD: 'environment',
  BTF_MISSING: 'environment',
  NO_PRIVILEGE: 'environment',
  LOCKDOWN: 'environment',
  UNSUPPORTED: 'environment',

  OBJECT_INVALID: 'data',
  OBJECT_NO_BTF: 'data',
  BTF_INVALID: 'data',
  LAYOUT_MISMATCH: 'data',
  LAYOUT_UNKNOWN: 'data',
  LAYOUT_INVALID: 'data',
  RECORD_MALFORMED: 'data',
  RECORDING_INVALID: 'data',

  CONSTANT_UNKNOWN: 'usage',
  CONSTANT_TYPE: 'usage',
  MAP_UNKNOWN: 'usage',
  MAP_SIZE: 'usage',
  MAP_KIND: 'usage',
  MAP_LAYOUT: 'usage',
  MAP_FULL: 'environment',
  MAP_BUSY: 'environment',
  INIT_FAILED: 'environment',
  IDENTITY_MISMATCH: 'environment',
  PROGRAM_UNKNOWN: 'usage',
  RING_SIZE: 'usage',
  WRONG_PHASE: 'usage',
  VIEW_EXPIRED: 'usage',

  LOAD_FAILED: 'environment',
  VERIFIER_REJECTED: 'environment',
  ATTACH_FAILED: 'environment',
  TAMPERED: 'environment',
  SYSCALL_FAILED: 'environment',
} as const;

/** Stable: a code is never renamed or given another meaning. */
export type SpoorErrorCode = keyof typeof errorCodes;

export interface SpoorErrorOptions {
  /** What the reader can do about it: one sentence, or the exact commands. */
  readonly remedy?: string;
  /** The failed call, with what identifies its target: `bpf_map_create(proc_info)`. */
  readonly call?: string;
  /** Positive errno of the failed call. */
  readonly errno?: number;
  /** Everything else that a program may want: the verifier's whole log, the column of a syntax error. */
  readonly details?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/**
 * Every failure that a Spoor package reports. `message` names the thing and the place, `remedy` what to do;
 * `code` is stable and is what a program should compare.
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
    this.details = options.details ?? {};
  }
}
