import type { EventKind } from '@spoor/event';
import { eventSchemas, untracedCalls } from '@spoor/event/schemas';
import { describe, expect, it } from 'vitest';
import { act } from '../../test/act.js';

const kinds = Object.keys(eventSchemas).filter(
  (kind) => !['malformed', 'drops', 'gap', 'machine', 'fork', 'exec', 'exit'].includes(kind),
) as EventKind[];

/** The act of each program, between two opens. The program prints "done" only on success. */
const acts: readonly { name: string; of: keyof typeof untracedCalls; main: string; before?: string }[] = [
  {
    name: 'utimensat',
    of: 'utimensat fallocate',
    main: 'if (!utimensat(AT_FDCWD, "told", NULL, 0)) tell("done");',
  },
  {
    name: 'memfd_create',
    of: 'memfd_create mq_open open_tree',
    main: 'if (memfd_create("secret", 0) >= 0) tell("done");',
  },
  {
    name: 'a descriptor that a message brings',
    of: 'recvmsg pidfd_getfd fanotify',
    main: `int pair[2], received = -1, sent = 900;
char byte = 'x', control[CMSG_SPACE(sizeof(int))] = {0};
struct iovec data = { &byte, 1 };
struct msghdr message = { .msg_iov = &data, .msg_iovlen = 1, .msg_control = control, .msg_controllen = sizeof control };
struct cmsghdr *header = CMSG_FIRSTHDR(&message);
socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
header->cmsg_level = SOL_SOCKET;
header->cmsg_type = SCM_RIGHTS;
header->cmsg_len = CMSG_LEN(sizeof(int));
memcpy(CMSG_DATA(header), &sent, sizeof sent);
sendmsg(pair[0], &message, 0);
if (recvmsg(pair[1], &message, 0) == 1) memcpy(&received, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof received);
if (fcntl(received, F_GETFD) >= 0) tell("done");`,
  },
  {
    name: 'prctl',
    of: 'prctl kexec_load iopl',
    before: '#include <sys/prctl.h>',
    main: 'if (!prctl(PR_SET_NAME, "other")) tell("done");',
  },
  {
    name: 'data on a connection',
    of: 'send recv on connected sockets',
    main: `int pair[2];
socketpair(AF_UNIX, SOCK_STREAM, 0, pair);
if (send(pair[0], "x", 1, 0) == 1) tell("done");`,
  },
];

describe('calls without an event', () => {
  it.each(acts)('$name succeeds unseen, as `list events` says', async ({ main, before = '', of }) => {
    const { lines, told } = await act({
      kinds,
      before,
      main: `close(open("first", O_CREAT | O_RDWR, 0600));\n${main}\nclose(open("last", O_CREAT | O_RDWR, 0600));`,
    });
    expect(told.at(-1)).toBe('done');
    expect(untracedCalls).toHaveProperty([of]);
    const paths = lines.map(
      (line) => `${line.event} ${String((line.data as { path?: string }).path).replace(/.*\//, '')}`,
    );
    const between = paths.slice(paths.indexOf('open first') + 1, paths.indexOf('open last'));
    // The program ends its child with this call.
    expect(between.filter((line) => !line.startsWith('kill'))).toEqual([]);
  });
});
