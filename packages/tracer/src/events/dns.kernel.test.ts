import { expect, it } from 'vitest';
import { act } from '../../test/act.js';
import {
  type Answer,
  addressOf,
  answerOf,
  asking,
  factsOf,
  inC,
  nameServer,
  receive,
  serverFacts,
} from '../../test/dns.js';
import { sockets } from '../../test/sockets.js';

const kinds = ['dns'] as const;
const before = `${sockets}${nameServer}${asking}`;
const answer = (given: Answer) => `answer(${inC(answerOf(given))});`;

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
      ...serverFacts,
      latencyNs,
      fd: 4,
      netNamespace,
    },
    {
      name: 'missing.test',
      type: 'A',
      code: 'NXDOMAIN',
      answers: [],
      ...serverFacts,
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
      ...serverFacts,
      fd: 4,
      netNamespace,
    },
  ]);
  for (const { flags } of lines) expect(flags).toContain('user-memory');
});

it('reports malformed and hostile answers with what could be parsed', async () => {
  const whole = addressOf('evil.test');
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
        addressOf('evil\n\x1b[31m\t\xff\\.test'),
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
    { ...factsOf('evil.test'), malformed: 'answer' },
    { malformed: 'question', code: 'NOERROR', answers: [] },
    { malformed: 'question', code: 'NOERROR', answers: [] },
    factsOf('evil\\010\\027[31m\\009\\255\\\\.test'),
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
      answer(${inC(addressOf('Registry.npmjs.test'))});
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

it('500 answers: delivered plus dropped is what happened', async () => {
  const { data } = await act({
    kinds,
    before,
    main: `
      own_network();
      open_server(SOCK_DGRAM);
      for (int i = 0; i < 500; i++) {
        ask(i);
        answer(${inC(addressOf('flood.test'))});
        ${receive}
      }`,
  });
  expect(data.length).toBe(500);
});
