import { expect, it } from 'vitest';
import { act } from '../../test/act.js';
import { type Answer, answerOf, inC, nameServer, onStream } from '../../test/dns.js';
import { sockets } from '../../test/sockets.js';

const kinds = ['dns'] as const;
const before = `${sockets}${nameServer}
static char buffer[65536];

/* Sends a question of this id, so that its answer has a latency. */
__attribute__((unused)) static void ask(unsigned id)
{
	char question[12] = { id >> 8, id };

	must(send(client, question, sizeof(question), 0));
	must(recv(server, buffer, sizeof(buffer), 0));
}
`;
const server = { family: 'inet', address: '127.0.0.53', port: 53, transport: 'udp' };
const answer = (given: Answer) => `answer(${inC(answerOf(given))});`;
const receive = 'must(recv(client, buffer, sizeof(buffer), 0));';

it('reports the question, the answers with their aliases, the code and the server', async () => {
  const { data, lines } = await act({
    kinds,
    before,
    main: `
      own_network();
      open_server(SOCK_DGRAM);
      ask(7);
      ${answer({
        id: 7,
        name: 'WWW.Example.test',
        answers: [
          { name: 'www.example.test', type: 'CNAME', value: 'cdn.test' },
          { name: 'cdn.test', type: 'A', value: '192.0.2.1' },
          { name: 'other.test', type: 'A', value: '192.0.2.2' },
        ],
      })}
      ${receive}
      ask(8);
      ${answer({ id: 8, name: 'missing.test', flags: 0x8183 })}
      ${receive}
      ${answer({ id: 9, name: 'unasked.test', flags: 0x8382 })}
      ${receive}`,
  });
  const latencyNs = expect.stringMatching(/^[1-9]\d*$/);
  const netNamespace = expect.any(Number);
  expect(data).toEqual([
    {
      name: 'www.example.test',
      type: 'A',
      code: 'NOERROR',
      answers: ['CNAME cdn.test', 'A 192.0.2.1', 'other.test A 192.0.2.2'],
      ...server,
      latencyNs,
      fd: 4,
      netNamespace,
    },
    {
      name: 'missing.test',
      type: 'A',
      code: 'NXDOMAIN',
      answers: [],
      ...server,
      latencyNs,
      fd: 4,
      netNamespace,
    },
    {
      name: 'unasked.test',
      type: 'A',
      code: 'SERVFAIL',
      isCut: true,
      answers: [],
      ...server,
      fd: 4,
      netNamespace,
    },
  ]);
  for (const { flags } of lines) expect(flags).toContain('user-memory');
});

const one = (name: string, id = 1) =>
  answerOf({ id, name, answers: [{ name, type: 'A', value: '192.0.2.1' }] });
const named = (name: string) => ({ name, type: 'A', code: 'NOERROR', answers: ['A 192.0.2.1'] });

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

      answer(${inC(one('peek.test'))});
      must(recv(client, buffer, sizeof(buffer), MSG_PEEK));
      must(read(client, buffer, sizeof(buffer)));
      answer(${inC(one('readv.test'))});
      must(readv(client, &whole, 1));
      answer(${inC(one('recvmsg.test'))});
      must(recvmsg(client, &message, 0));
      answer(${inC(one('first.test'))});
      answer(${inC(one('second.test'))});
      if (must(recvmmsg(client, messages, 3, MSG_DONTWAIT, NULL)) != 2)
        return 1;
      answer(${inC(one('in-two-buffers.test'))});
      must(readv(client, parts, 2));
      answer(${inC(one('cut.test'))});
      must(recv(client, buffer, 26, 0));
      /* A question, which is no answer, and an answer from another port. */
      answer(${inC(answerOf({ name: 'question.test', flags: 0x0100 }))});
      must(recv(client, buffer, sizeof(buffer), 0));
      int stray = must(socket(AF_INET, SOCK_DGRAM, 0)), free = must(socket(AF_INET, SOCK_DGRAM, 0));
      must(bind(stray, (void *)&other, sizeof(other)));
      must(bind(free, (void *)&(struct sockaddr_in){ .sin_family = AF_INET }, sizeof(other)));
      client_name = v4("127.0.0.1", port_of(free));
      must(sendto(stray, ${inC(one('port-5353.test'))}, 0, (void *)&client_name, sizeof(client_name)));
      must(recvfrom(free, buffer, sizeof(buffer), 0, (void *)&from, &length));
      answer(${inC(one('unconnected.test'))});
      must(recvfrom(free, buffer, sizeof(buffer), 0, (void *)&from, &length));`,
  });
  expect(data).toMatchObject([
    named('peek.test'),
    named('readv.test'),
    named('recvmsg.test'),
    named('first.test'),
    named('second.test'),
    { answers: [] },
    { name: 'cut.test', type: 'A', code: 'NOERROR', answers: [], malformed: 'answer' },
    { ...named('unconnected.test'), ...server },
  ]);
  expect(data.length).toBe(8);
  expect(data[5]).not.toHaveProperty('malformed');
});

it('TCP: reports each message of a stream, however it is read', async () => {
  const both = Buffer.concat([onStream(one('a.test', 1)), onStream(one('b.test', 2))]);
  const long = onStream(one(`${'x'.repeat(60)}.test`, 3));
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
      answer(${inC(onStream(one('glibc.test')))});
      must(read(client, buffer, 2));
      must(read(client, buffer, sizeof(buffer)));
      /* The length in a buffer of its own, as musl reads. */
      struct iovec parts[2] = { { buffer, 2 }, { buffer + 100, 4000 } };
      answer(${inC(onStream(one('musl.test')))});
      must(readv(client, parts, 2));
      /* A message in two calls, and the next one right behind it. */
      answer(${inC(Buffer.concat([long, onStream(one('next.test'))]))});
      must(read(client, buffer, 50));
      must(read(client, buffer, sizeof(buffer)));
      /* A length byte by byte. */
      answer(${inC(onStream(one('unseen.test')))});
      must(read(client, buffer, 1));
      must(read(client, buffer, sizeof(buffer)));`,
  });
  const tcp = { ...server, transport: 'tcp' };
  expect(data).toMatchObject([
    { ...named('a.test'), ...tcp },
    { ...named('b.test'), latencyNs: expect.any(String) },
    named('glibc.test'),
    named('musl.test'),
    { code: 'NOERROR', answers: [] },
    named('next.test'),
  ]);
  expect(data[0]).not.toHaveProperty('latencyNs');
});

