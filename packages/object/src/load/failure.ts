import { errno, errnoName, SpoorError, type SpoorErrorCode, type SpoorErrorOptions } from '@spoor/core';
import { type Environment, isLocked, missingPrivilege } from '../features/environment.js';
import { lackingCapabilities, type Needs } from './capabilities.js';
import { decisiveMessage, libbpfReason, type Reason, refusedProgram } from './libbpf-reason.js';
import { type MapShape, mapFault } from './map-fault.js';
import { rejectionRemedy } from './rejection-remedy.js';

export const privilegeRemedy =
  'Run as root, or give the process CAP_BPF and CAP_PERFMON (kernel 5.8 and later). In a container: --privileged, or both ' +
  'capabilities and a seccomp profile that allows bpf(2); a user namespace of its own is never enough.';

export const userNamespaceRemedy =
  'Run it in the user namespace of the machine: as root (sudo) outside of the container, or in a container with root of the ' +
  'machine. Rootless containers and unshare --user have one of their own.';

const forbiddenRemedy =
  'A seccomp profile or a security module (LSM, SELinux, AppArmor) forbids it: allow bpf(2). Before kernel 5.11 the limit of ' +
  'locked memory does it too: ulimit -l unlimited.';

/** For calls that found no memory. */
export const memoryRemedy = 'Free some memory, or raise the memory limit of the cgroup.';

export const descriptorRemedy =
  'Raise the limit of open files (ulimit -n), or close some: each map and program takes one.';

/** A load takes fewer: one for each map and program, and a few more. */
const enoughDescriptors = 64;

export const lockdownRemedy =
  'The kernel is locked down, as it is with Secure Boot on some distributions. Boot without lockdown=confidentiality, or ' +
  'disable Secure Boot.';

/** The facts of a failed load. */
export interface LoadEvidence {
  /** The object's name. */
  readonly object: string;
  /** As libbpf returned it: -errno. */
  readonly status: number;
  /** The program that the verifier refused, with its log. */
  readonly rejection: { readonly program: string; readonly log: string } | undefined;
  /** The first map that the kernel does not create, tried alone. */
  readonly map: RefusedMap | undefined;
  /** The result of loading a program that does nothing: a descriptor, or -errno. */
  readonly plainProgram: number;
  /** The fault in the kernel's BTF; undefined if it can be read, or is missing. */
  readonly kernelBtfFault: string | undefined;
  /** Programs that this kernel cannot have, each with its section and why. */
  readonly unsupported: readonly string[];
  /** The enabled programs. */
  readonly programs: readonly { readonly name: string; readonly type: number }[];
  /** The warnings of libbpf, oldest first. */
  readonly messages: readonly string[];
  /** As `1.1`. */
  readonly libbpfVersion: string;
  readonly environment: Environment;
}

export interface RefusedMap extends MapShape {
  readonly name: string;
  readonly status: number;
}

/** The error that says what went wrong, of all the things that look alike as an errno. */
export function loadFailure(evidence: LoadEvidence): SpoorError {
  const { object, status, rejection, environment, map, unsupported, plainProgram } = evidence;
  const options = { call: `bpf_object__load(${object})`, errno: -status };
  const refusal = accessFailure(evidence, options);
  if (refusal !== undefined) return refusal;
  // Before what was tried after it: that has found no descriptor either.
  if (status === -errno.EMFILE || status === -errno.ENFILE) return noDescriptor(object, options);
  // libbpf does not hand every EMFILE on.
  const lacksDescriptors = (environment.descriptorsLeft ?? enoughDescriptors) < enoughDescriptors;
  if (lacksDescriptors && rejection?.log.includes("wasn't created")) return noDescriptor(object, options);
  if (evidence.kernelBtfFault !== undefined)
    return invalidKernelBtf(object, evidence.kernelBtfFault, options);
  if (rejection !== undefined) return rejected(evidence, rejection, options);
  if (!environment.hasKernelBtf) {
    return new SpoorError('BTF_MISSING', `${object} cannot be loaded: this kernel does not offer its types`, {
      ...options,
      remedy: environment.hasSysfs
        ? 'Run a kernel with CONFIG_DEBUG_INFO_BTF=y: /sys/kernel/btf/vmlinux has to exist.'
        : 'Mount sysfs, where the types are: mount -t sysfs sysfs /sys',
    });
  }
  const denied = [map?.status, plainProgram].find(isDenial);
  if (denied !== undefined) return forbidden(object, denied, options);
  const reason = libbpfReason(evidence.messages, evidence.libbpfVersion);
  if (reason !== undefined) return explained(evidence, reason, options);
  if (map !== undefined) return mapFailure(object, map, options);
  // Programs for kernel hooks fail with this errno too, without a better reason.
  if (plainProgram === -errno.ENOSYS) return noSyscall(object, options);
  if (plainProgram === -errno.ENOMEM) return failed(evidence, plainProgram, options);
  if (unsupported.length > 0) {
    return new SpoorError('UNSUPPORTED', `${object}: this kernel cannot have ${unsupported.join('; ')}`, {
      ...options,
      remedy: 'Disable the program before load(), or run a kernel that has the hook.',
      details: { programs: unsupported, libbpf: evidence.messages },
    });
  }
  if (status === -errno.EPERM) return forbidden(object, status, options);
  if (lacksDescriptors) return noDescriptor(object, options);
  return failed(evidence, status, options);
}

