import { errno, errnoName, SpoorError } from '@spoor/core';
import type { Native } from '../ffi/native.js';
import { CStruct } from '../libc/c-memory.js';

export interface TestRun {
  /**
   * The context of the program, at most about a page. `syscall` programs write it back in place.
   */
  readonly context?: Uint8Array;
  /** Packet data, for program types that take a packet. */
  readonly data?: Uint8Array;
  /** Times to run; only for types that support it. Default: once. */
  readonly repeat?: number;
}

export interface TestRunResult {
  /** The result of the program, as an unsigned 32-bit number. */
  readonly returned: number;
  /**
   * Nanoseconds a run on average, as the kernel measured it; 0 for types that it does not measure.
   */
  readonly durationNs: number;
  /** The context after the run; empty when none was given. */
  readonly context: Uint8Array;
}

/** Size and offsets of `struct bpf_test_run_opts` (libbpf 1.0). */
const size = 80;
const at = { dataIn: 8, dataSizeIn: 24, ctxIn: 32, ctxSizeIn: 48, returned: 56, repeat: 60, duration: 64 };

export function testRun(
  { libbpf, driver }: Native,
  program: { readonly name: string; readonly fd: number },
  { context, data, repeat }: TestRun,
): TestRunResult {
  const options = CStruct.options(size, driver);
  // A copy in memory that does not move, which `syscall` programs write to.
  const own = new Uint8Array(new ArrayBuffer(context?.length ?? 0));
  if (context !== undefined) {
    own.set(context);
    options.pointer(at.ctxIn, own).u32(at.ctxSizeIn, own.length);
  }
  if (data !== undefined) options.pointer(at.dataIn, data).u32(at.dataSizeIn, data.length);
  if (repeat !== undefined) options.u32(at.repeat, repeat);
  const status = libbpf.bpf_prog_test_run_opts(program.fd, options.bytes);
  if (status < 0) throw failed(program.name, status);
  return {
    returned: options.view.getUint32(at.returned, true),
    durationNs: options.view.getUint32(at.duration, true),
    context: own,
  };
}

function failed(name: string, status: number): SpoorError {
  const call = { call: `bpf_prog_test_run_opts(${name})`, errno: -status };
  if (status === -errno.ENOTSUPP || status === -errno.EOPNOTSUPP) {
    return new SpoorError('UNSUPPORTED', `${name}: this kernel cannot test-run programs of its type`, call);
  }
  return new SpoorError('SYSCALL_FAILED', `${name}: the test run failed: ${errnoName(status)}`, call);
}
