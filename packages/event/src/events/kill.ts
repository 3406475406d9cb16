import { KillCall, killCallNames } from '@spoor/bpf';
import { signalName } from '../names/signal.js';
import { errorEntry, partSchemas, targetEntry } from './parts.js';
import { charsEntry, present, schemas } from './presentation.js';

export const kill = present({
  kind: 'kill',
  summary: 'A process sent a signal to a process or a thread, or could not.',
  schema: (t) =>
    t.Object({
      signal: t.Union([t.String({ pattern: '^(SIG[A-Z0-9]+|[0-9]+)$' }), t.Null()], {
        description: 'null for signal 0, which only asks.',
      }),
      call: t.String({ description: 'The system call: kill, tgkill, rt_sigqueueinfo …' }),
      pid: t.Optional(
        t.Integer({ description: 'As the caller gave it, in its own pid namespace; negative for groups.' }),
      ),
      pidfd: t.Optional(t.Integer({ description: 'The descriptor, of pidfd_send_signal.' })),
      ...partSchemas.target(t),
      error: schemas.error(t),
    }),
  data: (event) => ({
    signal: signalName(event.signal),
    call: killCallNames[event.call]?.replaceAll('-', '_') ?? String(event.call),
    ...(event.call === KillCall.KILL_PIDFD_SEND_SIGNAL ? { pidfd: event.pid } : { pid: event.pid }),
    ...targetEntry(event, charsEntry(event, 'targetComm', 'targetComm')),
    ...errorEntry(event.result),
  }),
});
