import type { Field, StructLayout } from '@spoor/btf';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inMemory } from '../../test/recordings.js';
import { marker } from '../recording/marker.js';
import { fakeRecord } from '../testing.js';
import { EventDecoder } from '../view/decoder.js';
import { eventLayouts } from '../view/generated-layouts.js';
import type { EventLayouts } from '../view/layouts.js';
import type { Event, EventKind } from '../view/types.js';
import { jsonLine, writeJsonLine } from './json-line.js';
import { LineBuffer } from './line-buffer.js';

const kinds = Object.keys(eventLayouts.events) as EventKind[];
const unknown = new Uint8Array(4);

/**
 * Text that terminals and logs only show, so that JSON.stringify says the same; some of it is not
 * whole, or not UTF-8.
 */
const shown = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '/', '"', '\\', '\n', '\x1b', 'é', '☃', '𝄞'), maxLength: 3 }),
  fc.constantFrom(Uint8Array.of(0x61, 0xff), Uint8Array.of(0xe2, 0x98)),
);
const header = fc.record({
  comm: shown,
  exe: shown,
  container: shown,
  matchedScopes: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  headerFlags: fc.nat(0xffff),
  origin: fc.nat(9),
  timeNs: fc.bigInt({ min: 0n, max: 2n ** 63n }),
  startTimeNs: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  uid: fc.nat(0xffffffff),
  fullLengths: fc.constantFrom({}, { exe: 5000 }, { container: 500 }),
});

