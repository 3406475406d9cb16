import { closeSync, existsSync, openSync, readFileSync, readSync } from 'node:fs';
import { errno, errnoName } from '@spoor/core';
import type { Native } from '../ffi/native.js';
import { cString } from '../libc/c-memory.js';
import { kernelHookId } from '../programs/kernel-hooks.js';
import { attachType, programType } from '../programs/program-type.js';
import { bpf, loadProbe, withDescriptor } from './bpf-code.js';
import { isLocked, missingPrivilege, readEnvironment, tracefs } from './environment.js';
import { createTaskStorage } from './task-storage.js';

/** How one feature is found out: `undefined` when it works, else why it does not. */
export interface Probe {
  /** One line about its use. */
  readonly what: string;
  /** First kernel with it, where its configuration allows. */
  readonly since: string;
  readonly probe: (native: Native) => string | undefined;
  /** True if a file tells, which needs no privilege. */
  readonly byFile?: true;
}

/** Helpers by number, `linux/bpf.h`. */
const helper = { taskStorageGet: 156, currentTaskBtf: 158, taskRegs: 175, loop: 181, ringReserveDynptr: 198 };

const nothing = [bpf.set(0, 0), bpf.exit];

/** One row a feature. The order is the order of `spoor doctor`. */
export const probes = {
  kernel_btf: {
    what: 'the kernel describes its own types',
    since: '5.4',
    byFile: true,
    probe: () => {
      if (existsSync('/sys/kernel/btf/vmlinux')) return kernelBtfFault();
      return existsSync('/sys/kernel')
        ? '/sys/kernel/btf/vmlinux is missing'
        : 'sysfs is not mounted at /sys';
    },
  },
  ring_buffer: {
    what: 'events without copies, in order',
    since: '5.8',
    probe: (native) => answer('map type', native.libbpf.libbpf_probe_bpf_map_type(27, null)),
  },
  iterators: {
    what: 'a snapshot of the processes alive',
    since: '5.8',
    probe: (native) => hook(native, { target: 'task', attachType: attachType.iterator, attach: false }),
  },
  tp_btf: {
    what: 'typed tracepoints',
    since: '5.5',
    probe: (native) => hook(native, { target: 'sched_process_exec', attachType: attachType.rawTracepoint }),
  },
  raw_tracepoint: {
    what: 'tracepoints without types',
    since: '4.17',
    probe: (native) =>
      attempt(native, 'load', loadProbe(native, { type: programType.rawTracepoint, code: nothing }), (fd) =>
        attached(native, fd, 'sched_process_exec'),
      ),
  },
  task_storage: {
    what: 'state that lives as long as its task',
    since: '5.11',
    probe: (native) => answer('map type', native.libbpf.libbpf_probe_bpf_map_type(29, null)),
  },
  task_storage_tracing: {
    what: 'task storage from tracing programs',
    since: '5.11',
    probe: taskStorageInTracing,
  },
  fentry: {
    what: 'cheap hooks on kernel functions',
    since: '5.5 (arm64: 6.0)',
    probe: (native) =>
      refusedFunctions(native) ?? hook(native, { target: 'bpf_fentry_test1', attachType: attachType.fentry }),
  },
  lsm: {
    what: 'hooks on security decisions',
    since: '5.7',
    probe: (native) => hook(native, { target: 'settime', attachType: attachType.lsm }) ?? lsmInUse(),
  },
  kprobe: {
    what: 'hooks on any kernel function',
    since: '4.1',
    byFile: true,
    probe: () =>
      existsSync('/sys/bus/event_source/devices/kprobe/type')
        ? undefined
        : 'the kernel has no perf event source "kprobe"',
  },
  syscall_tracepoints: {
    what: 'one tracepoint a system call',
    since: '4.7',
    byFile: true,
    probe: () => {
      const path = tracefs();
      if (path === undefined) return 'tracefs is not mounted: mount -t tracefs tracefs /sys/kernel/tracing';
      return existsSync(`${path}/events/syscalls`)
        ? undefined
        : 'the kernel is built without CONFIG_FTRACE_SYSCALLS';
    },
  },
  syscall_programs: {
    what: 'programs that run on demand (BPF_PROG_TEST_RUN)',
    since: '5.14',
    probe: (native) =>
      answer('program type', native.libbpf.libbpf_probe_bpf_prog_type(programType.syscall, null)),
  },
  bpf_loop: {
    what: 'long bounded loops',
    since: '5.17',
    probe: (native) => helperProbe(native, helper.loop),
  },
  task_regs: {
    what: 'in which system call a hook happens (bpf_task_pt_regs)',
    since: '5.15',
    probe: (native) => helperProbe(native, helper.taskRegs),
  },
  ring_dynptr: {
    what: 'ring records of variable size',
    since: '5.19',
    probe: (native) => helperProbe(native, helper.ringReserveDynptr),
  },
  open_coded_iterators: {
    what: 'numeric loops (bpf_iter_num)',
    since: '6.4',
    probe: (native) => {
      const id = kernelHookId(native, 'bpf_iter_num_new', attachType.fentry);
      return id === undefined ? 'the kernel does not offer bpf_iter_num_new' : undefined;
    },
  },
} as const satisfies Record<string, Probe>;

export type FeatureName = keyof typeof probes;

const hookFeatures = new Map<number, FeatureName>([
  [attachType.rawTracepoint, 'tp_btf'],
  [attachType.fentry, 'fentry'],
  [attachType.fexit, 'fentry'],
  [attachType.modifyReturn, 'fentry'],
  [attachType.lsm, 'lsm'],
  [attachType.lsmCgroup, 'lsm'],
  [attachType.iterator, 'iterators'],
]);

