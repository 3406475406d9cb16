import { eventKinds } from '@spoor/bpf';
import { describe, expect, it } from 'vitest';
import { type FakeFields, fakeRecord } from '../testing.js';
import { EventDecoder, type EventDecoderOptions } from './decoder.js';
import { eventLayouts } from './generated-layouts.js';
import type { Event, EventKind, MalformedEvent } from './types.js';

const header = {
  timeNs: 2n ** 63n + 5n,
  startTimeNs: 1_000n,
  cgroupId: 7n,
  matchedScopes: 1n | (1n << 40n),
  cpu: 3,
  tgid: 100,
  tid: 101,
  ppid: 1,
  uid: 1000,
  origin: 2,
  comm: 'sh',
  exe: '/usr/bin/dash',
  headerFlags: 4,
} as const;

const openFields = {
  ...header,
  result: -2n,
  flags: 0o1101,
  path: '/tmp/ä\n',
} as const satisfies FakeFields<'open'>;

function decodeAs<Kind extends EventKind>(
  kind: Kind,
  fields: FakeFields<Kind>,
  options?: EventDecoderOptions,
) {
  const event = new EventDecoder(options).decode(fakeRecord(kind, fields));
  if (event.kind !== kind) throw new Error(`${event.kind} where ${kind} was`);
  return event as unknown as Event<Kind>;
}

/** Memory as a ring has it: the record at an offset, other bytes around it. */
function inMemory(record: Uint8Array, offset = 72) {
  const u8 = new Uint8Array(offset + record.length + 64).fill(0xee);
  u8.set(record, offset);
  const buffer = u8.buffer.slice(0, u8.length & ~7);
  return { u8: new Uint8Array(buffer), u32: new Uint32Array(buffer), view: new DataView(buffer) };
}

describe.each([true, false])('EventDecoder, with generated code: %s', (generateCode) => {
  const decode = <Kind extends EventKind>(kind: Kind, fields: FakeFields<Kind>) =>
    decodeAs(kind, fields, { generateCode });

  it('decodes every field when it is read', () => {
    const event = decode('open', openFields);
    expect(event.kind).toBe('open');
    expect(event.path).toBe('/tmp/ä\n');
    expect(event.exe).toBe('/usr/bin/dash');
    expect(event.comm).toBe('sh');
    expect(event.timeNs).toBe(2n ** 63n + 5n);
    expect([event.timeNsHi, event.timeNsLo]).toEqual([2 ** 31, 5]);
    expect(event.result).toBe(-2n);
    expect(event.flags).toBe(0o1101);
    expect(event.headerFlags).toBe(4);
    expect(event.origin).toBe('exec');
    expect(event.size).toBe(event.raw.length);
    expect(Buffer.from(event.bytes('path')).toString()).toBe('/tmp/ä\n');
    expect(Buffer.from(event.bytes('comm')).toString()).toBe('sh');
    expect(event.exact('result')).toBe(-2);
    expect(event.exact('timeNs')).toBe(2n ** 63n + 5n);
  });

  it('knows whether its texts are whole', () => {
    const fields = { ...openFields, directory: '/tmp' };
    expect(decode('open', fields).isWhole).toBe(true);
    for (const part of ['exe', 'path', 'directory'])
      expect(decode('open', { ...fields, fullLengths: { [part]: 500 } }).isWhole).toBe(false);
  });

  it('takes all fields at once', () => {
    const { headerFlags, ...rest } = openFields;
    expect(decode('open', openFields).toObject()).toMatchObject({
      ...rest,
      kind: 'open',
      headerFlags,
      origin: 'exec',
      inode: 0n,
      device: 0,
    });
  });

  it('has the data of its line', () => {
    expect(decode('open', openFields).jsonData).toEqual({
      path: '/tmp/ä\n',
      flags: 'O_WRONLY|O_CREAT|O_TRUNC',
      error: 'ENOENT',
    });
    for (const kind of eventKinds) {
      const event = decode(kind, {});
      expect(event.jsonData).toEqual(JSON.parse(JSON.stringify(event)).data);
    }
  });

  it('splits a list at its NULs', () => {
    const argvOf = (argv: string[]) => decode('exec', { argv }).argv;
    expect(argvOf(['sh', '', '-c', 'x'])).toEqual(['sh', '', '-c', 'x']);
    expect(argvOf([])).toEqual([]);
    const cut = fakeRecord('exec', {
      argv: Buffer.from('sh\0-c\0ech') as never,
      fullLengths: { argv: 100 },
    });
    const event = new EventDecoder({ generateCode }).decode(cut) as Event<'exec'>;
    expect(event.argv).toEqual(['sh', '-c', 'ech']);
    expect(event.isTruncated('argv')).toBe(true);
    expect(event.fullLength('argv')).toBe(100);
  });

  it('reads texts of any length and content', () => {
    for (const length of [0, 1, 12, 13, 18, 63, 64, 65, 4095]) {
      const path = 'x'.repeat(length);
      expect(decode('open', { path }).path).toBe(path);
      expect(decode('open', { path: `y${path.slice(1)}` }).path).toBe(`y${path.slice(1)}`);
    }
    expect(decode('open', { path: Uint8Array.of(0x61, 0xff, 0x62) }).path).toBe('a\ufffdb');
    expect(decode('open', { comm: 'exactly16bytes!!' }).comm).toBe('exactly16bytes!!');
  });

  it.each([true, false])(
    'lends the event for the time of the call; lifetime checked: %s',
    (checkLifetime) => {
      const decoder = new EventDecoder({ generateCode, checkLifetime });
      const data = inMemory(fakeRecord('open', openFields));
      const length = fakeRecord('open', openFields).length;
      let kept: Event | MalformedEvent | undefined;
      let copy: Event | undefined;
      const handler = decoder.handler((event) => {
        kept = event;
        if (event.kind === 'open') {
          expect(event.path).toBe('/tmp/ä\n');
          copy = event.copy();
        }
      });
      handler(data, 72, length);
      data.u8.fill(0);
      expect(copy?.kind === 'open' && copy.path).toBe('/tmp/ä\n');
      const use = () => (kept as Event<'open'>).path;
      if (checkLifetime) expect(use).toThrow(expect.objectContaining({ code: 'VIEW_EXPIRED' }));
      else expect(use()).toBe('');
    },
  );

  it('lends in production one view a kind, again and again', () => {
    const decoder = new EventDecoder({ generateCode, checkLifetime: false });
    const record = fakeRecord('open', openFields);
    const data = inMemory(record);
    const lent = new Set<unknown>();
    const handler = decoder.handler((event) => lent.add(event));
    for (let time = 0; time < 3; time++) handler(data, 72, record.length);
    expect(lent.size).toBe(1);
  });

  it('copies thousands of events, each with its own record', () => {
    const decoder = new EventDecoder({ generateCode });
    const events = Array.from({ length: 500 }, (_, index) => {
      const record = fakeRecord('open', { tgid: index, path: 'p'.repeat(index % 700) });
      return decoder.own(inMemory(record), 72, record.length) as Event<'open'>;
    });
    events.forEach((event, index) => {
      expect(event.tgid).toBe(index);
      expect(event.path.length).toBe(index % 700);
      expect(event.copy().raw).toEqual(event.raw);
    });
  });

  it('shows its fields to console.log, and says when they are gone', async () => {
    const { inspect } = await import('node:util');
    const decoder = new EventDecoder({ generateCode, checkLifetime: true });
    const record = fakeRecord('open', openFields);
    let kept: unknown;
    decoder.handler((event) => {
      kept = event;
      expect(inspect(event)).toContain("exe: '/usr/bin/dash'");
    })(inMemory(record), 72, record.length);
    expect(inspect(kept)).toBe('[expired open event]');
  });
});

