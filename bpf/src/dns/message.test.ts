import { createRequire } from 'node:module';
import { seededRandom } from '@spoor/core/testing';
import { expect, test } from 'vitest';
import { dnsMessage } from './message.js';

interface Encoder {
  encode(message: object): Buffer;
}

const { encode } = createRequire(import.meta.url)('dns-packet') as Encoder;
const AUTHORITATIVE = 1 << 10;
const CUT = 1 << 9;

const answer = (name: string, type: string, more: object = {}): Buffer =>
  encode({ type: 'response', id: 7, questions: [{ name, type }], ...more });

test('reads each type of record that has a text of its own', () => {
  const name = 'Example.test';
  const record = (type: string, data: unknown) => ({ type, name, ttl: 60, data });
  const { answers, ...rest } = dnsMessage(
    answer(name, 'ANY', {
      flags: AUTHORITATIVE,
      answers: [
        record('A', '192.0.2.1'),
        record('AAAA', '2001:db8::1'),
        record('CNAME', 'Other.test'),
        record('MX', { preference: 10, exchange: 'mail.test' }),
        record('SRV', { priority: 1, weight: 2, port: 443, target: 'a.test' }),
        record('TXT', ['v=1 "x"', 'é']),
        record('NS', '.'),
        record('CAA', { tag: 'issue', value: 'x' }),
      ],
    }),
  );
  expect(rest).toEqual({ name: 'example.test', type: 'ANY', code: 'NOERROR', isCut: false });
  expect(answers.map(({ type, value }) => `${type} ${value}`)).toEqual([
    'A 192.0.2.1',
    'AAAA 2001:db8::1',
    'CNAME other.test',
    'MX 10 mail.test',
    'SRV 1 2 443 a.test',
    'TXT "v=1\\032\\"x\\"" "\\195\\169"',
    'NS .',
    'CAA \\# 8 0005697373756578',
  ]);
  expect(answers.map((one) => [one.name, one.ttl])).toEqual(answers.map(() => ['example.test', 60]));
});

test('reads the code with the bits of the OPT record, and whether the answer was cut', () => {
  const opt = { type: 'OPT', name: '.', extendedRcode: 1, options: [] };
  expect(dnsMessage(answer('a.test', 'A', { flags: CUT, additionals: [opt] }))).toEqual({
    name: 'a.test',
    type: 'A',
    code: 'BADVERS',
    isCut: true,
    answers: [],
  });
  expect(dnsMessage(answer('a.test', 'TYPE65280', { flags: 3 })).code).toBe('NXDOMAIN');
  expect(dnsMessage(answer('a.test', 'A', { flags: 15 })).code).toBe('RCODE15');
});

test('names that differ have texts that differ', () => {
  const name = (...labels: string[]) => {
    const bytes = labels.flatMap((label) => [label.length, ...Buffer.from(label, 'latin1')]);
    const head = Buffer.from([0, 1, 0x80, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
    return dnsMessage(Buffer.concat([head, Buffer.from([...bytes, 0, 0, 1, 0, 1])])).name;
  };
  expect(name('registry', 'npmjs', 'org')).toBe('registry.npmjs.org');
  expect(name('REGISTRY.npmjs', 'org')).toBe('registry\\.npmjs.org');
  expect(name('a\\', '\xff\xfe')).toBe('a\\\\.\\255\\254');
  expect(name('a\x1b[31m\0 b')).toBe('a\\027[31m\\000\\032b');
  expect(name()).toBe('.');
});

test.each([
  ['header', (whole: Buffer) => whole.subarray(0, 11)],
  ['header', () => Buffer.alloc(0)],
  ['question', (whole: Buffer) => whole.subarray(0, 13)],
  ['question', (whole: Buffer) => edited(whole, 12, 0xc00c)],
  ['question', (whole: Buffer) => edited(whole, 12, 0x4061)],
  ['answer', (whole: Buffer) => whole.subarray(0, -1)],
  ['answer', (whole: Buffer) => edited(whole, 6, 2)],
  // The length of the address, one more and one less.
  ['answer', (whole: Buffer) => edited(whole, whole.length - 6, 5)],
  ['answer', (whole: Buffer) => edited(whole, whole.length - 6, 3)],
  ['authority', (whole: Buffer) => edited(whole, 8, 1)],
  ['additional', (whole: Buffer) => edited(whole, 10, 0xffff)],
])('names the part that cannot be read: %s', (problem, change) => {
  const whole = answer('a.test', 'A', { answers: [{ type: 'A', name: 'a.test', data: '192.0.2.1' }] });
  expect(dnsMessage(whole)).not.toHaveProperty('problem');
  expect(dnsMessage(change(whole))).toMatchObject({ problem });
});

function edited(bytes: Buffer, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt16BE(value, at);
  return copy;
}

test('the text of a message is bounded: a pointer makes a long name of two bytes', () => {
  const long = Array.from({ length: 126 }, () => 'a').join('.');
  const whole = answer(long, 'CNAME', { answers: [{ type: 'CNAME', name: long, data: long }] });
  const record = Buffer.from('c00c000500010000003c0002c00c', 'hex');
  const question = whole.subarray(12, 12 + long.length + 2 + 4);
  const head = Buffer.from([0, 1, 0x81, 0x80, 0, 1, 1, 0, 0, 0, 0, 0]);
  const message = dnsMessage(Buffer.concat([head, question, ...Array.from({ length: 256 }, () => record)]));
  expect(message).toMatchObject({ name: long, problem: 'answer' });
  expect(message.answers.length).toBeGreaterThan(10);
  expect(JSON.stringify(message).length).toBeLessThan(20_000);
});

test('a buffer with other bytes is another message', () => {
  const bytes = answer('one.test', 'A');
  expect(dnsMessage(bytes).name).toBe('one.test');
  bytes.write('two', 13);
  expect(dnsMessage(bytes).name).toBe('two.test');
});

test('mutated messages are read or named, and no text is longer than a name can be', () => {
  const random = seededRandom(53);
  const whole = answer('www.example.test', 'A', {
    answers: [
      { type: 'CNAME', name: 'www.example.test', data: 'b.test' },
      { type: 'TXT', name: 'b.test', data: ['x'.repeat(50)] },
      { type: 'A', name: 'b.test', data: '192.0.2.1' },
    ],
    additionals: [{ type: 'OPT', name: '.', options: [] }],
  });
  for (let run = 0; run < 3000; run++) {
    const bytes = Buffer.from(random(2) === 0 ? whole : whole.subarray(0, random(whole.length)));
    for (let edits = 1 + random(6); edits > 0 && bytes.length > 0; edits--)
      bytes[random(bytes.length)] = random(256);
    const { name = '', answers } = dnsMessage(bytes);
    // 254 bytes, each escaped.
    expect(Math.max(name.length, ...answers.map((one) => one.name.length))).toBeLessThan(4 * 255);
    expect(`${name}${answers.map(({ value }) => value)}`).toMatch(/^[ -~]*$/);
  }
});

test('bytes of no kind are read or named', () => {
  const random = seededRandom(54);
  for (let run = 0; run < 500; run++) {
    const bytes = Buffer.from(Array.from({ length: random(4095) }, () => random(256)));
    expect(dnsMessage(bytes).answers.length).toBeLessThan(400);
  }
});
