import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';

/** Facts of the machine that explain a refusal. They are read after a refusal only. */
export interface Environment {
  /** `none`, `integrity` or `confidentiality`; undefined when the kernel does not say. */
  readonly lockdown: string | undefined;
  readonly hasKernelBtf: boolean;
  /** Missing capabilities that a load needs. */
  readonly missingCapabilities: readonly string[];
  /** True without CAP_NET_ADMIN, which programs and maps for the network need. */
  readonly lacksNetAdmin: boolean;
  readonly hasTracefs: boolean;
  /** True in a user namespace, whose capabilities do not allow BPF. */
  readonly inUserNamespace: boolean;
  /** True if /proc shows this process. Otherwise capabilities and namespaces are unknown. */
  readonly hasProcfs: boolean;
  readonly hasSysfs: boolean;
  /** File descriptors that this process may still open; undefined where that is not known. */
  readonly descriptorsLeft: number | undefined;
}

/**
 * Inode of the namespace that the machine began with: `PROC_USER_INIT_INO` of `linux/proc_ns.h`.
 */
const initialUserNamespace = 0xeffffffd;

/**
 * Bits from `linux/capability.h`. Kernels before 5.8 know only CAP_SYS_ADMIN, which holds all of
 * it.
 */
const capSysAdmin = 1n << 21n;
const capNetAdmin = 1n << 12n;
const needed = { CAP_PERFMON: 1n << 38n, CAP_BPF: 1n << 39n };

/**
 * Reads the facts of the machine that explain a refusal of bpf(2).
 *
 * @example
 * ```ts
 * const { missingCapabilities } = readEnvironment();
 * ```
 */
export function readEnvironment(): Environment {
  const status = read('/proc/self/status');
  return {
    lockdown: lockdownMode(read('/sys/kernel/security/lockdown')),
    hasKernelBtf: existsSync('/sys/kernel/btf/vmlinux'),
    missingCapabilities: missingCapabilities(status),
    lacksNetAdmin: lacksNetAdmin(status),
    hasTracefs: tracefs() !== undefined,
    inUserNamespace: userNamespace() !== initialUserNamespace,
    hasProcfs: hasProcfs(),
    hasSysfs: existsSync('/sys/devices'),
    descriptorsLeft: descriptorsLeft(),
  };
}

/**
 * Returns true if procfs is mounted at /proc and shows this process. One of another pid namespace
 * does not.
 *
 * @example
 * ```ts
 * if (!hasProcfs()) console.error('mount -t proc proc /proc');
 * ```
 */
export function hasProcfs(): boolean {
  return existsSync('/proc/self/stat');
}

/**
 * Returns the reason why the kernel refuses bpf(2) to this process, or undefined if none is known.
 *
 * @param environment as read from the machine
 *
 * @example
 * ```ts
 * const reason = missingPrivilege(readEnvironment());
 * ```
 */
export function missingPrivilege(
  environment: Pick<Environment, 'inUserNamespace' | 'missingCapabilities'>,
): string | undefined {
  if (environment.inUserNamespace) return 'in a user namespace, whose capabilities do not count for BPF';
  const missing = environment.missingCapabilities;
  return missing.length === 0 ? undefined : `without ${missing.join(' and ')}`;
}

function userNamespace(): number {
  try {
    return statSync('/proc/self/ns/user').ino;
  } catch {
    return initialUserNamespace;
  }
}

function descriptorsLeft(): number | undefined {
  const limit = Number(/^Max open files\s+(\d+)/m.exec(read('/proc/self/limits'))?.[1] ?? Number.NaN);
  try {
    return Number.isNaN(limit) ? undefined : limit - readdirSync('/proc/self/fd').length;
  } catch {
    // To look at them takes one.
    return 0;
  }
}

/** The mode in brackets: `none [integrity] confidentiality`. */
export function lockdownMode(text: string): string | undefined {
  return /\[(\w+)\]/.exec(text)?.[1];
}

/**
 * Returns true if the lockdown mode restricts a privileged process.
 *
 * @example
 * ```ts
 * if (isLocked(readEnvironment().lockdown)) console.error('the kernel is locked down');
 * ```
 */
export function isLocked(lockdown: string | undefined): boolean {
  return lockdown !== undefined && lockdown !== 'none';
}

/**
 * @param status the text of `/proc/self/status`; empty where it cannot be read, and nothing is
 * known to be missing
 */
export function missingCapabilities(status: string): readonly string[] {
  const effective = effectiveCapabilities(status);
  if (effective === undefined || (effective & capSysAdmin) !== 0n) return [];
  return Object.entries(needed)
    .filter(([, bit]) => (effective & bit) === 0n)
    .map(([name]) => name);
}

/** @param status the text of `/proc/self/status` */
export function lacksNetAdmin(status: string): boolean {
  const effective = effectiveCapabilities(status);
  return effective !== undefined && (effective & (capSysAdmin | capNetAdmin)) === 0n;
}

function effectiveCapabilities(status: string): bigint | undefined {
  const mask = /^CapEff:\s*([0-9a-f]+)$/m.exec(status)?.[1];
  return mask === undefined ? undefined : BigInt(`0x${mask}`);
}

/** The folder that describes the tracepoints of the kernel; undefined without tracefs. */
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
