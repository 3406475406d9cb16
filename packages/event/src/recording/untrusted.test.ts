import { once } from 'node:events';
import { stat } from 'node:fs/promises';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { type ForgedBlock, json, recordsPayload, writeForged } from '../../test/hostile-recording.js';
import { openAt, temporaryPaths, write } from '../../test/recordings.js';
import { eventLayouts } from '../view/generated-layouts.js';
import { openRecording } from './open-recording.js';

const newPath = temporaryPaths();

const header = { format: 1, layouts: eventLayouts, context: {}, facts: {} };
const headerBlock = (change: object = {}): ForgedBlock => ({
  type: 'header',
  raw: json({ ...header, ...change }),
});
const end: ForgedBlock = { type: 'end', raw: json({ facts: {} }) };
const recordsBlock = (records: readonly Uint8Array[]): ForgedBlock => ({
  type: 'records',
  raw: recordsPayload(records),
  records: records.length,
});

/** Reads a recording to its end. Returns what it has, as lines. */
async function read(blocks: readonly ForgedBlock[]): Promise<string[]> {
  await using recording = await openRecording(writeForged(newPath(), blocks));
  const lines: string[] = [];
  for await (const event of recording) lines.push(JSON.stringify(event));
  return lines;
}

const invalid = (message: RegExp) =>
  expect.objectContaining({ code: 'RECORDING_INVALID', message: expect.stringMatching(message) });

const withOpen = (change: object, name?: string) => {
  const open = eventLayouts.events['open']!;
  const fields = open.fields.map((field) => (field.name === name ? { ...field, ...change } : field));
  const layout = name === undefined ? { ...open, ...change } : { ...open, fields };
  return { layouts: { ...eventLayouts, events: { ...eventLayouts.events, open: layout } } };
};

describe('a known field of an unexpected type is RECORDING_INVALID', () => {
  it.each<[string, object, RegExp]>([
    ['format', { format: '1' }, /format is a string/],
    ['layouts', { layouts: [] }, /layouts is an array/],
    ['kinds', { layouts: { ...eventLayouts, kinds: 7 } }, /layouts\.kinds is a number/],
    ['a kind', { layouts: { ...eventLayouts, kinds: { open: 'x' } } }, /not a whole number/],
    ['flags', { layouts: { ...eventLayouts, flags: { x: 2 ** 40 } } }, /x has the number/],
    ['origins', { layouts: { ...eventLayouts, origins: { 'X\n': 1 } } }, /is not a name/],
    [
      'a kind like a part of every object',
      { layouts: { ...eventLayouts, kinds: { constructor: 1 } } },
      /called/,
    ],
    ['facts', { facts: 'x' }, /facts is a string/],
    ['context', { context: null }, /context is null/],
    ['the clock', { context: { clockOffsetNs: 5 } }, /clockOffsetNs is a number/],
    ['the architecture', { context: { architecture: {} } }, /architecture is an object/],
    ['the boot id', { context: { bootId: 'x\n' } }, /bootId is a string/],
    ['names of scopes', { context: { scopeNames: 'x' } }, /scopeNames is a string/],
    ['a name of a scope', { context: { scopeNames: [{}] } }, /scopeNames\[0\] is an object/],
    ['too many names', { context: { scopeNames: new Array(65).fill('x') } }, /array of 64/],
    ['replaced scopes', { context: { replacedScopes: {} } }, /replacedScopes is an object/],
    ['a version', { context: { replacedScopes: [{ version: 'x', names: [] }] } }, /version is a string/],
    ['a layout', withOpen({ kind: 'int', size: 4, signed: false }), /begin with a header/],
    ['fields', withOpen({ fields: 7 }), /fields: expected an array/],
    ['a number as a text', withOpen({ layout: { kind: 'chars', size: 4 } }, 'result'), /another type/],
    [
      'a text as a number',
      withOpen({ layout: { kind: 'int', size: 4, signed: true } }, 'path'),
      /another type/,
    ],
    ['a fixed part of 1 GiB', withOpen({ size: 2 ** 30 }), /open has 1073741824 bytes/],
    [
      'arrays of arrays',
      withOpen({
        fields: [
          ...eventLayouts.events['open']!.fields,
          ...Array.from({ length: 20 }, (_, index) => ({
            name: `f${'x'.repeat(index)}`,
            offset: 0,
            layout: {
              kind: 'array',
              size: 65_528,
              length: 65_528,
              element: { kind: 'int', size: 1, signed: false },
            },
          })),
        ],
        size: 65_528,
      }),
      /more bytes than it has/,
    ],
  ])('%s', async (_, change, message) => {
    await expect(read([headerBlock(change), end])).rejects.toEqual(invalid(message));
  });

  it.each<[string, unknown, RegExp]>([
    ['no object', 7, /it is a number/],
    ['a kind', { kind: 7 }, /kind is a number/],
    ['a time', { kind: 'drops', timeNs: 7, drops: {} }, /timeNs is a number/],
    ['drops', { kind: 'drops', timeNs: '7', drops: null }, /drops is null/],
    ['drops of one kind', { kind: 'drops', timeNs: '7', drops: { open: 1 } }, /drops\.open is a number/],
    ['a count', { kind: 'drops', timeNs: '7', drops: { open: { x: -1 } } }, /drops\.open\.x is a number/],
    ['a reason', { kind: 'drops', timeNs: '7', drops: { open: { '\n': 1 } } }, /not a name/],
    [
      'names that are parts of every object',
      '{"kind":"drops","timeNs":"7","drops":{"__proto__":{"polluted":1}}}',
      /does not have/,
    ],
    ['the reason of a gap', { kind: 'gap', position: '7', reason: [] }, /reason is an array/],
    ['the place of a gap', { kind: 'gap', position: 7, reason: 'x' }, /position is a number/],
    ['a context', { kind: 'context', context: 7 }, /context is a number/],
    ['text that is not JSON', '{', /not JSON/],
  ])('in a marker: %s', async (_, value, message) => {
    await expect(read([headerBlock(), { type: 'marker', raw: json(value) }, end])).rejects.toEqual(
      invalid(message),
    );
    expect('polluted' in {}).toBe(false);
  });

  it('in the end', async () => {
    await expect(read([headerBlock(), { type: 'end', raw: json({ facts: 7 }) }])).rejects.toEqual(
      invalid(/facts is a number/),
    );
  });
});

