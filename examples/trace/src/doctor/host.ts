import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { arch, release } from 'node:os';
import { ProcInfo } from '@spoor/bpf';
import { describeMachine, isLocked, readEnvironment } from '@spoor/object';
import { defaultMapEntries, defaultRingSizes, mapEntryBytes } from '@spoor/tracer';
import { countText, sizeText } from '../output/text.js';
import type { Check } from './check.js';

const firstKernel = [5, 10] as const;
/** BPF memory is charged to the memory cgroup since then, and no longer to the locked memory of a process. */
const kernelWithoutMemlock = [5, 11] as const;

/** What the machine is, without asking BPF. */
export function checkHost(): readonly Check[] {
  const environment = readEnvironment();
  return [
    checkSystem(),
    checkKernel(),
    checkPrivilege(environment.missingCapabilities),
    checkLockdown(environment.lockdown),
    checkMemlock(),
    checkTracefs(environment.hasTracefs),
  ];
}

function checkSystem(): Check {
  const name = 'system';
  const found = `${process.platform} on ${arch()}, Node.js ${process.version}`;
  if (process.platform === 'linux' && ['x64', 'arm64'].includes(arch())) return { name, status: 'ok', found };
  const remedy =
    'Tracing needs Linux on x86-64 or arm64. Recordings can be replayed here: spoor replay FILE.';
  return { name, status: 'missing', found, remedy };
}

function checkKernel(): Check {
  const found = release();
  if (atLeast(found, firstKernel)) return { name: 'kernel', status: 'ok', found };
  return {
    name: 'kernel',
    status: 'missing',
    found,
    remedy: `Boot a kernel from ${firstKernel.join('.')} on.`,
  };
}

function checkPrivilege(missing: readonly string[]): Check {
  const name = 'privilege';
  if (missing.length === 0) {
    return { name, status: 'ok', found: process.getuid?.() === 0 ? 'root' : 'CAP_BPF and CAP_PERFMON' };
  }
  return {
    name,
    status: 'missing',
    found: `without ${missing.join(' and ')}`,
    remedy:
      'Run it as root (sudo). In a container, give it CAP_BPF and CAP_PERFMON: --cap-add BPF --cap-add PERFMON, or --privileged.',
  };
}

function checkLockdown(lockdown: string | undefined): Check {
  const name = 'lockdown';
  const found = lockdown ?? 'none: the kernel has no lockdown';
  if (!isLocked(lockdown)) return { name, status: 'ok', found };
  if (lockdown === 'integrity') {
    return {
      name,
      status: 'reduced',
      found: 'integrity: BPF may read kernel memory, and write none',
      remedy: 'Nothing needs to be done: spoor only reads.',
    };
  }
  const remedy = 'Boot without lockdown=confidentiality; with Secure Boot the distribution may set it.';
  return { name, status: 'missing', found, remedy };
}

function checkMemlock(): Check {
  const name = 'memlock';
  const limit = /^Max locked memory\s+(\S+)/m.exec(readText('/proc/self/limits'))?.[1] ?? 'unknown';
  if (atLeast(release(), kernelWithoutMemlock)) {
    return { name, status: 'ok', found: `${limit}; since 5.11 maps do not count` };
  }
  if (limit === 'unlimited') return { name, status: 'ok', found: limit };
  return {
    name,
    status: 'reduced',
    found: `${limit} bytes`,
    remedy: 'ulimit -l unlimited, before starting spoor.',
  };
}

function checkTracefs(mounted: boolean): Check {
  const name = 'tracefs';
  if (mounted) return { name, status: 'ok', found: 'mounted' };
  return {
    name,
    status: 'reduced',
    found: 'not mounted; spoor does without',
    remedy: 'mount -t tracefs tracefs /sys/kernel/tracing, for tools that need it.',
  };
}

/** What is loaded to talk to the kernel, and what a trace would take of memory. Throws where libbpf cannot be used. */
export function checkLibraries(): readonly Check[] {
  const { ffi, libbpf, possibleCpus } = describeMachine();
  const processes = readdirSync('/proc').filter((name) => /^\d+$/.test(name)).length;
  const valueSize = ProcInfo.layout.size;
  const rings = defaultRingSizes(possibleCpus);
  const entries = defaultMapEntries({ possibleCpus, processes }, valueSize);
  return [
    { name: 'libbpf', status: 'ok', found: `${libbpf}, by ${ffi}` },
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
      found: `${sizeText(rings.lifecycle)} for fork, exec and exit, ${sizeText(rings.activity)} for all else, by default`,
    },
  ];
}

export function atLeast(version: string, [major, minor]: readonly [number, number]): boolean {
  const [, found = '0', foundMinor = '0'] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  return Number(found) > major || (Number(found) === major && Number(foundMinor) >= minor);
}

function readText(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
