import { families } from '../names/family.js';
import { netlinkProtocols, socketFlags, socketTypes } from '../names/socket.js';
import { declareEvent, type Test } from './field.js';
import { error, flags, named, result, u32 } from './fields.js';

const AF_NETLINK = 16;

const isNetlink: Test = { field: 'family', is: [AF_NETLINK] };
const isOther: Test = { field: 'family', not: [AF_NETLINK] };

export const socket = declareEvent({
  summary:
    'A socket was created that is neither an ordinary IP socket nor a unix socket: raw, packet, netlink, vsock … Or the ' +
    'attempt failed.',
  notes: [
    'Not seen: sockets of unix, and of inet and inet6 that are not raw. Their connect, bind or accept is an event. Also ' +
      'pairs of sockets, sockets that another process passes, what is sent, and sockets that a ring creates (io_uring): ' +
      'the event io-uring names the operation SOCKET once per ring.',
  ],
  data: {
    fd: result('The descriptor.'),
    family: named(families, 'packet, netlink, vsock, inet …; the number of a family without a name.'),
    type: named(socketTypes, 'raw, dgram, stream …; the number of a type without a name.'),
    netlink: named(netlinkProtocols, 'The protocol of a netlink socket: NETLINK_ROUTE …', {
      from: 'protocol',
      when: [isNetlink],
    }),
    protocol: u32(
      'The protocol of another socket: of a raw socket IPPROTO_, of a packet socket ETH_P_ in host byte order.',
      { when: [isOther] },
    ),
    flags: flags(socketFlags, 'SOCK_CLOEXEC'),
    error: error(),
  },
});