describe('a line of JSON', () => {
  it('is what JSON.stringify says, of every kind', () => {
    const contexts = [{}, { clockOffsetNs: 1_700_000_000_000_000_000n, scopeNames: ['a"b', undefined, 'c'] }];
    const property = (kind: EventKind, fields: object, context: object) => {
      const event = new EventDecoder({ context }).decode(fakeRecord(kind, fields));
      expect(jsonLine(event)).toBe(JSON.stringify(event));
    };
    const cases = fc.property(fc.constantFrom(...kinds), header, fc.constantFrom(...contexts), property);
    fc.assert(cases, { numRuns: 3000 });
  });

  it('… of events that come one after the other, of few processes that differ in one thing', () => {
    const few = fc.record({
      comm: fc.constantFrom('sh', 'make', 'sh\xff'),
      exe: fc.constantFrom('/bin/dash', '/bin/bash', '/bin/dash1', ''),
      cgroupId: fc.constantFrom(1n, 2n ** 40n),
      container: fc.constantFrom('', 'web', 'wed', 'a'.repeat(64), `${'a'.repeat(63)}b`),
      tgid: fc.constantFrom(1, 2),
      tid: fc.constantFrom(1, 2),
      ppid: fc.constantFrom(1, 2),
      uid: fc.constantFrom(0, 1),
      startTimeNs: fc.constantFrom(1n, 2n ** 40n),
      matchedScopes: fc.constantFrom(1n, 2n ** 40n),
      scopesVersion: fc.constantFrom(0, 1),
      headerFlags: fc.constantFrom(0, 1),
      origin: fc.constantFrom(1, 2),
      fullLengths: fc.constantFrom({}, { exe: 5000 }),
    });
    const record = fc.tuple(fc.constantFrom('open', 'fork', 'unlink'), few);
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), (records) => {
        const decoder = new EventDecoder({ context: { scopeNames: ['a'], clockOffsetNs: 5n } });
        for (const [kind, fields] of records) {
          const event = decoder.decode(fakeRecord(kind as EventKind, fields));
          expect(jsonLine(event)).toBe(JSON.stringify(event));
        }
      }),
      { numRuns: 1500 },
    );
  });

  it('… of opens that succeed, that fail, and whose texts are not whole', () => {
    const open = fc.record({
      path: fc.oneof(shown, fc.constant('/usr/include/stdio.h')),
      directory: fc.oneof(fc.constant(''), shown),
      result: fc.oneof(fc.integer({ min: -140, max: 70_000 }).map(BigInt), fc.constant(-(2n ** 40n))),
      flags: fc.nat(0xffffffff),
      device: fc.nat(0xffffffff),
      inode: fc.oneof(fc.constant(0n), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n })),
      timeNs: fc.oneof(fc.bigInt({ min: 0n, max: 2n ** 34n }), fc.bigInt({ min: 0n, max: 2n ** 57n })),
      fullLengths: fc.constantFrom({}, { path: 5000 }, { directory: 7 }),
    });
    const contexts = [{}, { clockOffsetNs: 1_700_000_000_999_999_999n }, { clockOffsetNs: -5n }];
    fc.assert(
      fc.property(open, fc.constantFrom(...contexts), (fields, context) => {
        const event = new EventDecoder({ context }).decode(fakeRecord('open', fields));
        expect(jsonLine(event)).toBe(JSON.stringify(event));
      }),
      { numRuns: 3000 },
    );
  });

  it('… of directories that are made, that are not, and whose names are not whole', () => {
    const mkdir = fc.record({
      path: fc.oneof(shown, fc.constant('/usr/include')),
      directory: fc.oneof(fc.constant(''), shown),
      mode: fc.nat(0xffff),
      result: fc.integer({ min: -140, max: 1 }),
      fullLengths: fc.constantFrom({}, { path: 5000 }, { directory: 7 }),
    });
    const property = (fields: object) => {
      const event = new EventDecoder().decode(fakeRecord('mkdir', fields));
      expect(jsonLine(event)).toBe(JSON.stringify(event));
    };
    fc.assert(fc.property(mkdir, property), { numRuns: 1500 });
  });

  it('… where the layouts are others: of a recording of another version', () => {
    const header = eventLayouts.events['open']!.fields[0]!.layout as StructLayout;
    const changed = (change: (field: Field) => Field[]): EventLayouts => {
      const [, ...own] = eventLayouts.events['open']!.fields;
      const layout = { ...header, fields: header.fields.flatMap(change) };
      const open = {
        ...eventLayouts.events['open']!,
        fields: [{ name: 'header', offset: 0, layout }, ...own],
      };
      return { ...eventLayouts, kinds: { open: eventLayouts.kinds['open']! }, events: { open } };
    };
    const narrow = (name: string) =>
      changed((field) =>
        field.name === name ? [{ ...field, layout: { kind: 'int', size: 4, signed: false } }] : [field],
      );
    const without = (name: string) => changed((field) => (field.name === name ? [] : [field]));
    for (const layouts of [narrow('time_ns'), narrow('start_time_ns'), without('cpu'), without('flags')]) {
      const decoder = new EventDecoder({ layouts, context: { clockOffsetNs: 5n } });
      const event = decoder.decode(fakeRecord('open', { timeNs: 77n, startTimeNs: 66n, cpu: 3, path: '/x' }));
      expect(jsonLine(event)).toBe(JSON.stringify(event));
      expect(JSON.parse(jsonLine(event))).toMatchObject({ ktimeNs: '77', startTimeNs: '66' });
    }
  });

  it('is written whole or not at all when the event has expired', () => {
    const decoder = new EventDecoder({ checkLifetime: true });
    let kept: Event | undefined;
    const record = inMemory(fakeRecord('open', { path: '/x' }));
    decoder.handler((event) => {
      kept = event as Event;
    })(record, 8, record.u8.length - 8);
    const out = new LineBuffer();
    out.add('before\n');
    expect(() => writeJsonLine(kept!, out)).toThrow(expect.objectContaining({ code: 'VIEW_EXPIRED' }));
    expect(out.toString()).toBe('before\n');
  });

  it('also prints markers and malformed records', () => {
    const malformed = new EventDecoder().decode(unknown);
    const gap = marker({ kind: 'gap', reason: 'torn', position: 7n });
    for (const other of [malformed, gap]) expect(jsonLine(other)).toBe(JSON.stringify(other));
  });

  it('has nothing that a terminal obeys, and loses none of it', () => {
    const hostile = '\x1b[31m\x7f\x9b31m\u202e\u2028\ufeff\u{e0041}é☃';
    const event = new EventDecoder().decode(fakeRecord('open', { path: hostile, comm: '\x9b\u202e' }));
    const line = jsonLine(event);
    expect(line).toMatch(/^[ -~é☃]+$/);
    expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(event)));
  });

  it('is added to others, however many there are, and cut from none', () => {
    const decoder = new EventDecoder({ context: { clockOffsetNs: 5n } });
    const paths = fc.array(fc.oneof(shown, fc.string({ minLength: 1, maxLength: 300 })), { maxLength: 80 });
    const property = (texts: readonly (string | Uint8Array)[]) => {
      const events = texts.map((path) => decoder.decode(fakeRecord('open', { path })));
      const out = new LineBuffer();
      for (const event of events) writeJsonLine(event, out);
      const lines = events.map((event) => `${jsonLine(event)}\n`).join('');
      expect(out.toString()).toBe(lines);
      expect(out.length).toBe(Buffer.byteLength(lines));
      const taken = out.take();
      out.add('after');
      expect(taken.toString()).toBe(lines);
      expect(out.bytes.toString()).toBe('after');
    };
    fc.assert(fc.property(paths, property), { numRuns: 300 });
  });

  it('has every byte of a path as it is, or escaped, at every place of a word', () => {
    for (let byte = 1; byte < 256; byte++) {
      for (let before = 0; before < 4; before++) {
        const path = Buffer.from(`${'a'.repeat(before)}\0bcd`);
        path[before] = byte;
        const event = new EventDecoder().decode(fakeRecord('open', { path: Uint8Array.from(path) }));
        const line = jsonLine(event);
        expect(line).toMatch(/^[ -~\ufffd]+$/);
        expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(event)));
      }
    }
  });
});
