import { seededRandom } from '@spoor/core/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inMemory } from '../../test/recordings.js';
import { fakeRecord } from '../testing.js';
import { EventDecoder } from './decoder.js';
import { eventLayouts } from './generated-layouts.js';
import type { Event, EventKind, MalformedEvent } from './types.js';

/** How many mutated records; `SPOOR_FUZZ=10000000` for the long run. */
const runs = Number(process.env['SPOOR_FUZZ'] ?? 20_000);

const kinds = Object.keys(eventLayouts.kinds) as EventKind[];

/** A record of each kind with something in every part. */
const seeds = kinds.map((kind) =>
  fakeRecord(kind, {
    ...Object.fromEntries(
      eventLayouts.events[kind]!.fields.filter(
        ({ layout }) => layout.kind === 'struct' && layout.name === 'var_bytes',
      ).map(({ name }, index) => [name, Buffer.from(`part ${index}\0\xff`, 'latin1')]),
    ),
    timeNs: 5n,
    comm: 'comm',
    exe: '/usr/bin/exe',
    argv: Buffer.from('a\0bc\0'),
  } as never),
);

/** Everything that can be asked of an event, as text. */
function allOf(event: Event | MalformedEvent): string {
  const line = JSON.stringify(event);
  if (event.kind === 'malformed') return line;
  const fields = Object.values(event.copy().toObject()).join('|');
  return `${line}${fields}${event.raw.join()}`;
}

const decoder = new EventDecoder({ context: { clockOffsetNs: 0n }, checkLifetime: false });

/** The longest record of the tests, with room around it. */
const room = 4096;

/** Memory that is full of one byte, but for a record at byte 8. */
class Surroundings {
  readonly #memory = inMemory(new Uint8Array(room));
  readonly #filling: number;

  constructor(filling: number) {
    this.#filling = filling;
    this.#memory.u8.fill(filling);
  }

  decode(record: Uint8Array): string {
    this.#memory.u8.set(record, 8);
    try {
      return allOf(decoder.own(this.#memory, 8, record.length));
    } finally {
      this.#memory.u8.fill(this.#filling, 8, 8 + record.length);
    }
  }
}

const zeros = new Surroundings(0);
const others = new Surroundings(0xa5);

/**
 * Holds a record to the promise: whatever its bytes, it is decoded or malformed, and what is said
 * of it depends on nothing that lies around it.
 */
function check(record: Uint8Array): 'event' | 'malformed' {
  const text = zeros.decode(record);
  if (others.decode(record) !== text)
    throw new Error(`bytes around the record are read: ${Buffer.from(record).toString('hex')}`);
  return text.startsWith('{"event":"malformed"') ? 'malformed' : 'event';
}

function mutate(record: Uint8Array, random: (below: number) => number): Uint8Array {
  const length = random(4) === 0 ? random(record.length + 64) : record.length;
  const mutated = new Uint8Array(length);
  mutated.set(record.subarray(0, length));
  const changes = random(5);
  for (let change = 0; change < changes && length > 0; change++) {
    // The header and the fixed part are where it hurts.
    const at = random(3) === 0 ? random(length) : random(Math.min(length, 160));
    const extremes = [0, 1, 0x7f, 0x80, 0xff, length & 0xff, length >>> 8];
    mutated[at] = random(2) === 0 ? random(256) : extremes[random(extremes.length)]!;
  }
  return mutated;
}

describe('the decoder', () => {
  it(`takes ${runs} mutated records without a crash and without a look around them`, {
    timeout: 3_600_000,
  }, () => {
    const seed = Date.now() | 0;
    const random = seededRandom(seed);
    const seen = { event: 0, malformed: 0 };
    for (let run = 0; run < runs; run++) {
      const record = mutate(seeds[random(seeds.length)]!, random);
      try {
        seen[check(record)]++;
      } catch (error) {
        throw new Error(`seed ${seed}, run ${run}: ${Buffer.from(record).toString('hex')}`, { cause: error });
      }
    }
    // Both happen often, or the mutations are of no use.
    expect(seen.event).toBeGreaterThan(runs / 10);
    expect(seen.malformed).toBeGreaterThan(runs / 10);
  });

  it('takes any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.constantFrom(...seeds), (bytes, seed) => {
        expect(check(bytes)).toBe('malformed');
        // Repeats it behind a valid header.
        const record = new Uint8Array(Math.max(seed.length, 96 + bytes.length));
        record.set(seed);
        record.set(bytes, 96);
        check(record);
      }),
      { numRuns: 1000 },
    );
  });
});
