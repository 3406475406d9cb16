import { Compile } from 'typebox/schema';
import { describe, expect, it } from 'vitest';
import { marker } from '../recording/marker.js';
import { type FakeFields, fakeRecord } from '../testing.js';
import { EventDecoder } from '../view/decoder.js';
import { eventLayouts } from '../view/generated-layouts.js';
import type { EventKind, EventLine } from '../view/types.js';
import type { EventContext } from './line.js';
import { eventSchemas } from './schemas.js';

const context: EventContext = {
  clockOffsetNs: 1_700_000_000_000_000_000n,
  scopeNames: ['first', undefined, 'third'],
  architecture: 'x64',
};

/** The line, as it would be printed, held to its published schema. */
function line<Kind extends EventKind>(kind: Kind, fields: FakeFields<Kind> = {}): EventLine {
  const decoder = new EventDecoder({ context });
  const printed: unknown = JSON.parse(JSON.stringify(decoder.decode(fakeRecord(kind, fields))));
  expect(problems(kind, printed)).toEqual([]);
  return printed as EventLine;
}

function problems(kind: keyof typeof eventSchemas, value: unknown): unknown[] {
  const [, errors] = Compile(eventSchemas[kind]).Errors(value);
  return errors;
}

const data = <Kind extends EventKind>(kind: Kind, fields: FakeFields<Kind> = {}) => line(kind, fields).data;

describe('a line of JSON output', () => {
  it('has the header of every event', () => {
    const header = {
      timeNs: 1_500_000_000n,
      startTimeNs: 2n ** 60n,
      matchedScopes: 0b110n,
      cpu: 3,
      tgid: 100,
      tid: 101,
      ppid: 1,
      uid: 4294967295,
      origin: 4,
      comm: 'sh',
      exe: '/usr/bin/dash',
      cgroupId: 4294967396n,
      container: 'web',
      headerFlags: 5,
    } as const;
    const { data: _, ...rest } = line('fork', header);
    expect(rest).toEqual({
      event: 'fork',
      time: '2023-11-14T22:13:21.500000000Z',
      ktimeNs: '1500000000',
      cpu: 3,
      tgid: 100,
      tid: 101,
      ppid: 1,
      uid: 4294967295,
      comm: 'sh',
      exe: '/usr/bin/dash',
      cgroupId: '4294967396',
      container: 'web',
      startTimeNs: '1152921504606846976',
      scopes: ['#1', 'third'],
      origin: 'recovered-kernel',
      flags: ['user-memory', 'new-process'],
    });
    expect(Object.keys(rest).slice(0, 3)).toEqual(['event', 'time', 'ktimeNs']);
  });

  it('has no container for a task in none, and the bytes of a name that is not UTF-8 or not whole', () => {
    expect(line('fork')).not.toHaveProperty('container');
    const fields = { container: Uint8Array.of(0x61, 0xff), fullLengths: { container: 3 } };
    expect(line('fork', fields)).toMatchObject({
      container: 'a\ufffd',
      containerRaw: '61ff',
      containerTruncated: true,
    });
  });

  it('is valid for an event of zeros, of every kind', () => {
    for (const kind of Object.keys(eventLayouts.kinds) as EventKind[]) expect(line(kind).event).toBe(kind);
  });

  it('says null for a time that it cannot know', () => {
    const event = new EventDecoder().decode(fakeRecord('fork'));
    expect(JSON.parse(JSON.stringify(event))).toMatchObject({ time: null });
  });

  it('keeps the bytes of a text that is not UTF-8, and says what was cut', () => {
    const hostile = Uint8Array.of(0x2f, 0xff, 0x0a, 0x1b);
    const printed = line('open', {
      comm: hostile,
      exe: hostile,
      path: hostile,
      fullLengths: { exe: 500, path: 5 },
    });
    expect(printed).toMatchObject({
      comm: '/\ufffd\n\x1b',
      commRaw: '2fff0a1b',
      exe: '/\ufffd\n\x1b',
      exeRaw: '2fff0a1b',
      exeTruncated: true,
      data: { path: '/\ufffd\n\x1b', pathRaw: '2fff0a1b', pathTruncated: true },
    });
    // U+FFFD itself is UTF-8: nothing is lost.
    expect(data('open', { path: '/\ufffd' })).toEqual(
      expect.not.objectContaining({ pathRaw: expect.anything() }),
    );
  });

  it('is valid for a malformed record too', () => {
    const printed = JSON.parse(JSON.stringify(new EventDecoder().decode(new Uint8Array(3))));
    expect(problems('malformed', printed)).toEqual([]);
  });

  it('is valid for what stands between events', () => {
    const drops = marker({ kind: 'drops', timeNs: 5n, drops: { open: { 'ring-full': 2 } } });
    expect(problems('drops', JSON.parse(JSON.stringify(drops)))).toEqual([]);
    const gap = marker({ kind: 'gap', reason: 'resync', position: 2n ** 60n });
    expect(problems('gap', JSON.parse(JSON.stringify(gap)))).toEqual([]);
    expect(JSON.parse(JSON.stringify(gap))).toEqual({
      event: 'gap',
      reason: 'resync',
      position: String(2n ** 60n),
    });
  });

  it('does not pass with a key that the schema does not know', () => {
    expect(problems('fork', { ...line('fork'), more: 1 })).not.toEqual([]);
    expect(problems('fork', { ...line('fork'), data: { ...data('fork'), more: 1 } })).not.toEqual([]);
  });
});

