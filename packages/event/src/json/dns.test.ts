import { expect, it } from 'vitest';
import { dataOf } from '../../test/data-of.js';

const head = '000183830001000000000000';
const question = '0161047465737400001c0001';
const server = { family: 2, address: Uint8Array.of(127, 0, 0, 53, ...new Array(12).fill(0)), port: 53 };
const shown = { family: 'inet', address: '127.0.0.53', port: 53 };
const message = Buffer.from(head + question, 'hex');

it('dns', () => {
  expect(dataOf('dns', { ...server, message, transport: 1, latencyNs: 5n, fd: 3, netNamespace: 7 })).toEqual({
    name: 'a.test',
    type: 'AAAA',
    code: 'NXDOMAIN',
    isCut: true,
    answers: [],
    ...shown,
    transport: 'tcp',
    latencyNs: '5',
    fd: 3,
    netNamespace: 7,
  });
});

it('dns of a message that cannot be read', () => {
  expect(dataOf('dns', { ...server, message: Uint8Array.of(1, 2) })).toEqual({
    answers: [],
    malformed: 'header',
    ...shown,
    transport: 'udp',
    fd: 0,
  });
});

it('an answer whose end was not kept is not malformed', () => {
  const kept = { ...server, message: message.subarray(0, -2) };
  const fullLengths = { message: message.length };
  expect(dataOf('dns', { ...kept, fullLengths })).toMatchObject({ code: 'NXDOMAIN', answers: [] });
  expect(dataOf('dns', { ...kept, fullLengths })).not.toHaveProperty('malformed');
  expect(dataOf('dns', kept)).toMatchObject({ malformed: 'question' });
});
