import { dnsTransportNames } from '../../gen/index.js';
import { type DnsMessage, dnsMessage } from '../dns/message.js';
import { families } from '../names/family.js';
import { namesOf } from '../names/names.js';
import { declareEvent, field, type TextFacts } from './field.js';
import { integer, isNotZero, named, stringSchema, u32, u64 } from './fields.js';

const transports = namesOf(
  (transport) => dnsTransportNames[transport] ?? String(transport),
  Object.keys(dnsTransportNames).map(Number),
  'udp, tcp',
);

const messageOf = (event: TextFacts): DnsMessage => dnsMessage(event.bytes('message'));

/**
 * Texts of the answers. Each follows from the question, or from the alias before it; otherwise the
 * name that it is about stands before it.
 */
function answersOf(event: TextFacts): string[] {
  const { name, answers } = messageOf(event);
  const names = new Set([name]);
  return answers.map((answer) => {
    const text = `${answer.type} ${answer.value}`;
    if (!names.has(answer.name)) return `${answer.name} ${text}`;
    if (answer.type === 'CNAME') names.add(answer.value);
    return text;
  });
}

const parsed = (description: string, value: (message: DnsMessage) => string | undefined) =>
  field<string>()(
    {
      form: {
        type: 'custom',
        value: (event: TextFacts) => value(messageOf(event)),
        asked: { as: 'text', from: 'message' },
      },
      schema: stringSchema,
      description,
    },
    { optional: true },
  );

export const dns = declareEvent({
  summary: 'A process received an answer from a name server.',
  notes: [
    'Reported when a call returns with an answer from port 53, over UDP or TCP. The answer is read from the memory of the ' +
      'caller, where another thread can have changed it (flag user-memory). Up to 4,095 bytes of it are kept.',
    'The process is the one that received the answer. If a resolver such as systemd-resolved asks for it, two events ' +
      'report it: that of the resolver, and that of the process that asked the resolver on 127.0.0.53.',
    'Not seen: questions without an answer; answers over TLS, HTTPS, QUIC, multicast, or from another port than 53; the ' +
      'socket /run/systemd/resolve/io.systemd.Resolve, which nss-resolve uses; answers that io_uring, splice, or a read ' +
      'from a UDP socket that is not connected receives, or a call of x32 programs; over TCP, the rest of a message that ' +
      'several calls receive, and all messages behind a length that arrives byte by byte.',
  ],
  data: {
    name: parsed(
      'The name in question, in lower case. Unprintable bytes, and dots inside a label, are escaped: \\000, \\.',
      ({ name }) => name,
    ),
    type: parsed('The type in question: A, AAAA, HTTPS …', ({ type }) => type),
    code: parsed('NOERROR, NXDOMAIN, SERVFAIL …', ({ code }) => code),
    answers: field<string[]>()({
      form: { type: 'custom', value: answersOf, asked: { as: 'texts', from: 'message' } },
      schema: { type: 'array', items: stringSchema },
      description:
        'Type and value of each answer: A 192.0.2.1, CNAME other.example. The name before it if it is neither the one in ' +
        'question nor an alias of it. A condition asks for any of them.',
    }),
    isCut: field<true>()(
      {
        form: {
          type: 'custom',
          value: (event: TextFacts) => messageOf(event).isCut || undefined,
          asked: { as: 'flag', from: 'message' },
        },
        schema: { const: true },
        description: 'The server left out answers that did not fit. Clients ask again over TCP.',
      },
      { optional: true },
    ),
    malformed: field<string>()(
      {
        form: {
          type: 'custom',
          value: (event: TextFacts) => (event.isTruncated('message') ? undefined : messageOf(event).problem),
          asked: { as: 'text', from: 'message' },
        },
        schema: stringSchema,
        description:
          'The first part that cannot be read: header, question, answer, authority or additional. The rest is missing.',
      },
      { optional: true },
    ),
    family: named(families, 'Of the server: inet or inet6.'),
    address: field<string, 'Address'>()(
      {
        form: { type: 'address', family: 'family' },
        schema: stringSchema,
        description: 'IP address of the server, as the process sees it.',
      },
      { optional: true },
    ),
    port: integer('Port of the server: 53.'),
    transport: named(transports, 'udp or tcp.'),
    latencyNs: u64(
      'Nanoseconds from the return of the call that sent the question to that of the call that received the answer.',
      { when: isNotZero('latencyNs') },
    ),
    fd: integer('The socket.'),
    netNamespace: u32('The network namespace of the socket, by inode number.', {
      when: isNotZero('netNamespace'),
    }),
  },
});
