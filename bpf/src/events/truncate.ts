import { declareEvent, field } from './field.js';
import { error, namedFile } from './fields.js';

export const truncate = declareEvent({
  summary: 'The length of a file was set, or the attempt failed.',
  notes: [
    'Not seen: an open with O_TRUNC, which is an open, fallocate, and what a ring does (io_uring): the event io-uring ' +
      'names the operation FTRUNCATE once per ring.',
  ],
  data: {
    ...namedFile(),
    length: field<string>()({
      form: { type: 'wide' },
      schema: { type: 'string', pattern: '^-?[0-9]{1,19}$' },
      description: 'The length as asked for, in bytes.',
    }),
    error: error(),
  },
});
