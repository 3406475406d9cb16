import { declareEvent } from './field.js';
import { entry, error, givenName, text } from './fields.js';

export const symlink = declareEvent({
  summary: 'A symbolic link was made, or the attempt failed.',
  notes: [
    'Not seen: links that a ring makes (io_uring). The event io-uring names the operation SYMLINKAT once per ring.',
  ],
  data: {
    target: text('The text of the link as the caller gave it. If it is relative, it starts at the link.'),
    ...givenName(entry),
    error: error(),
  },
});
