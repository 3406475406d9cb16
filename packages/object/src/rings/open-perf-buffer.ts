import { type Checks, checkedCopy, errno, errnoName, isNumber, SpoorError, typeName } from '@spoor/core';
import { type PerfMemory, PerfReader } from '@spoor/ring';
import { type Native, native } from '../ffi/native.js';
import { CStruct } from '../libc/c-memory.js';
import { onlineCpus } from '../libc/cpus.js';
import { openPerfEvent } from '../links/system-calls.js';
import type { KernelMap } from '../maps/kernel-map.js';
import { MAP, Mapping, PROT } from '../maps/mapping.js';
import { withOneReader } from './one-reader.js';

/** BPF_MAP_TYPE_PERF_EVENT_ARRAY of `enum bpf_map_type`. */
export const perfEventArray = 4;
/** PERF_TYPE_SOFTWARE and PERF_COUNT_SW_BPF_OUTPUT of `linux/perf_event.h`. */
const software = 1;
const bpfOutput = 10n;
/** PERF_SAMPLE_RAW: a sample has the bytes of the program. */
const sampleRaw = 1n << 10n;
/** Of the bits at offset 40: `wakeup_watermark` is a number of bytes. */
const byWatermark = 1n << 14n;
/** `struct perf_event_attr` up to `aux_watermark` (`PERF_ATTR_SIZE_VER5`). */
const attributesSize = 112;
const anyProcess = -1;
const defaultPages = 64;

/** Options of `openPerfBuffer`. */
export interface OpenPerfBufferOptions {
  /**
   * Bytes of the buffer of each CPU: a power of two, at least a page. Default: 64 pages. A sample
   * has at most 64 KiB, and a buffer of its own size takes none.
   */
  readonly bytesPerCpu?: number;
  /** Called when the kernel reports samples that it could not write into a full buffer. */
  readonly onLost?: (lost: number, cpu: number) => void;
}

export const perfChecks: Checks<OpenPerfBufferOptions> = {
  bytesPerCpu: { expected: 'a number of bytes', isType: isNumber },
  onLost: { expected: 'a function', isType: (value) => typeof value === 'function' },
};

/**
 * Opens a perf buffer for each online CPU, puts it into the map, and returns a reader of all. The
 * reader takes the buffers out of the map and gives their memory back when it is closed. A CPU that
 * comes online later has no buffer: there `bpf_perf_event_output` returns -ENOENT.
 *
 * Prefer a ring buffer from Linux 5.8 on: it needs less memory, and keeps the order of all CPUs.
 *
 * @param map of type BPF_MAP_TYPE_PERF_EVENT_ARRAY
 * @throws {SpoorError} MAP_KIND when the map is of another type
 * @throws {SpoorError} RING_SIZE when `bytesPerCpu` is not a power of two, or less than a page
 * @throws {SpoorError} INVALID_VALUE when `map` is not a map of a loaded object
 * @throws {SpoorError} UNKNOWN_OPTION when an option does not exist
 * @throws {SpoorError} NO_PRIVILEGE without CAP_PERFMON
 * @throws {SpoorError} SYSCALL_FAILED when the kernel refuses a buffer
 * @throws {SpoorError} WRONG_PHASE when the object is closed, or the map has a reader that is open
 *
 * @example
 * ```ts
 * using sampling = openObject('samples.bpf.o').load();
 * using samples = openPerfBuffer(sampling.map('samples'), { onLost: (lost) => console.log(lost) });
 * sampling.attach();
 * samples.drain((data, offset, length) => console.log(length));
 * ```
 */
export function openPerfBuffer(map: KernelMap, options: OpenPerfBufferOptions = {}): PerfReader {
  if (typeof map?.fd !== 'number') {
    throw new SpoorError('INVALID_VALUE', `openPerfBuffer(): expected a map, got ${typeName(map)}`, {
      remedy: "Give a map of a loaded object: loaded.map('samples').",
    });
  }
  if (map.type !== perfEventArray) {
    throw new SpoorError('MAP_KIND', `the map ${map.name} is not a perf event array`, {
      remedy: 'Declare it as BPF_MAP_TYPE_PERF_EVENT_ARRAY.',
      details: { map: map.name, type: map.type },
    });
  }
  const bound = native();
  const page = bound.libc.getpagesize();
  const { bytesPerCpu = defaultPages * page, onLost } = checkedCopy('openPerfBuffer()', options, perfChecks);
  if (!Number.isInteger(Math.log2(bytesPerCpu)) || bytesPerCpu < page) {
    throw new SpoorError(
      'RING_SIZE',
      `the perf buffer ${map.name} cannot have ${bytesPerCpu} bytes per CPU`,
      {
        remedy: `Give it a power of two that is at least a page (${page}).`,
      },
    );
  }
  const request = { page, size: bytesPerCpu, onLost };
  return withOneReader(map, () => openBuffers(bound, map, request));
}