describe('fork', () => {
  it('names the child', () => {
    expect(data('fork', { childTgid: 5, childTid: 6, childStartTimeNs: 7n })).toEqual({
      childTgid: 5,
      childTid: 6,
      childStartTimeNs: '7',
    });
  });
});

describe('exit', () => {
  it.each([
    [
      { code: 3, signal: 0 },
      { code: 3, signal: null },
    ],
    [
      { code: 0, signal: 9 },
      { code: 0, signal: 'SIGKILL' },
    ],
    [
      { code: 0, signal: 34 },
      { code: 0, signal: 'SIGRT2' },
    ],
  ])('of %j', (fields, expected) => {
    const accounts = { userTimeNs: 1n, systemTimeNs: 2n, maxRssBytes: 2n ** 53n, voluntarySwitches: 4n };
    expect(data('exit', { ...fields, ...accounts, durationNs: 10n, coreDumped: 1 })).toEqual({
      ...expected,
      coreDumped: true,
      durationNs: '10',
      userTimeNs: '1',
      systemTimeNs: '2',
      maxRssBytes: '9007199254740992',
      voluntarySwitches: '4',
      involuntarySwitches: '0',
    });
  });

  it('has the bytes that the kernel counts', () => {
    const bytes = { readBytes: 1n, writeBytes: 2n, storageReadBytes: 3n, storageWriteBytes: 4n };
    const shown = (ioAccounts: number) =>
      Object.keys(data('exit', { ...bytes, ioAccounts })).filter((name) => name.endsWith('Bytes'));
    expect(shown(0)).toEqual(['maxRssBytes']);
    expect(shown(1)).toEqual(['maxRssBytes', 'readBytes', 'writeBytes']);
    expect(shown(2)).toEqual(['maxRssBytes', ...Object.keys(bytes)]);
  });
});

describe('open', () => {
  it('has the file and the descriptor, or the error', () => {
    expect(data('open', { path: '/x', result: 3n, flags: 0o1101, inode: 5n, device: 8 << 20 })).toEqual({
      path: '/x',
      flags: 'O_WRONLY|O_CREAT|O_TRUNC',
      fd: 3,
      device: '8:0',
      inode: '5',
    });
    expect(data('open', { path: 'x', result: -2n })).toEqual({
      path: 'x',
      flags: 'O_RDONLY',
      error: 'ENOENT',
    });
  });
});

describe('connect', () => {
  const v6 = (...bytes: [number, number][]) => {
    const address = new Uint8Array(16);
    for (const [at, byte] of bytes) address[at] = byte;
    return address;
  };

  it.each([
    [
      { family: 2, address: Uint8Array.of(127, 0, 0, 1, ...new Uint8Array(12)), port: 80 },
      { family: 'inet', address: '127.0.0.1', port: 80 },
    ],
    [
      { family: 10, address: v6([15, 1]), port: 443 },
      { family: 'inet6', address: '::1', port: 443 },
    ],
    [
      { family: 1, path: '@abstract' },
      { family: 'unix', address: '@abstract' },
    ],
    [{ family: 16 }, { family: 'netlink' }],
  ])('of %j', (fields, expected) => {
    const told = { call: 'connect', outcome: 'connected' };
    expect(data('connect', { ...fields, fd: 4 })).toEqual({ fd: 4, ...expected, ...told });
  });

  it.each([
    [
      { result: -111, outcome: -111 },
      { call: 'connect', error: 'ECONNREFUSED', outcome: 'ECONNREFUSED' },
    ],
    [
      { result: -115, outcome: -115 },
      { call: 'connect', error: 'EINPROGRESS', outcome: 'pending' },
    ],
    [
      { result: -115, outcome: 0 },
      { call: 'connect', error: 'EINPROGRESS', outcome: 'connected' },
    ],
    [{ call: 1, outcome: 1 }, { call: 'sendto' }],
    [
      { call: 3, outcome: 1, result: -101 },
      { call: 'sendmmsg', error: 'ENETUNREACH' },
    ],
    [{ call: 9 as 0, outcome: 1 }, { call: '9' }],
  ])('the outcome, and the call if it is not connect, of %j', (fields, expected) => {
    expect(data('connect', { ...fields, fd: 4, family: 200 })).toEqual({ fd: 4, family: '200', ...expected });
  });
});
