import { IoUringAction } from '@spoor/bpf';
import { bitsText } from '../names/bits.js';
import { ioUringOperationName, setupFlags } from '../names/io-uring.js';
import { errorEntry, partSchemas, unlessEmpty } from './parts.js';
import { present, schemas } from './presentation.js';

export const ioUring = present({
  kind: 'io-uring',
  summary:
    'A process set a ring up, or uses one for an operation for the first time. ' +
    'Opens, connects, unlinks, renames and mkdirs of a ring are events of their own too (flag via-io-uring), from Linux 5.19 on. ' +
    'Not seen: the result of an operation whose completion found no room in its queue.',
  schema: (t) =>
    t.Object({
      operation: t.Optional(
        t.String({ description: 'OPENAT, CONNECT …: what the process does without a system call.' }),
      ),
      fd: t.Optional(t.Integer({ minimum: 0, description: 'Of a set-up, the ring.' })),
      entries: t.Optional(schemas.u32(t, 'Of a set-up, the length of the queue.')),
      flags: partSchemas.flags(t, 'IORING_SETUP_SQPOLL'),
      error: schemas.error(t),
    }),
  data: (event) =>
    event.action === IoUringAction.RING_OPERATION
      ? { operation: ioUringOperationName(event.operation) }
      : {
          ...(event.result >= 0 && { fd: event.result }),
          entries: event.entries,
          ...unlessEmpty('flags', bitsText(event.flags, setupFlags)),
          ...errorEntry(event.result),
        },
});