interface BufferRequest {
  readonly page: number;
  readonly size: number;
  readonly onLost: OpenPerfBufferOptions['onLost'];
}

function openBuffers(bound: Native, map: KernelMap, { page, size, onLost }: BufferRequest): PerfReader {
  const buffers: CpuBuffer[] = [];
  const onClose = () => {
    for (const buffer of buffers) buffer[Symbol.dispose]();
  };
  try {
    for (const cpu of onlineCpus().filter((each) => each < map.maxEntries))
      buffers.push(new CpuBuffer(bound, map, { cpu, size, offset: page }));
    return new PerfReader(buffers, { name: map.name, onClose, ...(onLost && { onLost }) });
  } catch (error) {
    onClose();
    throw error;
  }
}

/** The buffer of one CPU: an event, its memory, and its place in the map. */
class CpuBuffer implements PerfMemory, Disposable {
  readonly cpu: number;
  readonly positions: ArrayBuffer;
  readonly data: ArrayBuffer;
  readonly offset: number;
  readonly size: number;
  readonly #native: Native;
  readonly #map: KernelMap;
  readonly #event: number;
  readonly #mapping: Mapping;

  constructor(bound: Native, map: KernelMap, place: Pick<PerfMemory, 'cpu' | 'size' | 'offset'>) {
    const { cpu, size, offset } = place;
    this.cpu = cpu;
    this.size = size;
    this.offset = offset;
    this.#native = bound;
    this.#map = map;
    // Readers look by timer: the kernel need not wake anybody for each sample.
    const attributes = new CStruct(attributesSize, bound.driver)
      .u32(0, software)
      .u32(4, attributesSize)
      .u64(8, bpfOutput)
      .u64(16, 1n)
      .u64(24, sampleRaw)
      .u64(40, byWatermark)
      .u32(48, size / 2);
    this.#event = openPerfEvent(bound, attributes, anyProcess, cpu);
    if (this.#event < 0) throw refused(map, cpu, { call: 'perf_event_open', number: -this.#event });
    try {
      const request = { length: offset + size, protection: PROT.READ | PROT.WRITE, flags: MAP.SHARED };
      this.#mapping = new Mapping(bound, { ...request, fd: this.#event, name: map.name });
    } catch (error) {
      bound.libc.close(this.#event);
      throw error;
    }
    this.positions = this.#mapping.buffer;
    this.data = this.#mapping.buffer;
    const status = map.update(wordOf(cpu), wordOf(this.#event), 0);
    if (status === 0) return;
    this.#release();
    throw refused(map, cpu, { call: 'bpf_map_update_elem', number: -status });
  }

  [Symbol.dispose](): void {
    if (!this.#map.closed) this.#map.delete(wordOf(this.cpu));
    this.#release();
  }

  #release(): void {
    this.#mapping[Symbol.dispose]();
    this.#native.libc.close(this.#event);
  }
}

const wordOf = (value: number): Uint8Array => new Uint8Array(new Uint32Array([value]).buffer);

function refused(
  { name }: KernelMap,
  cpu: number,
  failed: { readonly call: string; readonly number: number },
) {
  const { call, number } = failed;
  const isPrivilege = number === errno.EACCES || number === errno.EPERM;
  const message = `the perf buffer ${name} of CPU ${cpu} cannot be opened: ${errnoName(number)}`;
  return new SpoorError(isPrivilege ? 'NO_PRIVILEGE' : 'SYSCALL_FAILED', message, {
    call,
    errno: number,
    remedy: isPrivilege
      ? 'Run as root, or with CAP_BPF and CAP_PERFMON.'
      : 'Give fewer bytes per CPU, and see that the limit of open files (ulimit -n) is not reached.',
  });
}
