import {
  SignalAction,
  SignalOutcome,
  SignalReceiver,
  signalActionNames,
  signalOutcomeNames,
  signalReceiverNames,
} from '../../gen/index.js';
import { namesOf } from '../names/names.js';
import { signalCodes } from '../names/signal-code.js';
import { declareEvent, field, type Test } from './field.js';
import { hexNumber, integer, named, signal as signalName, u64 } from './fields.js';

const words = (
  table: Readonly<Record<number, string>>,
  values: Readonly<Record<string, number>>,
  examples: string,
) => namesOf((value) => table[value] ?? String(value), Object.values(values), examples);

const isOomKill: readonly Test[] = [{ field: 'oomKill', is: [1] }];
const bytes = (description: string) => u64(description, { when: isOomKill });

export const signal = declareEvent({
  summary: 'The kernel sent a signal by itself: a fault, the OOM kill, a timer.',
  notes: [
    'The process of the event is the one that receives the signal. The event `kill` reports signals that processes send.',
    'The OOM kill is told by the code that sends it. If /proc/kallsyms does not show its address, the OOM kill is a SIGKILL ' +
      'with SI_KERNEL like others.',
    'Before Linux 5.15 signals of POSIX timers and message queues are missing, and each event has the flag racy: ' +
      'a process can send itself a signal that looks like a fault.',
    'Not seen: SIGCHLD, which follows the exit of a child, and the SIGKILL by which a process that ends stops its own threads.',
  ],
  data: {
    signal: signalName('The signal.'),
    code: named(signalCodes, 'si_code: SEGV_MAPERR, SI_KERNEL …; the number of a code without a name.'),
    address: hexNumber('Of a fault, the address that si_addr has.', {
      when: [{ field: 'hasAddress', is: [1] }],
    }),
    outcome: named(
      words(signalOutcomeNames, SignalOutcome, 'delivered, blocked'),
      'delivered, ignored, already-pending, blocked (waits until the receiver unblocks it), without-info or not-queued.',
    ),
    action: named(
      words(signalActionNames, SignalAction, 'default, handler'),
      'What the process has set for the signal: default, ignore or handler. The kernel resets it to default for a fault that ' +
        'is blocked or ignored.',
    ),
    receiver: named(
      words(signalReceiverNames, SignalReceiver, 'thread, process'),
      'Whether the signal is for the thread or for the whole process.',
    ),
    syscall: integer('Of SYS_SECCOMP, the number of the call that the filter refused.', {
      when: [{ field: 'syscall', min: 0 }],
    }),
    oomKill: field<boolean>()(
      {
        form: { type: 'number', show: (value) => value !== 0 },
        schema: { const: true },
        description: 'True if the kernel killed the process because memory ran out.',
      },
      { when: isOomKill },
    ),
    totalVmBytes: bytes('Address space of the process that the OOM killer chose.'),
    anonRssBytes: bytes('Its anonymous memory in RAM, about as much as the kernel counts.'),
    fileRssBytes: bytes('Its file pages in RAM.'),
    shmemRssBytes: bytes('Its shared memory in RAM.'),
    oomScoreAdj: integer('Its oom_score_adj.', { when: isOomKill }),
  },
});