function explained(evidence: LoadEvidence, reason: Reason, options: SpoorErrorOptions): SpoorError {
  const { code, message, remedy, details } = reason;
  return new SpoorError(code, `${evidence.object}: ${message}`, {
    ...options,
    remedy,
    details: { ...details, libbpf: evidence.messages },
  });
}

function failed({ object, messages }: LoadEvidence, status: number, options: SpoorErrorOptions): SpoorError {
  // Without memory, what libbpf says of the kernel is a wrong guess.
  const said = status === -errno.ENOMEM ? undefined : decisiveMessage(messages);
  const why = said === undefined ? '' : `: ${said}`;
  return new SpoorError('LOAD_FAILED', `${object} cannot be loaded: ${errnoName(status)}${why}`, {
    ...options,
    details: { libbpf: messages },
    remedy: status === -errno.ENOMEM ? memoryRemedy : lastRemedy(said),
  });
}

function lastRemedy(said = ''): string {
  if (/^map '.*': failed to create/.test(said))
    return 'Look at the definition of the map. A map of maps needs an inner map: __array(values, struct …).';
  return 'No remedy is known. `bpftool -d prog load` shows all that libbpf says of the object.';
}

function invalidKernelBtf(object: string, fault: string, options: SpoorErrorOptions): SpoorError {
  const message = `${object} cannot be loaded: the kernel's types cannot be read: ${fault}`;
  return new SpoorError('BTF_INVALID', message, {
    ...options,
    remedy:
      'Look whether something is mounted over the file (findmnt). Otherwise boot a kernel whose BTF is whole.',
  });
}

function noDescriptor(object: string, options: SpoorErrorOptions): SpoorError {
  return new SpoorError('LOAD_FAILED', `${object} cannot be loaded: no file descriptor is left`, {
    ...options,
    remedy: descriptorRemedy,
  });
}

function forbidden(object: string, status: number, options: SpoorErrorOptions): SpoorError {
  const message = `${object} cannot be loaded: bpf(2) is forbidden (${errnoName(status)}), though the process has the capabilities`;
  return new SpoorError('NO_PRIVILEGE', message, { ...options, remedy: forbiddenRemedy });
}

/** Refusals that have nothing to do with the object. */
function accessFailure(evidence: LoadEvidence, options: SpoorErrorOptions): SpoorError | undefined {
  const { object, status, rejection, messages, environment } = evidence;
  const { lockdown, inUserNamespace } = environment;
  const lacking = lackingCapabilities(needs(evidence), environment);
  const isDenied = [status, evidence.map?.status].some(isDenial);
  // The kernel looks at capabilities before it verifies: a log is evidence that they sufficed.
  if (rejection === undefined && isDenied && (inUserNamespace || lacking.length > 0)) {
    const missing = missingPrivilege({ inUserNamespace, missingCapabilities: lacking });
    return new SpoorError('NO_PRIVILEGE', `${object} cannot be loaded: the process is ${missing}`, {
      ...options,
      remedy: inUserNamespace ? userNamespaceRemedy : capabilityRemedy(lacking),
      details: {
        missingCapabilities: lacking,
        inUserNamespace,
        program: refusedProgram(messages),
        libbpf: messages,
      },
    });
  }
  // Locked down, the kernel withdraws the helpers that read its memory: the verifier does not know
  // them any more.
  const log = rejection?.log ?? '';
  const helperGone = /(unknown func|cannot use helper) bpf_probe_read/.test(log);
  if (!isLocked(lockdown) || !(status === -errno.EPERM || helperGone)) return undefined;
  return new SpoorError('LOCKDOWN', `${object} cannot be loaded: the kernel is locked down (${lockdown})`, {
    ...options,
    remedy: lockdownRemedy,
    details: { lockdown, log },
  });
}

