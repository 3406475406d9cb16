import { declareEvent } from './field.js';
import { endpoint, error, followed, integer, localEndpoint, result, succeeded } from './fields.js';

/** The address of a unix socket is that of this end, since its peer seldom has one. */
export const accept = declareEvent({
  summary: 'A connection was accepted, or the attempt failed.',
  data: {
    listenFd: integer('The listening socket.', { from: 'fd' }),
    fd: result('The connection, when the call succeeded.'),
    ...endpoint(followed, succeeded),
    ...localEndpoint(),
    error: error(),
  },
});
