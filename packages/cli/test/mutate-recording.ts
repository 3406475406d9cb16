import { type EventKind, type EventLayouts, eventLayouts } from '@spoor/event';
import { fakeRecord } from '@spoor/event/testing';
import { blockTypes, type ForgedBlock, forgedRecording, recordsPayload } from './forged-recording.js';

const json = (text: string): Uint8Array => Buffer.from(text);

/** Returns whole numbers below a bound; `seededRandom` makes one. */
export type Random = (below: number) => number;

/** A recording in parts: its JSON as text, and its records. */
interface Parts {
  readonly header: string;
  readonly records: readonly Uint8Array[];
  readonly markers: readonly string[];
  readonly end: string;
}

const layoutsOf = (kinds: readonly EventKind[]): EventLayouts => ({
  ...eventLayouts,
  kinds: Object.fromEntries(kinds.map((kind) => [kind, eventLayouts.kinds[kind]!])),
  events: Object.fromEntries(kinds.map((kind) => [kind, eventLayouts.events[kind]!])),
});

const who = { tgid: 10, tid: 10, startTimeNs: 100n, comm: 'sh', exe: '/bin/sh', matchedScopes: 3n };

function partsOf(kinds: readonly EventKind[]): Parts {
  const layouts = layoutsOf(kinds);
  const context = {
    clockOffsetNs: '1700000000000000000',
    scopeNames: ['build', null],
    replacedScopes: [{ version: 1, names: ['old'] }],
    architecture: 'x64',
  };
  const facts = { spoor: '0', kernel: '6.18', architecture: 'x64', command: ['sh'], events: kinds };
  const records = kinds.flatMap((kind, index) =>
    [0, 1].map((more) =>
      fakeRecord(kind, {
        ...who,
        timeNs: BigInt(1000 * index + more),
        childTgid: 11 + more,
        childTid: 11 + more,
        childStartTimeNs: 200n,
        path: '/etc/hosts',
        filename: 'sh',
        argv: ['sh', '-c', "it's"],
        argc: 3,
        durationNs: 5n,
      } as never),
    ),
  );
  const markers = [
    { kind: 'drops', timeNs: '5', drops: { [kinds[0]!]: { 'ring-full': 7 } } },
    { kind: 'gap', reason: 'resync', position: '7', records: 3 },
    { kind: 'context', context },
  ];
  return {
    header: JSON.stringify({ format: 1, layouts, context, facts }),
    records,
    markers: markers.map((marker) => JSON.stringify(marker)),
    end: JSON.stringify({ records: records.length, facts: { dropped: 1 } }),
  };
}

/** Small records of every kind, because a campaign reads thousands per second. */
const originals: readonly Parts[] = [
  ...(['open', 'exec', 'exit', 'connect', 'setuid', 'kill'] as const).map((kind) => partsOf([kind])),
  partsOf(['fork', 'exec', 'exit']),
];
const whole = partsOf(Object.keys(eventLayouts.kinds) as EventKind[]);

/**
 * Returns a recording with something wrong in it. Bytes differ. Blocks are missing, duplicate, or
 * from another recording. Heads claim extremes. JSON is deep, long, or has values of other types.
 * Records have other words.
 */
export function mutatedRecording(random: Random): Uint8Array {
  const original = random(500) === 0 ? whole : originals[random(originals.length)]!;
  const blocks = spliced(blocksOf(original, random), random);
  const bytes = forgedRecording(blocks);
  return random(3) === 0 ? damaged(bytes, random) : bytes;
}

function blocksOf(parts: Parts, random: Random): ForgedBlock[] {
  // Most recordings have one mutation, because several hide each other.
  const wrong = random(6);
  const text = (value: string, here: boolean) => json(here ? mutatedJson(value, random) : value);
  const compression = random(4) === 0 ? 'deflate' : 'none';
  const records = wrong === 0 ? parts.records.map((record) => mutatedRecord(record, random)) : parts.records;
  const block = (type: ForgedBlock['type'], raw: Uint8Array, count = 0): ForgedBlock => ({
    type,
    raw,
    compression,
    records: count,
    ...(wrong === 1 && random(3) === 0 ? extremes(raw.length, random) : {}),
  });
  const payload = recordsPayload(records);
  if (wrong === 2) overwriteWords(payload, random);
  return [
    block('header', text(parts.header, wrong === 3)),
    block('records', payload, records.length),
    ...parts.markers.map((marker) => block('marker', text(marker, wrong === 4))),
    block('records', recordsPayload(records.slice(0, 2)), Math.min(2, records.length)),
    block('end', text(parts.end, wrong === 5 && random(4) === 0)),
  ];
}

const sizes = [0, 1, 7, 8, 31, 0xffff, 0x10000, 2 ** 20, 2 ** 24, 2 ** 26, 2 ** 31, 2 ** 32 - 1];

function extremes(length: number, random: Random): Partial<ForgedBlock> {
  const size = () => (random(2) === 0 ? sizes[random(sizes.length)]! : length + random(16));
  switch (random(3)) {
    case 0:
      return { claims: { storedSize: size() } };
    case 1:
      return { claims: { rawSize: size() } };
    default:
      return { records: size() };
  }
}

