import { bitsNames } from '../names/bits.js';
import { cloneFlags } from '../names/clone-flags.js';
import { declareEvent } from './field.js';
import { isNotZero, named, u32, u64 } from './fields.js';
import { processIdOf } from './process-fields.js';

export const fork = declareEvent({
  summary: 'A process or a thread was started.',
  notes: [
    'tgid is the process that called. With CLONE_PARENT the new process is a child of the parent of that process. Its ppid says ' +
      'so, while the tree draws it below the process that called.',
    'namespaces are what the kernel gave the child, by flags of clone or by an unshare or setns of the process before.',
    'ppid in every event is the parent process now. A process whose parent has ended is reparented, to the nearest subreaper or to ' +
      'init, and has another ppid from then on. The tree keeps it below the process that started it.',
  ],
  data: {
    childTgid: u32('Process that was started; of a thread, its own process.'),
    childTid: u32('Thread that was started.'),
    childStartTimeNs: u64('Start of the child process, CLOCK_BOOTTIME: with childTgid, its identity.'),
    childProcessId: processIdOf(
      ['childTgid', 'childStartTimeNs'],
      'Identity of the child process on all machines, as processId of its own events.',
    ),
    namespaces: named(
      bitsNames(cloneFlags),
      'Namespaces that the child is in and the process that called is not: CLONE_NEWPID|CLONE_NEWNET.',
      { ifRecorded: true, when: isNotZero('namespaces') },
    ),
  },
});
