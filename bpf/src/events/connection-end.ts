import { ConnectionCloser } from '../../gen/index.js';
import { listedNames } from '../names/names.js';
import { declareEvent } from './field.js';
import { error, host, ipEndpoint, localEndpoint, named, u64 } from './fields.js';

/** The numbers of `enum connection_closer`; a recording can have others. */
const closers = listedNames(['', 'self', 'peer'], 'self, peer');
const directions = listedNames(['connect', 'accept'], 'connect, accept');

export const connectionEnd = declareEvent({
  summary: 'A TCP connection of the process ended.',
  notes: [
    'The process is the one that connected or accepted, as it was then. Other processes can have used the socket, and ' +
      'closed it.',
    'host is the name of the peer of a connection that the process made, as it was known when it began. A condition on host ' +
      'traces dns, too, but reports none of its events.',
    'Not seen: connections that the trace did not see begin, those of TCP Fast Open and of a ring (io_uring), and those ' +
      'of other protocols. At most 8,192 are watched at a time. A connection beyond is counted as dropped.',
  ],
  data: {
    ...ipEndpoint(),
    host: host([{ field: 'accepted', is: [0] }]),
    ...localEndpoint(),
    direction: named(directions, 'connect or accept: how the process got it.', { from: 'accepted' }),
    durationNs: u64('From the connection, or the return of accept, to its end.'),
    sentBytes: u64('Bytes of data that this end sent, each counted once.'),
    receivedBytes: u64('Bytes of data that this end received.'),
    closedBy: named(closers, 'self or peer: who closed or reset first. Left out if nobody did.', {
      when: [{ field: 'closedBy', not: [ConnectionCloser.CLOSER_UNKNOWN] }],
    }),
    error: error(),
  },
});
