import { errorOf } from '@spoor/core/testing';
import { expect, it } from 'vitest';
import { NameCache } from './name-cache.js';

type Answers = readonly (readonly [name: string, type: string, value: string, ttl?: number])[];

const message = (name: string, answers: Answers) => ({
  name,
  type: 'A',
  code: 'NOERROR',
  isCut: false,
  answers: answers.map(([owner, type, value, ttl = 60]) => ({ name: owner, type, value, ttl })),
});
const of = (address: string, more: object = {}) => ({ netNamespace: 1, address, ...more });

/** Adds an answer with one address. */
function added(
  names: NameCache,
  { timeNs, name, address, tgid = 7 }: { timeNs: bigint; name: string; address: string; tgid?: number },
) {
  names.add({ netNamespace: 1, timeNs, tgid, message: message(name, [[name, 'A', address]]) });
}

it('follows aliases from the question to each address', () => {
  const names = new NameCache();
  names.add({
    netNamespace: 1,
    timeNs: 5n,
    message: message('www.test', [
      ['www.test', 'CNAME', 'cdn.test', 300],
      ['cdn.test', 'CNAME', 'edge.test', 30],
      ['edge.test', 'A', '192.0.2.1', 60],
      ['edge.test', 'AAAA', '2001:db8::1', 20],
      ['edge.test', 'TXT', '"x"'],
    ]),
  });
  const found = { name: 'www.test', aliases: ['cdn.test', 'edge.test'], answeredNs: 5n };
  expect(names.nameOf(of('192.0.2.1'))).toEqual({ ...found, ttl: 30 });
  expect(names.nameOf(of('2001:db8::1'))).toEqual({ ...found, ttl: 20 });
  expect(names.nameOf(of('::ffff:192.0.2.1'))?.name).toBe('www.test');
  expect(names.size).toBe(2);
});

it('ignores records that do not follow from the question', () => {
  const names = new NameCache();
  names.add({
    netNamespace: 1,
    timeNs: 1n,
    message: message('www.test', [
      ['other.test', 'A', '192.0.2.1'],
      ['other.test', 'CNAME', 'www.test'],
      ['www.test', 'CNAME', 'a.test'],
      ['www.test', 'A', '192.0.2.2'],
    ]),
  });
  expect(names.size).toBe(0);
});

it('does not know an address without an answer, in another namespace, or before its answer', () => {
  const names = new NameCache();
  added(names, { timeNs: 5n, name: 'a.test', address: '192.0.2.1' });
  expect(names.nameOf(of('192.0.2.9'))).toBeUndefined();
  expect(names.nameOf({ netNamespace: 2, address: '192.0.2.1' })).toBeUndefined();
  expect(names.nameOf(of('192.0.2.1', { timeNs: 4n }))).toBeUndefined();
  expect(names.nameOf(of('192.0.2.1', { timeNs: 5n }))?.name).toBe('a.test');
  expect(names.forgotten).toBe(0);
});

it('returns the latest name first, and before it those that the process received', () => {
  const names = new NameCache();
  added(names, { timeNs: 1n, name: 'own.test', address: '192.0.2.1', tgid: 8 });
  added(names, { timeNs: 2n, name: 'first.test', address: '192.0.2.1' });
  added(names, { timeNs: 3n, name: 'second.test', address: '192.0.2.1' });
  added(names, { timeNs: 4n, name: 'first.test', address: '192.0.2.1' });
  const found = (query: object) => names.namesOf(of('192.0.2.1', query)).map(({ name }) => name);
  expect(found({})).toEqual(['first.test', 'second.test', 'own.test']);
  expect(found({ tgid: 8 })).toEqual(['own.test', 'first.test', 'second.test']);
  expect(found({ timeNs: 3n })).toEqual(['second.test', 'own.test']);
});

it('keeps a name beyond its TTL', () => {
  const names = new NameCache();
  names.add({ netNamespace: 1, timeNs: 1n, message: message('a.test', [['a.test', 'A', '192.0.2.1', 0]]) });
  expect(names.nameOf(of('192.0.2.1', { timeNs: 10n ** 15n }))).toMatchObject({ name: 'a.test', ttl: 0 });
});

it('forgets the addresses that were answered longest ago, and counts what it forgets', () => {
  const names = new NameCache({ maxAddresses: 2, maxNames: 2 });
  for (const [index, address] of ['192.0.2.1', '192.0.2.2', '192.0.2.1', '192.0.2.3'].entries())
    added(names, { timeNs: BigInt(index), name: 'a.test', address });
  expect(names.nameOf(of('192.0.2.2'))).toBeUndefined();
  expect(names.nameOf(of('192.0.2.1'))?.answeredNs).toBe(2n);
  expect({ size: names.size, forgotten: names.forgotten }).toEqual({ size: 2, forgotten: 1 });
  for (const name of ['b.test', 'c.test']) added(names, { timeNs: 9n, name, address: '192.0.2.3' });
  expect(names.namesOf(of('192.0.2.3')).map(({ name }) => name)).toEqual(['c.test', 'b.test']);
  expect(names.forgotten).toBe(2);
});

it('reads messages, also those that are malformed', () => {
  const names = new NameCache();
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(40, 0xff)])
    names.add({ netNamespace: 1, timeNs: 1n, message: bytes });
  expect(names.size).toBe(0);
  const question = '0161047465737400000100010';
  const bytes = Buffer.from(
    `000181800001000100000000${question}161047465737400000100010000003c0004c0000201`,
    'hex',
  );
  names.add({ netNamespace: 1, timeNs: 1n, message: bytes });
  expect(names.nameOf(of('192.0.2.1'))?.name).toBe('a.test');
});

it('rejects limits of 0', () => {
  expect(errorOf(() => new NameCache({ maxNames: 0 })).code).toBe('INVALID_VALUE');
});
