import { declareEvent } from './field.js';
import { endpoint, entry, error, integer } from './fields.js';

export const bind = declareEvent({
  summary: 'A socket was bound to an address, or the attempt failed.',
  data: { fd: integer('The socket.'), ...endpoint(entry), error: error() },
});