function isDenial(status: number | undefined): boolean {
  return status === -errno.EPERM || status === -errno.EACCES;
}

/** The types of the refused program; of all, if libbpf does not say which it was. */
function needs({ programs, messages, map }: LoadEvidence): Needs {
  const name = refusedProgram(messages);
  const named = programs.filter((program) => program.name === name);
  const refused = named.length > 0 ? named : programs;
  return { programTypes: refused.map(({ type }) => type), mapType: map?.type };
}

export function capabilityRemedy(lacking: readonly string[]): string {
  if (!lacking.includes('CAP_NET_ADMIN')) return privilegeRemedy;
  return `Run as root, or give the process ${lacking.join(' and ')} too: the network needs CAP_NET_ADMIN.`;
}

function rejected(
  evidence: LoadEvidence,
  { program, log }: { program: string; log: string },
  options: SpoorErrorOptions,
): SpoorError {
  const { object, programs, environment } = evidence;
  const lines = lastUsefulLines(log);
  const programTypes = programs.filter(({ name }) => name === program).map(({ type }) => type);
  const lacking = lackingCapabilities({ programTypes }, environment);
  return new SpoorError(
    'VERIFIER_REJECTED',
    `${object}: the verifier rejects ${program}:\n${lines.map((line) => `  ${line}`).join('\n')}`,
    {
      ...options,
      remedy: rejectionRemedy(log, lacking),
      details: { program, log, libbpf: evidence.messages },
    },
  );
}

const usefulLines = 6;
/** The verifier's closing statistics. */
const statistics = /^(processed \d+ insns|verification time|stack depth|max_states_per_insn|insns processed)/;

/** The useful part of a verifier log: its end, without the statistics. */
export function lastUsefulLines(log: string): readonly string[] {
  return log
    .split('\n')
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !statistics.test(line))
    .slice(-usefulLines);
}

/**
 * Explains why the kernel does not create a map.
 *
 * @param object the name of what the map belongs to
 */
export function mapFailure(object: string, map: RefusedMap, options: SpoorErrorOptions): SpoorError {
  const { name, maxEntries, keySize, valueSize, flags, status } = map;
  const small = maxEntries * (keySize + valueSize) < smallMap;
  if (status === -errno.ENOSYS) return noSyscall(object, options);
  const fault = mapFault(map);
  if (fault !== undefined) {
    return new SpoorError(
      fault.code,
      `${object}: the kernel does not create the map ${name}: it ${fault.problem}`,
      {
        ...options,
        call: `bpf_map_create(${name})`,
        errno: -status,
        remedy: fault.remedy,
        details: { map: name, maxEntries, keySize, valueSize, flags },
      },
    );
  }
  const mayBeSize = status === -errno.EINVAL || status === -errno.ENOMEM;
  const size = status === -errno.E2BIG || (mayBeSize && !small);
  const code: SpoorErrorCode = size ? 'MAP_SIZE' : 'LOAD_FAILED';
  return new SpoorError(
    code,
    `${object}: the kernel does not create the map ${name} of ${maxEntries} entries: ${errnoName(status)}`,
    {
      ...options,
      call: `bpf_map_create(${name})`,
      errno: -status,
      details: { map: name, maxEntries, keySize, valueSize },
      remedy: size
        ? 'Give it fewer entries with resizeMap().'
        : status === -errno.ENOMEM
          ? memoryRemedy
          : 'Look at its type, its flags, and the sizes of its keys and values.',
    },
  );
}

/** Bytes below which a map is not what takes the memory. */
const smallMap = 1024 * 1024;

function noSyscall(object: string, options: SpoorErrorOptions): SpoorError {
  return new SpoorError('UNSUPPORTED', `${object} cannot be loaded: there is no bpf(2) here (ENOSYS)`, {
    ...options,
    remedy: 'Run a kernel with CONFIG_BPF_SYSCALL=y, or allow bpf(2) in the seccomp profile.',
  });
}