it('reports malformed and hostile answers with what could be parsed', async () => {
  const whole = one('evil.test');
  const tooMany = Buffer.from(whole);
  tooMany.writeUInt16BE(9, 6);
  const loop = Buffer.from(whole);
  loop.writeUInt16BE(0xc00c, 12);
  const { data } = await act({
    kinds,
    before,
    main: `
      own_network();
      open_server(SOCK_DGRAM);
      ${[
        Buffer.of(1),
        whole.subarray(0, 11),
        whole.subarray(0, 20),
        whole.subarray(0, -1),
        tooMany,
        loop,
        Buffer.concat([Buffer.of(0, 1, 0x80, 0), Buffer.alloc(4000, 0xff)]),
        one('evil\n\x1b[31m\t\xff\\.test'),
      ]
        .map((bytes) => `answer(${inC(bytes)});\n${receive}`)
        .join('\n')}`,
  });
  const header = { malformed: 'header', answers: [] };
  expect(data).toMatchObject([
    header,
    header,
    { malformed: 'question', code: 'NOERROR', answers: [] },
    { name: 'evil.test', type: 'A', code: 'NOERROR', malformed: 'answer', answers: [] },
    { ...named('evil.test'), malformed: 'answer' },
    { malformed: 'question', code: 'NOERROR', answers: [] },
    { malformed: 'question', code: 'NOERROR', answers: [] },
    named('evil\\010\\027[31m\\009\\255\\\\.test'),
  ]);
});

it('conditions ask for each field', async () => {
  const { lines } = await act({
    kinds,
    options: {
      scopes: [
        'name: dns.name=*.npmjs.test',
        'type: dns.type=A',
        'code: dns.code=NXDOMAIN',
        'answers: dns.answers="A 192.0.2.1",x',
        'others: dns.answers!="A 192.0.2.1"',
        'isCut: dns.isCut=1',
        'malformed: dns.malformed!=x',
        'address: dns.address=127.0.0.53 dns.port=53 dns.family=inet dns.fd=4 dns.netNamespace>0',
        'transport: dns.transport=tcp',
        'latency: dns.latencyNs>1',
      ],
    },
    before,
    main: `
      own_network();
      open_server(SOCK_DGRAM);
      ask(1);
      answer(${inC(one('Registry.npmjs.test'))});
      ${receive}
      ${answer({ name: 'npmjs.test', flags: 0x8383 })}
      ${receive}
      answer("", 1);
      ${receive}`,
  });
  expect(lines.map(({ scopes }) => scopes.slice(1))).toEqual([
    ['name', 'type', 'answers', 'address', 'latency'],
    ['type', 'code', 'others', 'isCut', 'address'],
    ['others', 'malformed', 'address'],
  ]);
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
      answer(${inC(one('read.test'))});
      must(compat(3, client, (long)text, 4096, 0, 0));
      answer(${inC(one('recvmsg.test'))});
      must(compat(372, client, message, 0, 0, 0));
      answer(${inC(one('first.test'))});
      answer(${inC(one('second.test'))});
      must(compat(337, client, several, 2, MSG_DONTWAIT, 0));
      answer(${inC(one('socketcall.test'))});
      must(compat(102, 10, (long)arguments, 0, 0, 0));`,
  });
  expect(data).toMatchObject(
    ['read.test', 'recvmsg.test', 'first.test', 'second.test', 'socketcall.test'].map(named),
  );
  for (const { flags } of lines) expect(flags).toContain('compat');
});

it('500 answers: delivered plus dropped is what happened', async () => {
  const { data } = await act({
    kinds,
    before,
    main: `
      own_network();
      open_server(SOCK_DGRAM);
      for (int i = 0; i < 500; i++) {
        ask(i);
        answer(${inC(one('flood.test'))});
        ${receive}
      }`,
  });
  expect(data.length).toBe(500);
});
