import { type GeneratedObject, type ObjectFile, readKernelBtf } from '@spoor/btf';
import { nearest, SpoorError } from '@spoor/core';
import { bpf, loadProbe, withDescriptor } from '../features/bpf-code.js';
import { readEnvironment } from '../features/environment.js';
import { features } from '../features/features.js';
import { featureOfHook } from '../features/probes.js';
import type { Native } from '../ffi/native.js';
import { cString } from '../libc/c-memory.js';
import { withoutSignals } from '../libc/signals.js';
import { kernelHookId } from '../programs/kernel-hooks.js';
import { attachType, programType } from '../programs/program-type.js';
import { loadFailure, type RefusedMap } from './failure.js';
import { mapHandles, type ProgramHandle, programHandles } from './handles.js';
import { LoadedObject } from './loaded-object.js';
import { LogBuffer } from './log-buffer.js';
import { thisMachine } from './machine.js';

/**
 * `BPF_LOG_STATS` of the kernel's bpf_verifier.h: no trace of the verification, only what it took.
 * Kernel 5.2.
 */
const logStatistics = 4;

export interface ObjectToLoad {
  readonly name: string;
  readonly source: ObjectFile;
  /** Types of the maps by their names, as a generated module has them. */
  readonly maps: GeneratedObject['maps'];
  readonly verifierStatistics: boolean;
}

/** Loads, or closes the handle and throws what explains the failure. */
export function loadObject<M extends GeneratedObject>(
  native: Native,
  handle: bigint,
  object: ObjectToLoad,
): LoadedObject<M> {
  using logs = new LogBuffer(native, { ofEach: object.verifierStatistics });
  const enabled = giveLogs(native, handle, { logs, object });
  const mark = native.messages.mark();
  const status = withoutSignals(native, () => native.libbpf.bpf_object__load(handle));
  return loaded(native, handle, { object, logs, enabled, mark, status });
}

/**
 * Loads the object, on another thread where the driver can. Signals need not be held off there: the
 * kernel gives those of the process to its first thread, and those of a profiler to the thread that
 * is profiled.
 */
export async function loadObjectElsewhere<M extends GeneratedObject>(
  native: Native,
  handle: bigint,
  object: ObjectToLoad,
): Promise<LoadedObject<M>> {
  if (native.loadElsewhere === undefined) return loadObject(native, handle, object);
  using logs = new LogBuffer(native, { ofEach: object.verifierStatistics });
  const enabled = giveLogs(native, handle, { logs, object });
  const mark = native.messages.mark();
  const status = await native.loadElsewhere(handle);
  return loaded(native, handle, { object, logs, enabled, mark, status });
}

interface Loading {
  readonly object: ObjectToLoad;
  readonly logs: LogBuffer;
}

/** Has the verifier write into the buffer. Returns the programs that will be loaded. */
function giveLogs(native: Native, handle: bigint, { logs, object }: Loading): readonly ProgramHandle[] {
  const { libbpf } = native;
  const enabled = programHandles(native, handle).filter(
    (program) => libbpf.bpf_program__autoload(program.handle) !== 0,
  );
  for (const program of enabled) {
    const { address, size } = logs.slot(program.name);
    libbpf.bpf_program__set_log_buf(program.handle, address, size);
    if (object.verifierStatistics) libbpf.bpf_program__set_log_level(program.handle, logStatistics);
  }
  return enabled;
}

interface Outcome extends Loading {
  readonly enabled: readonly ProgramHandle[];
  /** The position in the messages of libbpf before the load. */
  readonly mark: number;
  /** As libbpf returned it: -errno. */
  readonly status: number;
}

