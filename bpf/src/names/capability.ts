import { listedNames, type Names } from './names.js';

/** Capabilities by number: include/uapi/linux/capability.h. */
const names =
  `CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID KILL SETGID SETUID SETPCAP LINUX_IMMUTABLE NET_BIND_SERVICE
NET_BROADCAST NET_ADMIN NET_RAW IPC_LOCK IPC_OWNER SYS_MODULE SYS_RAWIO SYS_CHROOT SYS_PTRACE SYS_PACCT SYS_ADMIN
SYS_BOOT SYS_NICE SYS_RESOURCE SYS_TIME SYS_TTY_CONFIG MKNOD LEASE AUDIT_WRITE AUDIT_CONTROL SETFCAP MAC_OVERRIDE
MAC_ADMIN SYSLOG WAKE_ALARM BLOCK_SUSPEND AUDIT_READ PERFMON BPF CHECKPOINT_RESTORE`.split(/\s+/);

/** `['CAP_KILL', 'CAP_63']` for bits 5 and 63. */
export function capabilityNames(set: bigint): string[] {
  const found: string[] = [];
  for (let bit = 0; bit < 64; bit++) if ((set >> BigInt(bit)) & 1n) found.push(`CAP_${names[bit] ?? bit}`);
  return found;
}

/** A capability by its number. */
export const capabilityNumbers: Names<string> = listedNames(
  names.map((name) => `CAP_${name}`),
  'CAP_KILL, CAP_SYS_ADMIN',
);
