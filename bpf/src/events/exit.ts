import { declareEvent, field } from './field.js';
import { signal, u64 } from './fields.js';

export const exit = declareEvent({
  summary: 'The last thread of a process ended.',
  notes: [
    'The process of a traced command starts before the trace and waits for it. durationNs includes that wait. The table and the ' +
      'tree count from the exec of the command.',
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
  },
});