function spliced(blocks: ForgedBlock[], random: Random): ForgedBlock[] {
  if (random(4) !== 0) return blocks;
  const at = random(blocks.length);
  const other = originals[random(originals.length)]!;
  switch (random(5)) {
    case 0:
      return blocks.toSpliced(at, 1);
    case 1:
      return blocks.toSpliced(at, 0, blocks[random(blocks.length)]!);
    case 2:
      return blocks.toSpliced(at, 1, ...blocksOf(other, random).slice(random(3)));
    case 3: {
      // The type in a block's head does not match its contents.
      return blocks.toSpliced(at, 1, { ...blocks[at]!, type: blockTypes[random(blockTypes.length)]! });
    }
    default: {
      // Bytes that compress well.
      const raw = new Uint8Array(random(40) === 0 ? 4 * 2 ** 20 : 2 ** 14).fill(random(2) * random(256));
      const records = random(2) === 0 ? raw.length / 8 : random(100);
      return blocks.toSpliced(at, 0, { type: 'records', raw, records });
    }
  }
}

function damaged(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = Buffer.from(bytes);
  switch (random(4)) {
    case 0:
      return changed.subarray(0, random(changed.length + 1));
    case 1:
      changed[random(changed.length)]! ^= 1 << random(8);
      return changed;
    case 2:
      for (let times = random(20); times >= 0; times--) changed[random(changed.length)] = random(256);
      return changed;
    default: {
      const at = random(changed.length);
      return Buffer.concat([
        changed.subarray(0, at),
        changed.subarray(Math.min(changed.length, at + random(64))),
      ]);
    }
  }
}

/** Returns a record with other offsets, lengths and numbers. */
function mutatedRecord(record: Uint8Array, random: Random): Uint8Array {
  const length = random(6) === 0 ? random(record.length + 40) : record.length;
  const changed = Buffer.alloc(length);
  changed.set(record.subarray(0, length));
  for (let times = random(4); times > 0 && length >= 4; times--) {
    const word = 4 * random(length >>> 2);
    if (random(2) === 0) changed.writeUInt32LE(random(2 ** 32), word);
    else changed.writeUInt16LE([0, 1, length, length - 1, 0x7fff, 0xffff][random(6)]! & 0xffff, word);
  }
  return changed;
}

/** The lengths of the records. */
function overwriteWords(payload: Uint8Array, random: Random): void {
  const words = Buffer.from(payload.buffer, payload.byteOffset, payload.length);
  for (let times = 1 + random(4); times > 0; times--)
    words.writeUInt32LE(sizes[random(sizes.length)]!, random(2) === 0 ? 0 : 8 * random(words.length >>> 3));
}

const odd: readonly ((random: Random) => string)[] = [
  () => 'null',
  () => 'true',
  () => '""',
  () => '[]',
  () => '{}',
  () => '-1',
  () => '1e308',
  () => '1e999',
  () => '0.5',
  () => '4294967295',
  () => '18446744073709551616',
  () => '"99999999999999999999"',
  () => '"constructor"',
  () => '"__proto__"',
  () => '"\\u001b[2J\\n\\u202e"',
  () => '"\\ud800"',
  (random) => `"${'x'.repeat(1 << random(18))}"`,
  (random) => '['.repeat(1 << random(17)),
  (random) => `${'[{"a":'.repeat(random(40))}1`,
  (random) => `[${'{},'.repeat(1 << random(17))}0]`,
  (random) => `{${Array.from({ length: 1 << random(12) }, (_, index) => `"k${index}":${index}`)}}`,
  () => '{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}',
  () => '{"kind":"array","size":4294901760,"length":65535,"element":{"kind":"bytes","size":65536}}',
  () => '{"kind":"array","size":65536,"length":65536,"element":{"kind":"int","size":1,"signed":true}}',
  () => '{"kind":"chars","size":2147483647}',
  () => '{"kind":"struct","name":"var_bytes","size":8,"fields":[]}',
];

const names = [
  '__proto__',
  'constructor',
  'toString',
  'kind',
  'size',
  'then',
  'x();',
  '\\u001b',
  'header',
  'argv',
];

/** Returns a name, or a value without its children. */
const namePattern = /"[^"\\]*"(?=:)/g;
const valuePattern = /(?<=[:[,])(?:"[^"\\]*"(?!:)|-?\d+|true|false|null|\[[^[\]{}]*\]|\{[^{}]*\})/g;

function mutatedJson(text: string, random: Random): string {
  let changed = text;
  for (let times = random(2); times >= 0; times--) {
    const isName = random(4) === 0;
    const found = [...changed.matchAll(isName ? namePattern : valuePattern)];
    const place = found[random(Math.max(1, found.length))];
    if (place === undefined || changed.length > 2 ** 20) return changed;
    const value = isName ? `"${names[random(names.length)]}"` : odd[random(odd.length)]!(random);
    changed = `${changed.slice(0, place.index)}${value}${changed.slice(place.index + place[0].length)}`;
  }
  return changed;
}
