import { expect, it } from 'vitest';
import { act } from '../../test/act.js';
import {
  addressOf,
  answerOf,
  asking,
  factsOf,
  inC,
  nameServer,
  onStream,
  serverFacts,
} from '../../test/dns.js';
import { sockets } from '../../test/sockets.js';

const kinds = ['dns'] as const;
const before = `${sockets}${nameServer}${asking}`;

it('reports answers to each call that can receive them, once', async () => {
  const { data } = await act({
    kinds,
    before,
    main: `
      own_network();
      open_server(SOCK_DGRAM);
      struct iovec parts[2] = { { buffer, 20 }, { buffer + 100, 4000 } };
      struct iovec whole = { buffer, sizeof(buffer) };
      struct msghdr message = { .msg_iov = &whole, .msg_iovlen = 1 };
      struct iovec second = { buffer + 4096, 4096 };
      struct msghdr second_message = { .msg_iov = &second, .msg_iovlen = 1 };
      struct mmsghdr messages[3] = { { .msg_hdr = message }, { .msg_hdr = second_message }, { .msg_hdr = message } };
      struct sockaddr_in other = v4("127.0.0.53", 5353), from;
      socklen_t length = sizeof(from);

      answer(${inC(addressOf('peek.test'))});
      must(recv(client, buffer, sizeof(buffer), MSG_PEEK));
      must(read(client, buffer, sizeof(buffer)));
      answer(${inC(addressOf('readv.test'))});
      must(readv(client, &whole, 1));
      answer(${inC(addressOf('recvmsg.test'))});
      must(recvmsg(client, &message, 0));
      answer(${inC(addressOf('first.test'))});
      answer(${inC(addressOf('second.test'))});
      if (must(recvmmsg(client, messages, 3, MSG_DONTWAIT, NULL)) != 2)
        return 1;
      answer(${inC(addressOf('in-two-buffers.test'))});
      must(readv(client, parts, 2));
      answer(${inC(addressOf('cut.test'))});
      must(recv(client, buffer, 26, 0));
      /* A question is not an answer, and another port is not that of a name server. */
      answer(${inC(answerOf({ name: 'question.test', flags: 0x0100 }))});
      must(recv(client, buffer, sizeof(buffer), 0));
      int stray = must(socket(AF_INET, SOCK_DGRAM, 0)), free = must(socket(AF_INET, SOCK_DGRAM, 0));
      must(bind(stray, (void *)&other, sizeof(other)));
      must(bind(free, (void *)&(struct sockaddr_in){ .sin_family = AF_INET }, sizeof(other)));
      client_name = v4("127.0.0.1", port_of(free));
      must(sendto(stray, ${inC(addressOf('port-5353.test'))}, 0, (void *)&client_name, sizeof(client_name)));
      must(recvfrom(free, buffer, sizeof(buffer), 0, (void *)&from, &length));
      answer(${inC(addressOf('unconnected.test'))});
      must(recvfrom(free, buffer, sizeof(buffer), 0, (void *)&from, &length));`,
  });
  expect(data).toMatchObject([
    factsOf('peek.test'),
    factsOf('readv.test'),
    factsOf('recvmsg.test'),
    factsOf('first.test'),
    factsOf('second.test'),
    { answers: [] },
    { name: 'cut.test', type: 'A', code: 'NOERROR', answers: [], malformed: 'answer' },
    { ...factsOf('unconnected.test'), ...serverFacts },
  ]);
  expect(data.length).toBe(8);
  expect(data[5]).not.toHaveProperty('malformed');
});

it('TCP: reports each message of a stream, however it is read', async () => {
  const both = Buffer.concat([onStream(addressOf('a.test', 1)), onStream(addressOf('b.test', 2))]);
  const long = onStream(addressOf(`${'x'.repeat(60)}.test`, 3));
  const { data } = await act({
    kinds,
    before,
    main: `
      own_network();
      open_server(SOCK_STREAM);
      static const char question[14] = { 0, 12, 0, 2 };
      must(send(client, question, sizeof(question), 0));
      must(recv(server, buffer, sizeof(buffer), 0));
      /* Two messages in one call. */
      answer(${inC(both)});
      must(read(client, buffer, sizeof(buffer)));
      /* The length by itself, as glibc reads. */
      answer(${inC(onStream(addressOf('glibc.test')))});
      must(read(client, buffer, 2));
      must(read(client, buffer, sizeof(buffer)));
      /* The length in a buffer of its own, as musl reads. */
      struct iovec parts[2] = { { buffer, 2 }, { buffer + 100, 4000 } };
      answer(${inC(onStream(addressOf('musl.test')))});
      must(readv(client, parts, 2));
      /* A message in two calls, and the next one right behind it. */
      answer(${inC(Buffer.concat([long, onStream(addressOf('next.test'))]))});
      must(read(client, buffer, 50));
      must(read(client, buffer, sizeof(buffer)));
      /* A length byte by byte. */
      answer(${inC(onStream(addressOf('unseen.test')))});
      must(read(client, buffer, 1));
      must(read(client, buffer, sizeof(buffer)));`,
  });
  const tcp = { ...serverFacts, transport: 'tcp' };
  expect(data).toMatchObject([
    { ...factsOf('a.test'), ...tcp },
    { ...factsOf('b.test'), latencyNs: expect.any(String) },
    factsOf('glibc.test'),
    factsOf('musl.test'),
    { code: 'NOERROR', answers: [] },
    factsOf('next.test'),
  ]);
  expect(data[0]).not.toHaveProperty('latencyNs');
});

it.runIf(process.arch === 'x64')('32-bit callers', async () => {
  const { data, lines } = await act({
    kinds,
    before: `${before}
      struct compat_message { unsigned name, name_length, iov, iov_length, control, control_length, flags; };`,
    main: `
      own_network();
      open_server(SOCK_DGRAM);
      char *text = low(buffer, 4096);
      unsigned *iov = low((unsigned[]){ (long)text, 2048 }, 8), *second = low((unsigned[]){ (long)text + 2048, 2048 }, 8);
      struct compat_message header = { .iov = (long)iov, .iov_length = 1 };
      struct { struct compat_message header; unsigned length; } messages[2] = { { header }, { header } };
      messages[1].header.iov = (long)second;
      long message = (long)low(&header, sizeof(header)), several = (long)low(messages, sizeof(messages));
      unsigned *arguments = low((unsigned[6]){ client, (long)text, 4096, 0 }, 24);

      ask(1);
      answer(${inC(addressOf('read.test'))});
      must(compat(3, client, (long)text, 4096, 0, 0));
      answer(${inC(addressOf('recvmsg.test'))});
      must(compat(372, client, message, 0, 0, 0));
      answer(${inC(addressOf('first.test'))});
      answer(${inC(addressOf('second.test'))});
      must(compat(337, client, several, 2, MSG_DONTWAIT, 0));
      answer(${inC(addressOf('socketcall.test'))});
      must(compat(102, 10, (long)arguments, 0, 0, 0));`,
  });
  expect(data).toMatchObject(
    ['read.test', 'recvmsg.test', 'first.test', 'second.test', 'socketcall.test'].map((name) =>
      factsOf(name),
    ),
  );
  for (const { flags } of lines) expect(flags).toContain('compat');
});
