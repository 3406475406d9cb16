import { release } from 'node:os';
import { native } from '../ffi/native.js';
import { possibleCpus } from '../maps/kernel-map.js';

/** The machine, as the loader sees it. */
export interface SystemInfo {
  /** `uname -r`. */
  readonly kernel: string;
  /**
   * CPUs that may ever come online: the slots of a per-CPU map, and what bounds of LRU maps are
   * reckoned with.
   */
  readonly possibleCpus: number;
  /** Bytes. */
  readonly pageSize: number;
  /** Of the loaded libbpf: `1.1`. */
  readonly libbpf: string;
  /** The FFI driver in use. */
  readonly ffi: string;
}

/**
 * Describes the machine: kernel, possible CPUs, page size, libbpf and FFI driver.
 *
 * @throws {SpoorError} LIBBPF_MISSING or LIBBPF_TOO_OLD when libbpf 1.0 cannot be loaded
 * @throws {SpoorError} FFI_UNKNOWN or FFI_UNAVAILABLE when the driver of SPOOR_FFI cannot be used
 *
 * @example
 * ```ts
 * const { kernel, possibleCpus } = systemInfo();
 * ```
 */
export function systemInfo(): SystemInfo {
  const bound = native();
  return {
    kernel: release(),
    possibleCpus: possibleCpus(bound),
    pageSize: bound.libc.getpagesize(),
    libbpf: bound.libbpfVersion,
    ffi: bound.driver.name,
  };
}
