import { declareEvent } from './field.js';
import { endpoint, entry, error, integer } from './fields.js';

export const listen = declareEvent({
  summary: 'A socket began to listen for connections, or the attempt failed.',
  data: {
    fd: integer('The socket.'),
    ...endpoint(entry),
    backlog: integer('How many connections may wait, as requested.'),
    error: error(),
  },
});