describe('sizes in a recording', () => {
  it('are not trusted: JSON of more than 1 MiB', async () => {
    const large = json({ ...header, facts: { x: 'y'.repeat(2 ** 20) } });
    await expect(read([{ type: 'header', raw: large }, end])).rejects.toEqual(invalid(/damaged/));
  });

  it('is not believed: bytes that the file does not have', async () => {
    const claims = { storedSize: 16 * 2 ** 20, rawSize: 16 * 2 ** 20 };
    const block: ForgedBlock = { type: 'records', raw: new Uint8Array(8), compression: 'none', claims };
    await using recording = await openRecording(writeForged(newPath(), [headerBlock(), block]));
    expect(await recording.each(() => undefined)).toMatchObject({ complete: false, reason: 'cut' });
  });

  it('is not believed: more or fewer records than there are', async () => {
    const records = [openAt(1), openAt(2)];
    for (const claimed of [1, 3]) {
      const block = { ...recordsBlock(records), records: claimed };
      const [gap, ...rest] = await read([headerBlock(), block, end]);
      expect(JSON.parse(gap!)).toMatchObject({ event: 'gap', records: claimed });
      expect(rest).toEqual([]);
    }
  });

  it('is not believed: records of no bytes by the million', async () => {
    const raw = new Uint8Array(16 * 2 ** 20);
    const block: ForgedBlock = { type: 'records', raw, records: raw.length / 8 };
    const path = writeForged(newPath(), [headerBlock(), block, block, block, end]);
    expect((await stat(path)).size).toBeLessThan(70_000);
    await using recording = await openRecording(path);
    let seen = 0;
    await expect(recording.each(() => seen++)).rejects.toEqual(invalid(/expands too much/));
    expect(seen).toBe(0);
  });

  it('is not believed: events that are all one, by the million', async () => {
    const block = recordsBlock(new Array<Uint8Array>(100_000).fill(openAt(0)));
    const path = writeForged(newPath(), [headerBlock(), ...new Array(8).fill(block), end]);
    await using recording = await openRecording(path);
    let seen = 0;
    await expect(recording.each(() => seen++)).rejects.toEqual(invalid(/expands too much/));
    // A record takes a byte at least.
    expect(seen).toBeLessThanOrEqual((await stat(path)).size + 16_384);
  });

  it('holds for what a writer makes: events that are all one', async () => {
    const path = newPath();
    const { RecordingWriter } = await import('./writer.js');
    const writer = await RecordingWriter.create(path);
    for (let index = 0; index < 60_000; index++) if (!writer.add(openAt(0))) await writer.drained();
    await writer.close();
    await using recording = await openRecording(path);
    expect(await recording.each(() => undefined)).toMatchObject({ complete: true });
    expect(recording.records).toBe(60_000);
  });
});

describe('a recording of many events', () => {
  it('lets timers and signals have their turn, by the iterator and by each', async () => {
    const path = await write(newPath(), 20_000, { blockSize: 8 * 2 ** 20 });
    const { promise, started } = ticking();
    await using recording = await openRecording(path);
    await started;
    let before = 0;
    for await (const _ of recording) {
      const now = performance.now();
      while (performance.now() - now < 0.01);
      if (promise.ticks > 0) break;
      before++;
    }
    promise.stop();
    expect(before).toBeLessThan(19_999);

    await using again = await openRecording(path);
    const abort = AbortSignal.timeout(1);
    let after = 0;
    await again.each(() => {
      const now = performance.now();
      while (performance.now() - now < 0.05);
      if (abort.aborted) after++;
    });
    expect(after).toBeGreaterThan(0);
    if (!abort.aborted) await once(abort, 'abort');
  });

  function ticking() {
    const promise = { ticks: 0, stop: () => clearInterval(timer) };
    const timer = setInterval(() => promise.ticks++, 1);
    return { promise, started: turn() };
  }
});
