import { existsSync } from 'node:fs';
import { expect, it } from 'vitest';
import { act } from '../../test/act.js';
import { nameServer } from '../../test/dns.js';
import { sockets } from '../../test/sockets.js';

/**
 * A name server in Node.js on 127.0.0.53. It knows no name that begins with `missing`. Over UDP it
 * cuts the answer for a name that begins with `long`.
 */
const serverSource = `
  const dgram = require('node:dgram');
  const net = require('node:net');
  const { once } = require('node:events');
  const alias = Buffer.from('\\x05alias\\x04test\\x00', 'latin1');
  const record = (owner, type, data) => {
    const head = Buffer.from([0, type, 0, 1, 0, 0, 0, 60, 0, data.length]);
    return Buffer.concat([owner, head, data]);
  };
  function answer(query, transport) {
    let end = 12;
    while (query[end] !== 0) end += query[end] + 1;
    end += 5;
    const question = query.subarray(12, end);
    const name = question.toString('latin1', 1);
    const code = name.startsWith('missing') ? 3 : 0;
    const isCut = name.startsWith('long') && transport === 'udp';
    const isA = question.at(-3) === 1;
    const records = code || isCut || !isA ? [] : [
      record(Buffer.from([0xc0, 12]), 5, alias),
      record(alias, 1, Buffer.from([192, 0, 2, 7])),
    ];
    const head = Buffer.from([query[0], query[1], isCut ? 0x83 : 0x81, 0x80 | code, 0, 1, 0, records.length, 0, 0, 0, 0]);
    return Buffer.concat([head, question, ...records]);
  }
  async function serve() {
    const udp = dgram.createSocket('udp4');
    udp.on('message', (query, from) => udp.send(answer(query, 'udp'), from.port, from.address));
    udp.bind(53, '127.0.0.53');
    const tcp = net.createServer((socket) => {
      socket.on('data', (query) => {
        const message = answer(query.subarray(2), 'tcp');
        socket.write(Buffer.concat([Buffer.from([message.length >> 8, message.length & 255]), message]));
      });
      socket.on('error', () => {});
    });
    tcp.listen(53, '127.0.0.53');
    await Promise.all([once(udp, 'listening'), once(tcp, 'listening')]);
  }`;

const inC = (source: string) => JSON.stringify(source.replace(/\n\s*/g, '\n'));

/** Runs a script of Node.js beside the server, in a network of its own. */
const clients = (script: string) =>
  act({
    kinds: ['dns'],
    everything: true,
    before: `${sockets}${nameServer}`,
    main: `
      own_network();
      must(unshare(CLONE_NEWNS));
      must(mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
      int fd = must(creat("resolv.conf", 0644));
      must(write(fd, "nameserver 127.0.0.53\\n", 22));
      close(fd);
      must(mount("resolv.conf", "/etc/resolv.conf", NULL, MS_BIND, NULL));
      must(execl(${JSON.stringify(process.execPath)}, "node", "-e", ${inC(`${serverSource}
        serve().then(async () => { ${script} }).then(() => process.exit(0), (error) => {
          console.error(error);
          process.exit(1);
        });`)}, NULL));`,
  });

const server = { address: '127.0.0.53', port: 53, transport: 'udp', latencyNs: expect.any(String) };
const found = { code: 'NOERROR', answers: ['CNAME alias.test', 'A 192.0.2.7'] };

it('dns.Resolver of Node.js: an alias, a name that does not exist, and TCP after an answer that was cut', async () => {
  const { data } = await clients(`
    const resolver = new (require('node:dns').promises.Resolver)();
    resolver.setServers(['127.0.0.53']);
    const found = await resolver.resolve4('www.example.test');
    if (String(found) !== '192.0.2.7') throw new Error(found);
    await resolver.resolve4('missing.example.test').catch(() => {});
    await resolver.resolve4('long.example.test');`);
  expect(data).toMatchObject([
    { name: 'www.example.test', type: 'A', ...found, ...server },
    { name: 'missing.example.test', type: 'A', code: 'NXDOMAIN', answers: [], ...server },
    { name: 'long.example.test', isCut: true, answers: [], ...server },
    { name: 'long.example.test', ...found, ...server, transport: 'tcp' },
  ]);
});

const getent = '/usr/bin/getent';

it.runIf(existsSync(getent) && existsSync('/etc/resolv.conf'))(
  'getent: both questions of getaddrinfo of the C library',
  async () => {
    const { events, data } = await clients(`
    const { execFile } = require('node:child_process');
    const { promisify } = require('node:util');
    const { stdout } = await promisify(execFile)('${getent}', ['ahosts', 'www.example.test']);
    if (!stdout.includes('192.0.2.7')) throw new Error(stdout);`);
    expect(new Set(events.map(({ comm }) => comm))).toEqual(new Set(['getent']));
    const byType = Object.fromEntries(data.map((one) => [one['type'], one]));
    expect(byType).toMatchObject({
      A: { name: 'www.example.test', ...found, ...server },
      AAAA: { name: 'www.example.test', code: 'NOERROR', answers: [], ...server },
    });
    expect(data.length).toBe(2);
  },
);
