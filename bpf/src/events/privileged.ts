import { PrivilegedCall, privilegedCallNames } from '../../gen/index.js';
import { type BitNames, bitsNames, bitsText } from '../names/bits.js';
import { capabilityNumbers } from '../names/capability.js';
import { namesOf } from '../names/names.js';
import { clocks, perfTypes, privilegedFlags, privilegedOperations, secureBits } from '../names/privileged.js';
import { declareEvent, field, type Test } from './field.js';
import { error, followed, hexNumber, integer, isNotZero, named, start, text, within } from './fields.js';

const callName = (call: number) => privilegedCallNames[call]?.replaceAll('-', '_') ?? String(call);
const calls = namesOf(callName, Object.keys(privilegedCallNames).map(Number), 'prctl, keyctl');

const isCall = (...names: string[]): Test => {
  const is = Object.values(PrivilegedCall).filter((call) => names.includes(callName(call)));
  return { field: 'call', is };
};
const operation = (...names: string[]) => names.map((name) => privilegedOperations.numberOf(name, 'x64')!);

const ofCapability = operation('PR_CAPBSET_DROP', 'PR_CAP_AMBIENT_RAISE', 'PR_CAP_AMBIENT_LOWER');
const ofBits = operation('PR_SET_SECUREBITS');
const ofNumber = operation(
  'PR_SET_DUMPABLE',
  'PR_SET_KEEPCAPS',
  'PR_SET_SECCOMP',
  'PR_SET_CHILD_SUBREAPER',
  'PR_SET_NO_NEW_PRIVS',
  'PR_SET_PTRACER',
);
/** Commands of keyctl() whose second argument is not a key. */
const withoutKey = operation(
  'KEYCTL_JOIN_SESSION_KEYRING',
  'KEYCTL_SET_REQKEY_KEYRING',
  'KEYCTL_SESSION_TO_PARENT',
  'KEYCTL_GET_PERSISTENT',
  'KEYCTL_DH_COMPUTE',
  'KEYCTL_PKEY_ENCRYPT',
  'KEYCTL_PKEY_DECRYPT',
  'KEYCTL_PKEY_SIGN',
  'KEYCTL_PKEY_VERIFY',
  'KEYCTL_CAPABILITIES',
);

const isPerf = [isCall('perf_event_open')];
const withResult = isCall('seccomp', 'keyctl', 'add_key', 'request_key', 'perf_event_open', 'userfaultfd');

interface Flags {
  readonly call: number;
  readonly flags: number;
}

export const privileged = declareEvent({
  summary: 'A process used a privilege that no other event shows, or the attempt failed.',
  notes: [
    'Of prctl, the options that change what a process may do, what others may do with it, or what /proc shows of it: ' +
      'PR_SET_DUMPABLE, PR_SET_KEEPCAPS, PR_SET_SECCOMP, PR_CAPBSET_DROP, PR_SET_SECUREBITS, PR_SET_MM, ' +
      'PR_SET_CHILD_SUBREAPER, PR_SET_NO_NEW_PRIVS, PR_CAP_AMBIENT and PR_SET_PTRACER.',
    'Not seen: other options of prctl, what prctl, seccomp and adjtimex only ask, a reboot that succeeds, because the ' +
      'call does not return, and an adjustment of a clock whose modes another thread clears before the call returns.',
  ],
  data: {
    call: named(
      calls,
      'prctl, seccomp, keyctl, add_key, request_key, perf_event_open, userfaultfd, delete_module, swapon, swapoff, ' +
        'reboot, stime, settimeofday, clock_settime, adjtimex or clock_adjtime.',
    ),
    operation: named(
      privilegedOperations,
      'The option of prctl, the command of keyctl or reboot, the mode of seccomp; the number of one without a name.',
      { when: isNotZero('operation') },
    ),
    value: integer(
      'Of prctl, the argument of the option: 0 or 1, a mode of PR_SET_SECCOMP, the pid of PR_SET_PTRACER (-1 for all).',
      { when: [isCall('prctl'), { field: 'operation', is: ofNumber }] },
    ),
    capability: named(capabilityNumbers, 'The capability that prctl drops, raises or lowers.', {
      from: 'value',
      when: [isCall('prctl'), { field: 'operation', is: ofCapability }],
    }),
    secureBits: named(bitsNames(secureBits), 'Of PR_SET_SECUREBITS: SECBIT_NOROOT|SECBIT_KEEP_CAPS.', {
      from: 'value',
      when: [isCall('prctl'), { field: 'operation', is: ofBits }],
    }),
    key: integer('Of keyctl, the key that the second argument names; negative for a special keyring.', {
      from: 'value',
      when: [isCall('keyctl'), { field: 'operation', not: withoutKey }],
    }),
    keyType: text('Type of the key, as the caller gave it: user, logon, keyring …', {
      when: [isCall('add_key', 'request_key')],
    }),
    name: text('Description of the key, or name of the module, as the caller gave it.', {
      when: [isCall('add_key', 'request_key', 'delete_module')],
    }),
    keyring: integer('Of add_key and request_key, where the key goes; negative for a special keyring.', {
      from: 'value',
      when: [isCall('add_key', 'request_key')],
    }),
    path: text(
      'Of swapon and swapoff, the name as the caller gave it. After PR_SET_MM_EXE_FILE and PR_SET_MM_MAP, the binary that ' +
        '/proc/PID/exe shows.',
      { path: within(followed), optional: true },
    ),
    ...start('path'),
    pid: integer('Of perf_event_open, as the caller gave it: 0 for itself, -1 for every process.', {
      when: isPerf,
    }),
    perfCpu: integer('Of perf_event_open: -1 for every CPU.', { when: isPerf }),
    perfType: named(
      perfTypes,
      'Of perf_event_open, the type of the event: tracepoint, breakpoint …; the number of a unit of the machine.',
      { when: isPerf },
    ),
    config: hexNumber('Of perf_event_open, the configuration of the event.', { when: isPerf }),
    clock: named(clocks, 'CLOCK_REALTIME …; the number of a clock without a name.', {
      from: 'value',
      when: [isCall('clock_settime', 'clock_adjtime')],
    }),
    seconds: field<string>()(
      {
        form: { type: 'wide' },
        schema: { type: 'string', pattern: '^-?[0-9]{1,19}$' },
        description:
          'The time that a clock is set to, as the caller gave it. Left out if only the zone is set.',
      },
      { when: [{ field: 'seconds', not: [-1] }] },
    ),
    flags: field<string>()(
      {
        form: {
          type: 'custom',
          value: ({ call, flags }: Flags) =>
            bitsText(flags, (privilegedFlags as Readonly<Record<string, BitNames>>)[callName(call)] ?? []),
        },
        schema: { type: 'string' },
        description: 'Flags of the call, where there are any: SECCOMP_FILTER_FLAG_TSYNC, ADJ_SETOFFSET.',
      },
      { optional: true },
    ),
    result: integer('A descriptor, a key, or another number that the call returns.', {
      schema: { type: 'integer', minimum: 0 },
      when: [{ field: 'result', min: 0 }, withResult],
    }),
    error: error(),
  },
});
