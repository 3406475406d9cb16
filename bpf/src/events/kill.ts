import { KillCall, killCallNames } from '../../gen/index.js';
import { namesOf } from '../names/names.js';
import { declareEvent } from './field.js';
import { error, integer, named, signal } from './fields.js';
import { target } from './process-fields.js';

const calls = namesOf(
  (call) => killCallNames[call]?.replaceAll('-', '_') ?? String(call),
  Object.keys(killCallNames).map(Number),
  'kill, tgkill',
);
const byDescriptor = [KillCall.KILL_PIDFD_SEND_SIGNAL];

export const kill = declareEvent({
  summary: 'A process sent a signal to a process or a thread, or the attempt failed.',
  data: {
    signal: signal('null for signal 0, which only checks.'),
    call: named(calls, 'The system call: kill, tgkill, rt_sigqueueinfo …'),
    pidfd: integer('The descriptor, of pidfd_send_signal.', {
      from: 'pid',
      when: [{ field: 'call', is: byDescriptor }],
    }),
    pid: integer('As the caller gave it, in its own pid namespace; negative for groups.', {
      when: [{ field: 'call', not: byDescriptor }],
    }),
    ...target(),
    error: error(),
  },
});
