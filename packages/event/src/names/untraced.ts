/**
 * Actions of a process that emit no event, by the calls that do them. They show users the limits of
 * a trace. `packages/tracer/src/events/untraced.kernel.test.ts` does each of them under a trace.
 */
export const untracedCalls: Readonly<Record<string, string>> = {
  'utimensat fallocate': 'The times of a file are changed, or its space. fallocate needs an open.',
  'read, write to pipes and terminals':
    'Data moves through a descriptor or a mapping. Their open is an event. Writes to files are events of the kind write.',
  'memfd_create mq_open open_tree':
    'A descriptor of a new file, queue or mount. An open of it through /proc is an event.',
  'recvmsg pidfd_getfd fanotify': 'A descriptor comes from another process, or with a notification.',
  'prctl kexec_load iopl':
    'Options of prctl that change no privilege, such as the name of a thread, and rarer privileged calls.',
  'send recv on connected sockets':
    'Data on a connection. Its connect or accept is an event, connection-end has the bytes, and dns has answers of name servers.',
  'send recv on other sockets':
    'Messages of packet and netlink sockets, whose socket is an event, and datagrams to a unix socket.',
};
