import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { arch, release } from 'node:os';
import { ProcInfo } from '@spoor/bpf/structs';
import { systemInfo } from '@spoor/object';
import { type Environment, isLocked, missingPrivilege, readEnvironment } from '@spoor/object/system';
import { defaultProcessMapSize, defaultRingSizes, mapEntryBytes } from '@spoor/tracer/command';
import { countText, sizeText } from '../output/text.js';
import type { Check } from './check.js';

const firstKernel = [5, 10] as const;
/**
 * Since this version BPF memory is charged to the memory cgroup, not to the locked memory of a
 * process.
 */
const kernelWithoutMemlock = [5, 11] as const;

/** Checks the machine without using BPF. */
export function checkHost(): readonly Check[] {
  const environment = readEnvironment();
  return [
    checkSystem(),
    checkKernel(),
    checkPrivilege(environment),
    checkMount('/proc', environment.hasProcfs, 'mount -t proc proc /proc'),
    checkMount('/sys', environment.hasSysfs, 'mount -t sysfs sysfs /sys'),
    checkLockdown(environment.lockdown),
    checkMemlock(),
    checkTracefs(environment.hasTracefs),
  ];
}

function checkSystem(): Check {
  const name = 'system';
  const found = `${process.platform} on ${arch()}, Node.js ${process.version}`;
  if (process.platform === 'linux' && ['x64', 'arm64'].includes(arch())) return { name, status: 'ok', found };
  const remedy = 'Tracing needs Linux on x86-64 or arm64. spoor replay works on this system.';
  return { name, status: 'missing', found, remedy };
}

function checkKernel(): Check {
  const found = release();
  if (atLeast(found, firstKernel)) return { name: 'kernel', status: 'ok', found };
  return {
    name: 'kernel',
    status: 'missing',
    found,
    remedy: `Boot a kernel ${firstKernel.join('.')} or later.`,
  };
}

/** Checks the rights of this process. The features of the kernel are checked separately. */
export const privilege = 'privilege';

function checkPrivilege(environment: Environment): Check {
  const name = privilege;
  if (!environment.hasProcfs) {
    return { name, status: 'unknown', found: 'unknown: /proc does not show this process' };
  }
  const missing = missingPrivilege(environment);
  if (missing === undefined) {
    return { name, status: 'ok', found: process.getuid?.() === 0 ? 'root' : 'CAP_BPF and CAP_PERFMON' };
  }
  return {
    name,
    status: 'missing',
    found: `not privileged: ${missing}`,
    remedy: environment.inUserNamespace
      ? 'Run it outside the user namespace, as root of the machine: sudo spoor doctor. A rootless container has its own user namespace.'
      : 'Run it as root: sudo spoor doctor. CAP_BPF and CAP_PERFMON are enough since kernel 5.8. In a container, add both: ' +
        '--cap-add BPF --cap-add PERFMON, or --privileged.',
  };
}

function checkMount(name: string, isThere: boolean, remedy: string): Check {
  return isThere
    ? { name, status: 'ok', found: 'mounted' }
    : { name, status: 'missing', found: 'not mounted, or not visible to this process', remedy };
}

function checkLockdown(lockdown: string | undefined): Check {
  const name = 'lockdown';
  const found = lockdown ?? 'none: the kernel has no lockdown';
  if (!isLocked(lockdown)) return { name, status: 'ok', found };
  if (lockdown === 'integrity') {
    return {
      name,
      status: 'reduced',
      found: 'integrity: BPF can read kernel memory but not write it',
      remedy: 'Nothing needs to be done: spoor only reads.',
    };
  }
  const remedy = 'Boot without lockdown=confidentiality. With Secure Boot, the distribution may set it.';
  return { name, status: 'missing', found, remedy };
}

function checkMemlock(): Check {
  const name = 'memlock';
  const limit = /^Max locked memory\s+(\S+)/m.exec(readText('/proc/self/limits'))?.[1] ?? 'unknown';
  if (atLeast(release(), kernelWithoutMemlock)) {
    return { name, status: 'ok', found: `${limit}; BPF maps do not count since 5.11` };
  }
  if (limit === 'unlimited') return { name, status: 'ok', found: limit };
  return {
    name,
    status: 'reduced',
    found: `${limit} bytes`,
    remedy: 'Run ulimit -l unlimited before spoor.',
  };
}

function checkTracefs(mounted: boolean): Check {
  const name = 'tracefs';
  if (mounted) return { name, status: 'ok', found: 'mounted' };
  return {
    name,
    status: 'reduced',
    found: 'not mounted; optional; spoor does not need it',
    remedy: 'Other tools may need it: mount -t tracefs tracefs /sys/kernel/tracing',
  };
}

/**
 * Checks the libraries that talk to the kernel, and the memory that a trace takes.
 * @throws {SpoorError} LIBBPF_MISSING when libbpf cannot be used
 */
export function checkLibraries(): readonly Check[] {
  const { ffi, libbpf, possibleCpus } = systemInfo();
  const processes = countProcesses();
  const valueSize = ProcInfo.layout.size;
  const rings = defaultRingSizes(possibleCpus);
  const entries = defaultProcessMapSize({ possibleCpus, processes }, valueSize);
  return [
    { name: 'libbpf', status: 'ok', found: `${libbpf}, called through ${ffi}` },
    {
      name: 'process map',
      status: 'ok',
      found:
        `${countText(entries)} entries by default, ${sizeText(entries * mapEntryBytes(valueSize))} of kernel memory ` +
        `(${countText(processes)} processes, ${possibleCpus} possible CPUs)`,
    },
    {
      name: 'rings',
      status: 'ok',
      found: `${sizeText(rings.lifecycle)} for fork, exec and exit, ${sizeText(rings.activity)} for all other events, by default`,
    },
  ];
}

function countProcesses(): number {
  try {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
  } catch {
    // Without procfs, another check reports the problem.
    return 0;
  }
}

export function atLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [, found = '0', foundMinor = '0'] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(found) > major || (Number(found) === major && Number(foundMinor) >= minor);
}

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
