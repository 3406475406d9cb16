import { errno, errnoName, SpoorError } from '@spoor/core';
import type { Native } from '../ffi/native.js';
import { CStruct } from '../libc/c-memory.js';
import { programType } from './program-type.js';

export interface TestRun {
  /**
   * The context of the program, at most about a page: `struct __sk_buff`, `struct xdp_md`.
   */
  readonly context?: Uint8Array;
  /** Packet data, for program types that take a packet. The kernel wants 14 bytes at least. */
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
  /**
   * The context after the run, in memory of its own. Empty if none was given, except for programs
   * that take a `struct __sk_buff`, and for types whose context the kernel does not hand back.
   */
  readonly context: Uint8Array;
  /** The packet after the run, in memory of its own. Empty for types that take none. */
  readonly data: Uint8Array;
}

/** Size and offsets of `struct bpf_test_run_opts` (libbpf 1.0). */
const size = 80;
const at = {
  dataIn: 8,
  dataOut: 16,
  dataSizeIn: 24,
  dataSizeOut: 28,
  ctxIn: 32,
  ctxOut: 40,
  ctxSizeIn: 48,
  ctxSizeOut: 52,
  returned: 56,
  repeat: 60,
  duration: 64,
};

/** Types whose context is a `struct __sk_buff`. The kernel makes one if none is given. */
const socketBuffers: ReadonlySet<number> = new Set([
  programType.socketFilter,
  programType.trafficClass,
  programType.trafficAction,
  programType.cgroupSkb,
  programType.lwtIn,
  programType.lwtOut,
  programType.lwtXmit,
]);
/** Other types whose context the kernel hands back. */
const returnsContext: ReadonlySet<number> = new Set([programType.xdp, programType.skLookup]);

/** More bytes than the kernel's contexts have. */
const contextRoom = 512;
/** The most bytes by which a program can make a packet longer. */
const dataRoom = 65_536;

export function testRun(
  { libbpf, driver }: Native,
  program: { readonly name: string; readonly fd: number; readonly type: number },
  { context, data, repeat }: TestRun,
): TestRunResult {
  const hasOwnContext = socketBuffers.has(program.type) && data !== undefined;
  const asksContext = hasOwnContext || (returnsContext.has(program.type) && context !== undefined);
  const contextOut = new Uint8Array(new ArrayBuffer(asksContext ? contextRoom : 0));
  const dataOut = new Uint8Array(new ArrayBuffer(data === undefined ? 0 : data.length + dataRoom));
  const options = CStruct.options(size, driver);
  // A copy in memory that does not move, which `syscall` programs write to.
  const own = new Uint8Array(new ArrayBuffer(context?.length ?? 0));
  if (context !== undefined) {
    own.set(context);
    options.pointer(at.ctxIn, own).u32(at.ctxSizeIn, own.length);
  }
  if (data !== undefined) {
    options.pointer(at.dataIn, data).u32(at.dataSizeIn, data.length);
    options.pointer(at.dataOut, dataOut).u32(at.dataSizeOut, dataOut.length);
  }
  if (asksContext) options.pointer(at.ctxOut, contextOut).u32(at.ctxSizeOut, contextOut.length);
  if (repeat !== undefined) options.u32(at.repeat, repeat);
  const status = libbpf.bpf_prog_test_run_opts(program.fd, options.bytes);
  if (status < 0) throw failed(program.name, status);
  return {
    returned: options.view.getUint32(at.returned, true),
    durationNs: options.view.getUint32(at.duration, true),
    context: asksContext ? contextOut.slice(0, options.view.getUint32(at.ctxSizeOut, true)) : own,
    data: dataOut.slice(0, data === undefined ? 0 : options.view.getUint32(at.dataSizeOut, true)),
  };
}

function failed(name: string, status: number): SpoorError {
  const call = { call: `bpf_prog_test_run_opts(${name})`, errno: -status };
  if (status === -errno.ENOTSUPP || status === -errno.EOPNOTSUPP) {
    return new SpoorError('UNSUPPORTED', `${name}: this kernel cannot test-run programs of its type`, call);
  }
  return new SpoorError('SYSCALL_FAILED', `${name}: the test run failed: ${errnoName(status)}`, call);
}
