import { connectCallNames } from '@spoor/bpf';
import { errorName } from '../names/errno.js';
import { endpointEntry, endpointSchema } from './endpoint.js';
import { errorEntry } from './parts.js';
import { present, schemas } from './presentation.js';

const EINPROGRESS = 115;
/** CONNECT_NO_OUTCOME of bpf/events/connect.h. */
const noOutcome = 1;

export const connect = present({
  kind: 'connect',
  summary:
    'A socket was connected, or could not be; or the first datagram of an unconnected socket went to a peer. ' +
    'EINPROGRESS of a non-blocking socket is no outcome: see outcome. ' +
    'Not seen: messages that name no address (of a connected socket only its connect is told), netlink and packet sockets.',
  schema: (t) =>
    t.Object({
      fd: t.Integer({ description: 'The socket.' }),
      ...endpointSchema(t),
      call: t.Optional(
        t.String({
          description:
            'connect, or what sent the datagram: sendto, sendmsg, sendmmsg; with an outcome, TCP Fast Open.',
        }),
      ),
      error: schemas.error(t),
      outcome: t.Optional(
        t.String({
          pattern: '^(connected|pending|E[A-Z0-9_]+|[0-9]+)$',
          description:
            'connected, the errno of the failure, or pending: not known when the call returned. A pending TCP connection ' +
            'is told again when it has ended (flag completion; ECONNABORTED: its process gave up). None of datagrams.',
        }),
      ),
    }),
  data: (event) => ({
    fd: event.fd,
    ...endpointEntry(event),
    ...callEntry(event.call),
    ...errorEntry(event.result),
    ...outcomeEntry(event.outcome),
  }),
});

/** Recordings of earlier versions have neither field. */
function callEntry(call: number | undefined): { call?: string } {
  return call === undefined ? {} : { call: connectCallNames[call as 0] ?? String(call) };
}

function outcomeEntry(outcome: number | undefined): { outcome?: string } {
  if (outcome === undefined || outcome === noOutcome) return {};
  if (outcome === 0) return { outcome: 'connected' };
  return { outcome: outcome === -EINPROGRESS ? 'pending' : errorName(-outcome) };
}
