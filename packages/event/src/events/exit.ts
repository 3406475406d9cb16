import { signalName } from '../names/signal.js';
import { present, schemas } from './presentation.js';

export const exit = present({
  kind: 'exit',
  summary: 'The last thread of a process ended.',
  notes: [
    'The process of a traced command starts before the trace and waits for it. durationNs has that wait; the table and the tree count ' +
      'from the exec of the command.',
  ],
  schema: (t) =>
    t.Object({
      code: t.Integer({
        minimum: 0,
        maximum: 255,
        description: 'What it passed to exit(); 0 when a signal ended it.',
      }),
      signal: t.Union([t.String({ pattern: '^(SIG[A-Z0-9]+|[0-9]+)$' }), t.Null()], {
        description: 'The signal that ended it.',
      }),
      coreDumped: t.Boolean(),
      durationNs: schemas.u64(t, 'From the start of the process to its end.'),
    }),
  data: ({ code, signal, coreDumped, durationNs }) => ({
    code: code & 0xff,
    signal: signalName(signal),
    coreDumped: coreDumped !== 0,
    durationNs: String(durationNs),
  }),
});