/** The kind of program for an attach type (`enum bpf_attach_type`). */
export function featureOfHook(type: number): FeatureName | undefined {
  return hookFeatures.get(type);
}

/** libbpf's own probes: 1 yes, 0 no, or -errno. */
function answer(what: string, result: number): string | undefined {
  if (result > 0) return undefined;
  if (result === 0) return `the kernel does not know the ${what}`;
  return refused(`the ${what} cannot be probed`, result);
}

function helperProbe({ libbpf }: Native, number: number): string | undefined {
  return answer('helper', libbpf.libbpf_probe_bpf_helper(programType.rawTracepoint, number, null));
}

interface Hook {
  readonly target: string;
  readonly attachType: number;
  /** Iterators are not attached like the others, and need no more than to load. */
  readonly attach?: boolean;
}

/** A program that does nothing, on a hook where nothing happens. */
function hook(native: Native, { target, attachType: kind, attach = true }: Hook): string | undefined {
  const attachTo = kernelHookId(native, target, kind);
  if (attachTo === undefined) return `the kernel's BTF has no ${target} for this kind of hook`;
  const type = kind === attachType.lsm ? programType.lsm : programType.tracing;
  return attempt(
    native,
    'load',
    loadProbe(native, { type, attachType: kind, attachTo, code: nothing }),
    (fd) => (attach ? attached(native, fd, null) : undefined),
  );
}

/** Returns why this process may not hook any function. Does not read the kernel's BTF. */
function refusedFunctions(native: Native): string | undefined {
  const noFunction = { type: programType.tracing, attachType: attachType.fentry, attachTo: 1, code: nothing };
  const status = loadProbe(native, noFunction);
  return withDescriptor(native, status, () =>
    status === -errno.EPERM ? refused('the kernel refuses to load it', status) : undefined,
  );
}

function attached(native: Native, program: number, tracepoint: string | null): string | undefined {
  const name = tracepoint === null ? null : cString(tracepoint);
  return attempt(native, 'attach', native.libbpf.bpf_raw_tracepoint_open(name, program), () => undefined);
}

/** Goes on with the descriptor, or says what was refused. */
function attempt(
  native: Native,
  what: string,
  fd: number,
  next: (fd: number) => string | undefined,
): string | undefined {
  return withDescriptor(native, fd, () =>
    fd < 0 ? refused(`the kernel refuses to ${what} it`, fd) : next(fd),
  );
}

function refused(what: string, status: number): string {
  if (status !== -errno.EPERM) return `${what} (${errnoName(status)})`;
  const environment = readEnvironment();
  const missing = missingPrivilege(environment);
  if (missing !== undefined) return `${what} (EPERM: ${missing})`;
  return isLocked(environment.lockdown)
    ? `${what} (EPERM: locked down, ${environment.lockdown})`
    : `${what} (EPERM despite full privileges)`;
}

/** Returns the fault of the file, judged by its first bytes. */
function kernelBtfFault(): string | undefined {
  const path = '/sys/kernel/btf/vmlinux';
  const begin = Buffer.alloc(btfHeaderSize);
  let fd = -1;
  try {
    fd = openSync(path, 'r');
    const isBtf =
      readSync(fd, begin) === btfHeaderSize && begin.readUInt16LE(0) === btfMagic && begin[2] === 1;
    return isBtf ? undefined : `${path} does not hold types: is something mounted over it?`;
  } catch (error) {
    return `${path} cannot be read: ${(error as NodeJS.ErrnoException).code}`;
  } finally {
    if (fd >= 0) closeSync(fd);
  }
}

/** `struct btf_header` of `linux/btf.h`. */
const btfHeaderSize = 24;
const btfMagic = 0xeb9f;

/** `BPF_MAP_TYPE_ARRAY`. */
const arrayMap = 2;

/**
 * Why no probe can tell what the kernel has: bpf(2) is refused to this process altogether.
 * Undefined where it is not.
 */
export function refusesAll(native: Native): string | undefined {
  const missing = missingPrivilege(readEnvironment());
  if (missing !== undefined) return `not privileged: ${missing}`;
  const status = native.libbpf.bpf_map_create(arrayMap, cString('spoor_probe'), 4, 4, 1, null);
  return withDescriptor(native, status, () =>
    status === -errno.EPERM ? 'bpf(2) is forbidden (EPERM), by seccomp or a security module' : undefined,
  );
}

/**
 * Probes whether a tracing program may reach task storage, and not only create a map of it. Asked
 * of an untyped program, since all kinds of tracing programs have the same helpers
 * (`bpf_tracing_func_proto`): for a typed one the hook's id would have to be found, in the 5 MB of
 * the kernel's BTF.
 */
function taskStorageInTracing(native: Native): string | undefined {
  const { btf, map } = createTaskStorage(native);
  const code = [
    bpf.call(helper.currentTaskBtf),
    ...bpf.map(1, map),
    bpf.copy(2, 0),
    bpf.set(3, 0),
    bpf.set(4, 0),
    bpf.call(helper.taskStorageGet),
    bpf.set(0, 0),
    bpf.exit,
  ];
  return withDescriptor(native, btf, () =>
    attempt(native, 'create', map, () =>
      attempt(native, 'load', loadProbe(native, { type: programType.rawTracepoint, code }), () => undefined),
    ),
  );
}

/** An LSM program loads and attaches also where nobody asks it. */
function lsmInUse(): string | undefined {
  const path = '/sys/kernel/security/lsm';
  if (!existsSync(path)) return undefined;
  return readFileSync(path, 'utf8').split(',').includes('bpf')
    ? undefined
    : 'bpf is not among the active LSMs: boot with lsm=…,bpf';
}
