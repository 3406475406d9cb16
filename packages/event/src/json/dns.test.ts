import { expect, it } from 'vitest';
import { dataOf } from '../../test/data-of.js';
import { fakeRecord } from '../testing.js';
import { EventDecoder } from '../view/decoder.js';

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

it('connect has the name of its address, by the answers that the decoder has read before', () => {
  const decoder = new EventDecoder();
  const lineOf = (more: object = {}) => {
    const address = Uint8Array.of(192, 0, 2, 1, ...new Array(12).fill(0));
    const fields = { family: 2, address, port: 443, netNamespace: 7, timeNs: 9n, outcome: 0, ...more };
    const event = decoder.decode(fakeRecord('connect', fields));
    return event.kind === 'connect' ? event.jsonData : undefined;
  };
  const answer = Buffer.from(
    '000181800001000100000000016104746573740000010001016104746573740000010001000000000004c0000201',
    'hex',
  );
  const record = fakeRecord('dns', { ...server, netNamespace: 7, timeNs: 5n, message: answer });
  expect(lineOf()).not.toHaveProperty('host');
  decoder.decode(record);
  expect(lineOf()).toEqual({
    fd: 0,
    family: 'inet',
    address: '192.0.2.1',
    host: 'a.test',
    port: 443,
    call: 'connect',
    outcome: 'connected',
  });
  expect(lineOf({ timeNs: 4n })).not.toHaveProperty('host');
  expect(lineOf({ netNamespace: 8 })).not.toHaveProperty('host');
  expect(lineOf({ netNamespace: 0 })).not.toHaveProperty('host');
});
