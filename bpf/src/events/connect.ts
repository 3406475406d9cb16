import { connectCallNames } from '../../gen/index.js';
import { errorName } from '../names/errno.js';
import { namesOf } from '../names/names.js';
import { declareEvent, field } from './field.js';
import { endpoint, error, followed, host, integer, named } from './fields.js';

/** CONNECT_NO_OUTCOME of bpf/events/connect.h. */
const noOutcome = 1;
const EINPROGRESS = 115;

const calls = namesOf(
  (call) => connectCallNames[call] ?? String(call),
  Object.keys(connectCallNames).map(Number),
  'connect, sendto',
);

export const connect = declareEvent({
  summary:
    'A socket was connected, or the attempt failed. Also the first datagram of an unconnected socket to a peer.',
  notes: [
    'host is what an answer said, right or wrong: the dns event names its server. A condition on host traces dns, too, but ' +
      'reports none of its events.',
    'EINPROGRESS of a non-blocking socket is not an outcome: see outcome.',
    'Not seen: messages that name no address (of a connected socket only its connect is an event), netlink and packet sockets, of which only their socket is an event.',
  ],
  data: {
    fd: integer('The socket.'),
    ...endpoint(followed),
    host: host(),
    call: named(
      calls,
      'connect, or the call that sent the datagram: sendto, sendmsg, sendmmsg. With an outcome, such a call is TCP Fast Open.',
    ),
    error: error(),
    outcome: field<string>()(
      {
        form: { type: 'number', show: outcomeText },
        schema: { type: 'string', pattern: '^(connected|pending|E[A-Z0-9_]+|[0-9]+)$' },
        description:
          'connected, the errno of the failure, or pending: not known when the call returned. A pending TCP connection ' +
          'is reported again when it has ended (flag completion; ECONNABORTED: its process gave up). Datagrams have none.',
      },
      { when: [{ field: 'outcome', not: [noOutcome] }] },
    ),
  },
});

function outcomeText(outcome: number): string {
  if (outcome === 0) return 'connected';
  return outcome === -EINPROGRESS ? 'pending' : errorName(-outcome);
}
