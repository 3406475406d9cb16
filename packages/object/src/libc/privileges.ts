import { constants } from 'node:os';
import { errnoName, SpoorError } from '@spoor/core';
import { type Native, native } from '../ffi/native.js';

/** include/uapi/linux/prctl.h */
const pr = {
  SET_PDEATHSIG: 1,
  GET_PDEATHSIG: 2,
  SET_DUMPABLE: 4,
  SET_KEEPCAPS: 8,
  CAPBSET_DROP: 24,
  GET_SECUREBITS: 27,
  SET_NO_NEW_PRIVS: 38,
  CAP_AMBIENT: 47,
} as const;
const ambientClearAll = 4n;
/** include/uapi/linux/capability.h */
const capabilityVersion = 0x20080522;
/** include/uapi/linux/securebits.h: a change of the user id takes no capability from a thread. */
const SECBIT_NO_SETUID_FIXUP = 1 << 2;
const CAP_SETPCAP = 1n << 8n;
const CAP_BPF = 1n << 39n;

/** The next one, (uid_t)-1, means "no change" to setresuid(). */
const largestId = 0xffff_fffe;

export interface DropOptions {
  /** User id and group id that the process has from then on: 1 to 4294967294. */
  readonly id: number;
  /**
   * Returns true if the remaining work of the process succeeds. Called without any capability. If
   * it fails, CAP_BPF is kept: kernels before 5.19 may need it for open descriptors.
   */
  readonly works: () => boolean;
}

/** The rights that a process still has after it gave them up. */
export interface Dropped {
  /** `bpf`: the main thread keeps CAP_BPF. */
  readonly kept: readonly 'bpf'[];
}

/**
 * Gives up root for good: user and group ids of all threads, supplementary groups, every capability
 * of every thread, and the right to gain any by executing a program. The process keeps its
 * descriptors and mappings, and refuses debuggers. It still ends with its parent if it did before.
 * The whole process changes, so use this only in a program that does nothing else.
 *
 * The bounding set and `no_new_privs` belong to a thread. They are set for the calling thread and
 * those that it starts later. A program that wants them for all threads sets `no_new_privs` before
 * it executes Node.js.
 *
 * @throws {SpoorError} INVALID_VALUE for an id of root, or that is not one
 * @throws {SpoorError} SYSCALL_FAILED when the kernel refuses, NO_PRIVILEGE when the process has no
 *   CAP_SETUID, or when SECBIT_NO_SETUID_FIXUP would leave its threads their capabilities. Then at
 *   most the supplementary groups have changed
 *
 * @example
 * ```ts
 * dropPrivileges({ id: 65_534, works: () => reader.backlog >= 0 });
 * ```
 */
export function dropPrivileges({ id, works }: DropOptions): Dropped {
  if (!Number.isInteger(id) || id < 1 || id > largestId)
    throw new SpoorError('INVALID_VALUE', `privileges cannot be given up to the user id ${id}`, {
      remedy: `Give a whole number from 1 to ${largestId}: 65533 is an id without an account.`,
    });
  const { driver, libc } = native();
  const deathSignal = new Int32Array(1);
  libc.prctl(pr.GET_PDEATHSIG, driver.address(deathSignal), 0n, 0n, 0n);
  const parent = process.ppid;
  const securebits = libc.prctl(pr.GET_SECUREBITS, 0n, 0n, 0n, 0n);
  if (securebits > 0 && securebits & SECBIT_NO_SETUID_FIXUP)
    throw refused(
      'SECBIT_NO_SETUID_FIXUP leaves threads their capabilities',
      'setresuid',
      constants.errno.EPERM,
    );
  libc.prctl(pr.SET_KEEPCAPS, 1n, 0n, 0n, 0n);
  checked('setgroups', libc.setgroups(0n, null));
  checked('setresgid', libc.setresgid(id, id, id));
  checked('setresuid', libc.setresuid(id, id, id));
  libc.prctl(pr.SET_KEEPCAPS, 0n, 0n, 0n, 0n);
  // Of the calling thread alone is anything left: the others have lost all with the user id.
  setCapabilities({ effective: CAP_SETPCAP, permitted: CAP_SETPCAP | CAP_BPF });
  for (let bit = 0n; libc.prctl(pr.CAPBSET_DROP, bit, 0n, 0n, 0n) === 0; ) bit++;
  libc.prctl(pr.CAP_AMBIENT, ambientClearAll, 0n, 0n, 0n);
  libc.prctl(pr.SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n);
  libc.prctl(pr.SET_DUMPABLE, 0n, 0n, 0n, 0n);
  // The change of user has cleared it.
  libc.prctl(pr.SET_PDEATHSIG, BigInt(deathSignal[0]!), 0n, 0n, 0n);
  if (deathSignal[0] !== 0 && process.ppid !== parent) process.kill(process.pid, deathSignal[0]);
  setCapabilities({ effective: 0n, permitted: CAP_BPF });
  const needsBpf = !works();
  if (needsBpf) setCapabilities({ effective: CAP_BPF, permitted: CAP_BPF });
  else setCapabilities({ effective: 0n, permitted: 0n });
  return { kept: needsBpf ? ['bpf'] : [] };
}

function setCapabilities({ effective, permitted }: { effective: bigint; permitted: bigint }): void {
  const low = (word: bigint) => Number(word & 0xffffffffn);
  const high = (word: bigint) => Number(word >> 32n);
  const { libc } = native();
  const header = Uint32Array.of(capabilityVersion, 0);
  const data = Uint32Array.of(low(effective), low(permitted), 0, high(effective), high(permitted), 0);
  checked('capset', libc.capset(header, data));
}

function checked(call: keyof Native['libc'], status: number): void {
  if (status === 0) return;
  const errno = native().driver.errno();
  throw refused(`${call} failed: ${errnoName(errno)}`, call, errno);
}

function refused(why: string, call: string, errno: number): SpoorError {
  const code = errno === constants.errno.EPERM ? 'NO_PRIVILEGE' : 'SYSCALL_FAILED';
  return new SpoorError(code, `privileges cannot be given up: ${why}`, {
    call,
    errno,
    remedy: 'Keep them: --keep-root.',
  });
}