describe('a record that is not what its layout says', () => {
  const record = fakeRecord('open', openFields);
  const patched = (at: number, bytes: number[]) => {
    const copy = record.slice();
    copy.set(bytes, at);
    return copy;
  };
  const pathAt = eventLayouts.events['open']!.fields.find(({ name }) => name === 'path')!.offset;

  it.each([
    ['shorter-than-header', record.slice(0, 5)],
    ['shorter-than-header', new Uint8Array(0)],
    ['size-beyond-record', record.slice(0, 40)],
    ['size-beyond-record', patched(0, [0xff, 0xff, 0xff, 0xff])],
    ['unknown-kind', patched(4, [0xff, 0xff])],
    ['unknown-kind', patched(4, [0, 0])],
    ['shorter-than-event', patched(0, [100, 0, 0, 0])],
    ['part-outside-record', patched(pathAt, [0xff, 0xff])],
    ['part-outside-record', patched(pathAt, [4, 0])],
    ['part-outside-record', patched(pathAt + 2, [0xff, 0xff])],
  ] as const)('is a value that says: %s', (reason, bytes) => {
    const event = new EventDecoder().decode(bytes);
    expect(event).toMatchObject({ kind: 'malformed', reason, position: 0n });
    expect((event as MalformedEvent).bytes).toEqual(new Uint8Array(bytes));
  });

  it('may share bytes between two parts, as an exec does, and not between all', () => {
    const { fields } = eventLayouts.events['exec']!;
    const headerFields = fields[0]!.layout.kind === 'struct' ? fields[0]!.layout.fields : [];
    const placeOf = (name: string) =>
      [...headerFields, ...fields].find((field) => field.name === name)!.offset;
    const exec = fakeRecord('exec', { path: 'x'.repeat(1000) });
    const place = exec.slice(placeOf('path'), placeOf('path') + 8);
    exec.set(place, placeOf('exe'));
    expect(new EventDecoder().decode(exec)).toMatchObject({ kind: 'exec', exe: 'x'.repeat(1000) });
    for (const name of ['container', 'filename', 'argv', 'argv_tail']) exec.set(place, placeOf(name));
    expect(new EventDecoder().decode(exec)).toMatchObject({
      kind: 'malformed',
      reason: 'part-outside-record',
    });
  });

  it('has its position, its own bytes, and a line', () => {
    const decoder = new EventDecoder();
    const data = inMemory(patched(4, [0xff, 0xff]));
    const event = decoder.own(data, 72, 12, (offset) => 2n ** 60n + BigInt(offset)) as MalformedEvent;
    data.u8.fill(0);
    expect(event.position).toBe(2n ** 60n + 72n);
    expect(JSON.parse(JSON.stringify(event))).toEqual({
      event: 'malformed',
      reason: 'size-beyond-record',
      position: String(2n ** 60n + 72n),
      bytes: Buffer.from(record.slice(0, 12))
        .toString('hex')
        .replace(/^(.{8}).{4}/, '$1ffff'),
    });
  });

  it('is lent to handlers as any other', () => {
    const seen: string[] = [];
    const handler = new EventDecoder().handler((event) => seen.push(event.kind));
    handler(inMemory(record), 72, 3);
    handler(inMemory(record), 72, record.length);
    expect(seen).toEqual(['malformed', 'open']);
  });
});
