import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EventDecoder } from './decoder.js';
import { eventLayouts } from './generated-layouts.js';
import { inventRecord } from './invent-record.js';
import { jsonLine } from './json-line.js';
import { marker } from './recording/marker.js';
import type { EventKind } from './types.js';

const kinds = Object.keys(eventLayouts.events) as EventKind[];
const unknown = new Uint8Array(4);

/** Text that terminals and logs only show, so that JSON.stringify says the same; some of it is not whole, or not UTF-8. */
const shown = fc.oneof(
  fc.string({ unit: fc.constantFrom('a', '/', '"', '\\', '\n', '\x1b', 'é', '☃', '𝄞'), maxLength: 3 }),
  fc.constantFrom(Uint8Array.of(0x61, 0xff), Uint8Array.of(0xe2, 0x98)),
);
const header = fc.record({
  comm: shown,
  exe: shown,
  matchedScopes: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  headerFlags: fc.nat(0xffff),
  origin: fc.nat(9),
  timeNs: fc.bigInt({ min: 0n, max: 2n ** 63n }),
  startTimeNs: fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }),
  uid: fc.nat(0xffffffff),
  fullLengths: fc.constantFrom({}, { exe: 5000 }),
});

describe('a line of JSON', () => {
  it('is what JSON.stringify says, of every kind', () => {
    const contexts = [{}, { clockOffsetNs: 1_700_000_000_000_000_000n, scopeNames: ['a"b', undefined, 'c'] }];
    const property = (kind: EventKind, fields: object, context: object) => {
      const event = new EventDecoder({ context }).decode(inventRecord(kind, fields));
      expect(jsonLine(event)).toBe(JSON.stringify(event));
    };
    const cases = fc.property(fc.constantFrom(...kinds), header, fc.constantFrom(...contexts), property);
    fc.assert(cases, { numRuns: 3000 });
  });

  it('of a marker and of what is no event too', () => {
    const malformed = new EventDecoder().decode(unknown);
    const gap = marker({ kind: 'gap', reason: 'torn', position: 7n });
    for (const other of [malformed, gap]) expect(jsonLine(other)).toBe(JSON.stringify(other));
  });

  it('has nothing that a terminal obeys, and loses none of it', () => {
    const hostile = '\x1b[31m\x7f\x9b31m\u202e\u2028\ufeff\u{e0041}é☃';
    const event = new EventDecoder().decode(inventRecord('open', { path: hostile, comm: '\x9b\u202e' }));
    const line = jsonLine(event);
    expect(line).toMatch(/^[ -~é☃]+$/);
    expect(JSON.parse(line)).toEqual(JSON.parse(JSON.stringify(event)));
  });
});