function loaded<M extends GeneratedObject>(
  native: Native,
  handle: bigint,
  outcome: Outcome,
): LoadedObject<M> {
  const { object, logs, enabled, mark, status } = outcome;
  if (status === 0) {
    const programs = enabled.map((program) =>
      object.verifierStatistics ? { ...program, verifierLog: logs.of(program.name) } : program,
    );
    return new LoadedObject<M>(native, handle, { ...object, programs });
  }
  try {
    const messages = native.messages.ofFailedLoad(mark, object.name);
    const rejection = logs.read();
    throw loadFailure({
      object: object.name,
      status,
      rejection,
      map: rejection === undefined ? refusedMap(native, handle) : undefined,
      plainProgram: rejection === undefined ? plainProgram(native) : 0,
      kernelBtfFault: kernelBtfFault(),
      unsupported: rejection === undefined ? unsupportedPrograms(native, enabled) : [],
      programs: enabled,
      messages,
      libbpfVersion: native.libbpfVersion,
      environment: readEnvironment(),
    });
  } finally {
    native.libbpf.bpf_object__close(handle);
  }
}

/**
 * `BPF_MAP_TYPE_ARRAY_OF_MAPS`, `BPF_MAP_TYPE_HASH_OF_MAPS` and `BPF_MAP_TYPE_STRUCT_OPS`, which
 * need another map or a type of the kernel.
 */
const needOthers: ReadonlySet<number> = new Set([12, 13, 26]);

/** libbpf does not say which map was refused: try each alone. */
function refusedMap(native: Native, object: bigint): RefusedMap | undefined {
  const { libbpf } = native;
  for (const map of mapHandles(native, object)) {
    // Storage maps need BTF to be created and cannot be too large; a map of maps needs one that is
    // made.
    const needsMore = map.maxEntries === 0 || needOthers.has(map.type);
    if (map.section !== undefined || needsMore || libbpf.bpf_map__autocreate(map.handle) === 0) continue;
    // struct bpf_map_create_opts: sz; btf_fd, key and value type; vmlinux type, inner map;
    // map_flags.
    const options = new Uint32Array([48, 0, 0, 0, 0, 0, 0, map.flags, 0, 0, 0, 0]);
    const { type, keySize, valueSize, maxEntries, flags, name } = map;
    const status = libbpf.bpf_map_create(
      type,
      cString(name.slice(0, 15)),
      keySize,
      valueSize,
      maxEntries,
      options,
    );
    if (status < 0) return { name, type, maxEntries, keySize, valueSize, flags, status };
    native.libc.close(status);
  }
  return undefined;
}

/**
 * Loads a program that does nothing, of a type that needs no capability besides CAP_BPF. Returns
 * its descriptor, already closed, or -errno.
 */
function plainProgram(native: Native): number {
  const program = { type: programType.socketFilter, code: [bpf.set(0, 0), bpf.exit] };
  return withDescriptor(native, loadProbe(native, program), (status) => status);
}

/** Returns the fault in the kernel's BTF: libbpf reports unreadable BTF as missing. */
function kernelBtfFault(): string | undefined {
  try {
    readKernelBtf();
    return undefined;
  } catch (error) {
    return error instanceof SpoorError && error.code === 'BTF_INVALID' ? error.message : undefined;
  }
}

const byBtf: ReadonlySet<number> = new Set([programType.tracing, programType.lsm]);

/** The kernel gives one errno for all of it: look at the type of each program, and at its hook. */
function unsupportedPrograms(native: Native, programs: readonly ProgramHandle[]): readonly string[] {
  return programs.flatMap((program) => {
    const why = byBtf.has(program.type) ? lacksHook(native, program) : lacksType(native, program);
    return why === undefined ? [] : [`${program.name} (${program.section}): ${why}`];
  });
}

function lacksHook(native: Native, { section, attachType: kind }: ProgramHandle): string | undefined {
  const target = section.slice(section.indexOf('/') + 1);
  if (kernelHookId(native, target, kind) === undefined) return noHook(native, target, kind);
  const feature = featureOfHook(kind);
  return feature && features.why(feature);
}

/** libbpf returns 0 if the kernel lacks the type, and an error if it does not know it itself. */
function lacksType({ libbpf }: Native, { type }: ProgramHandle): string | undefined {
  return libbpf.libbpf_probe_bpf_prog_type(type, null) === 0
    ? 'the kernel is built without programs of this type'
    : undefined;
}

function noHook(native: Native, target: string, kind: number): string {
  const close =
    kind === attachType.rawTracepoint ? nearest(target, thisMachine(native).tracepoints()) : undefined;
  return close === undefined ? 'there is no such hook' : `there is no such hook (did you mean ${close}?)`;
}
