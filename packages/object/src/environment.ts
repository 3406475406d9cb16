import { existsSync, readFileSync } from 'node:fs';

/** What of the machine explains a refusal. Read only when something was refused. */
export interface Environment {
  /** `none`, `integrity` or `confidentiality`; undefined when the kernel does not say. */
  readonly lockdown: string | undefined;
  readonly hasKernelBtf: boolean;
  /** Which of the capabilities that loading takes are missing. */
  readonly missingCapabilities: readonly string[];
  readonly hasTracefs: boolean;
}

/** Bits from `linux/capability.h`. Kernels before 5.8 know only CAP_SYS_ADMIN, which holds all of it. */
const capSysAdmin = 1n << 21n;
const needed = { CAP_PERFMON: 1n << 38n, CAP_BPF: 1n << 39n };

export function readEnvironment(): Environment {
  return {
    lockdown: lockdownMode(read('/sys/kernel/security/lockdown')),
    hasKernelBtf: existsSync('/sys/kernel/btf/vmlinux'),
    missingCapabilities: missingCapabilities(read('/proc/self/status')),
    hasTracefs: tracefs() !== undefined,
  };
}

/** The mode in brackets: `none [integrity] confidentiality`. */
export function lockdownMode(text: string): string | undefined {
  return /\[(\w+)\]/.exec(text)?.[1];
}

/** Whether the mode withholds anything from a privileged process. */
export function isLocked(lockdown: string | undefined): boolean {
  return lockdown !== undefined && lockdown !== 'none';
}

/** @param status the text of `/proc/self/status` */
export function missingCapabilities(status: string): readonly string[] {
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1] ?? '0'}`);
  if ((effective & capSysAdmin) !== 0n) return [];
  return Object.entries(needed)
    .filter(([, bit]) => (effective & bit) === 0n)
    .map(([name]) => name);
}

/** Where the tracepoints of the kernel are described; undefined while tracefs is not mounted. */
export function tracefs(): string | undefined {
  return ['/sys/kernel/tracing', '/sys/kernel/debug/tracing'].find((path) => existsSync(`${path}/events`));
}

function read(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
