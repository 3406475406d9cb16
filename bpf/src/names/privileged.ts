import { type BitNames, bitNames } from './bits.js';
import { listedNames, type Names, namesOf } from './names.js';

/** Options of prctl() that are events, in include/uapi/linux/prctl.h. */
const options: Readonly<Record<number, string>> = {
  4: 'PR_SET_DUMPABLE',
  8: 'PR_SET_KEEPCAPS',
  22: 'PR_SET_SECCOMP',
  24: 'PR_CAPBSET_DROP',
  28: 'PR_SET_SECUREBITS',
  36: 'PR_SET_CHILD_SUBREAPER',
  38: 'PR_SET_NO_NEW_PRIVS',
  1499557217: 'PR_SET_PTRACER',
};

/** Operations by the group that OPERATION() of bpf/events/privileged.h gives them. */
const groups: Readonly<Record<number, { readonly prefix: string; readonly numbers: readonly string[] }>> = {
  /** include/uapi/linux/keyctl.h */
  1: {
    prefix: 'KEYCTL_',
    numbers:
      `GET_KEYRING_ID JOIN_SESSION_KEYRING UPDATE REVOKE CHOWN SETPERM DESCRIBE CLEAR LINK UNLINK SEARCH READ
INSTANTIATE NEGATE SET_REQKEY_KEYRING SET_TIMEOUT ASSUME_AUTHORITY GET_SECURITY SESSION_TO_PARENT REJECT
INSTANTIATE_IOV INVALIDATE GET_PERSISTENT DH_COMPUTE PKEY_QUERY PKEY_ENCRYPT PKEY_DECRYPT PKEY_SIGN PKEY_VERIFY
RESTRICT_KEYRING MOVE CAPABILITIES WATCH_KEY`.split(/\s+/),
  },
  /** include/uapi/linux/seccomp.h */
  2: { prefix: 'SECCOMP_SET_MODE_', numbers: ['STRICT', 'FILTER'] },
  /** PR_SET_MM */
  35: {
    prefix: 'PR_SET_MM_',
    numbers:
      '0 START_CODE END_CODE START_DATA END_DATA START_STACK START_BRK BRK ARG_START ARG_END ENV_START ENV_END AUXV EXE_FILE MAP MAP_SIZE'.split(
        ' ',
      ),
  },
  /** PR_CAP_AMBIENT */
  47: { prefix: 'PR_CAP_AMBIENT_', numbers: ['0', 'IS_SET', 'RAISE', 'LOWER', 'CLEAR_ALL'] },
};

/** Commands of reboot() by their low halves: include/uapi/linux/reboot.h. */
const rebootGroup = 3;
const rebootCommands: Readonly<Record<number, string>> = {
  0: 'CAD_OFF',
  17767: 'RESTART',
  291: 'HALT',
  52719: 'CAD_ON',
  65244: 'POWER_OFF',
  50132: 'RESTART2',
  64738: 'SW_SUSPEND',
  17731: 'KEXEC',
};

const operationOf = (group: number, number: number) => group * 0x10000 + number;

const operations = new Map<number, string>([
  ...Object.entries(options).map(([option, name]) => [Number(option), name] as const),
  ...Object.entries(groups).flatMap(([group, { prefix, numbers }]) =>
    numbers.map((name, number) => [operationOf(Number(group), number), `${prefix}${name}`] as const),
  ),
  ...Object.entries(rebootCommands).map(
    ([command, name]) => [operationOf(rebootGroup, Number(command)), `LINUX_REBOOT_CMD_${name}`] as const,
  ),
]);

/** Operations of the event `privileged`: the name, or the number of one without a name. */
export const privilegedOperations: Names<string> = namesOf(
  (operation) => operations.get(operation) ?? String(operation & 0xffff),
  [...operations.keys()],
  'PR_SET_DUMPABLE, KEYCTL_READ',
);

/** Flags of securebits: include/uapi/linux/securebits.h. */
export const secureBits: BitNames = bitNames(
  'SECBIT_',
  `NOROOT NOROOT_LOCKED NO_SETUID_FIXUP NO_SETUID_FIXUP_LOCKED KEEP_CAPS KEEP_CAPS_LOCKED NO_CAP_AMBIENT_RAISE
NO_CAP_AMBIENT_RAISE_LOCKED EXEC_RESTRICT_FILE EXEC_RESTRICT_FILE_LOCKED EXEC_DENY_INTERACTIVE
EXEC_DENY_INTERACTIVE_LOCKED`,
);

/** Types of events: include/uapi/linux/perf_event.h. Other numbers are units of this machine. */
export const perfTypes: Names<string> = listedNames(
  'hardware software tracepoint hw_cache raw breakpoint'.split(' '),
  'tracepoint, breakpoint',
);

/** Clocks: include/uapi/linux/time.h. */
export const clocks: Names<string> = listedNames(
  `REALTIME MONOTONIC PROCESS_CPUTIME_ID THREAD_CPUTIME_ID MONOTONIC_RAW REALTIME_COARSE MONOTONIC_COARSE BOOTTIME
REALTIME_ALARM BOOTTIME_ALARM SGI_CYCLE TAI`
    .split(/\s+/)
    .map((name) => `CLOCK_${name}`),
  'CLOCK_REALTIME, CLOCK_TAI',
);

const openFlags: BitNames = [...bitNames('O_', 'NONBLOCK', 11), ...bitNames('O_', 'CLOEXEC', 19)];

/** include/uapi/linux/timex.h */
const adjustments: BitNames = [
  [0x8001, 'ADJ_OFFSET_SINGLESHOT'],
  ...bitNames(
    'ADJ_',
    'OFFSET FREQUENCY MAXERROR ESTERROR STATUS TIMECONST - TAI SETOFFSET - - - MICRO NANO TICK',
  ),
];

/** Flags by the call that has them. */
export const privilegedFlags = {
  seccomp: bitNames(
    'SECCOMP_FILTER_FLAG_',
    'TSYNC LOG SPEC_ALLOW NEW_LISTENER TSYNC_ESRCH WAIT_KILLABLE_RECV',
  ),
  perf_event_open: bitNames('PERF_FLAG_', 'FD_NO_GROUP FD_OUTPUT PID_CGROUP FD_CLOEXEC'),
  userfaultfd: [...bitNames('UFFD_', 'USER_MODE_ONLY'), ...openFlags],
  delete_module: [...bitNames('O_', 'TRUNC', 9), ...openFlags],
  swapon: bitNames('SWAP_FLAG_', 'PREFER DISCARD DISCARD_ONCE DISCARD_PAGES', 15),
  adjtimex: adjustments,
  clock_adjtime: adjustments,
} as const satisfies Readonly<Record<string, BitNames>>;
