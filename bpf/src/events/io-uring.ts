import { IoUringAction } from '../../gen/index.js';
import { ioUringOperations, setupFlags } from '../names/io-uring.js';
import { declareEvent, field, type Test } from './field.js';
import { error, flags, named, u32 } from './fields.js';

const sets: Test = { field: 'action', not: [IoUringAction.RING_OPERATION] };

export const ioUring = declareEvent({
  summary: 'A process set up a ring, or used one for an operation for the first time.',
  notes: [
    'Opens, connects, unlinks, renames and mkdirs of a ring are events of their own too (flag via-io-uring), from Linux 5.19 on.',
    'Not seen: the result of an operation whose completion found no room in its queue.',
  ],
  data: {
    operation: named(ioUringOperations, 'OPENAT, CONNECT …: what the process does without a system call.', {
      when: [{ field: 'action', is: [IoUringAction.RING_OPERATION] }],
    }),
    fd: field<number>()(
      {
        form: { type: 'number' },
        schema: { type: 'integer', minimum: 0 },
        description: 'Of a set-up, the ring.',
      },
      { from: 'result', when: [sets, { field: 'result', min: 0 }] },
    ),
    entries: u32('Of a set-up, the length of the queue.', { when: [sets] }),
    flags: flags(setupFlags, 'IORING_SETUP_SQPOLL', [sets]),
    error: error([sets]),
  },
});
