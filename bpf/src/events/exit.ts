import { IoAccounts } from '../../gen/index.js';
import { declareEvent, field } from './field.js';
import { signal, u64 } from './fields.js';

const account = (description: string) => u64(description, { ifRecorded: true });
const bytes = (least: IoAccounts, description: string) =>
  u64(description, { ifRecorded: true, when: [{ field: 'ioAccounts', min: least }] });

export const exit = declareEvent({
  summary: 'The last thread of a process ended.',
  notes: [
    'The process of a traced command starts before the trace and waits for it. durationNs includes that wait. The table and the ' +
      'tree count from the exec of the command.',
    'Times, memory and switches are of the process itself, with its threads that have ended and the programs that it executed before. ' +
      'They do not include children, as the usage does that wait4() returns. Bytes include those of children that the process waited ' +
      'for, as in /proc/PID/io: the kernel keeps one sum. What the kernel does for the process after the event is missing, such as ' +
      'closing its files.',
    'The scheduler knows how long the process ran. The ticks of the clock (100 to 1,000 a second) divide that into user and system ' +
      'time, as in wait4(): a program that ends within a tick has all of it in one of both. What the last thread ran since the last ' +
      'tick is known only if it never waited. Otherwise it is missing.',
  ],
  data: {
    code: field<number>()({
      form: { type: 'number', show: (code) => code & 0xff },
      schema: { type: 'integer', minimum: 0, maximum: 255 },
      description: 'What it passed to exit(); 0 when a signal ended it.',
    }),
    signal: signal('The signal that ended it, or null.'),
    coreDumped: field<boolean>()({
      form: { type: 'number', show: (value) => value !== 0 },
      schema: { type: 'boolean' },
      description: 'Whether the kernel wrote a core dump.',
    }),
    durationNs: u64('From the start of the process to its end.'),
    userTimeNs: account('Time that it ran in user space, all threads together.'),
    systemTimeNs: account('Time that the kernel ran for it.'),
    maxRssBytes: account('The most memory that it had in RAM at once, as getrusage() counts it.'),
    readBytes: bytes(
      IoAccounts.IO_ACCOUNTS_CALLS,
      'Bytes that read() and its like returned, from anywhere: rchar in /proc/PID/io. Left out without CONFIG_TASK_XACCT.',
    ),
    writeBytes: bytes(IoAccounts.IO_ACCOUNTS_CALLS, 'Bytes that write() and its like took: wchar.'),
    storageReadBytes: bytes(
      IoAccounts.IO_ACCOUNTS_STORAGE,
      'Bytes that were read from storage for it: read_bytes. Left out without CONFIG_TASK_IO_ACCOUNTING.',
    ),
    storageWriteBytes: bytes(
      IoAccounts.IO_ACCOUNTS_STORAGE,
      'Bytes of files in memory that it changed, to be written to storage: write_bytes.',
    ),
    voluntarySwitches: account('How often a thread gave up the CPU, to wait for something.'),
    involuntarySwitches: account('How often a thread lost the CPU to another one.'),
  },
});
