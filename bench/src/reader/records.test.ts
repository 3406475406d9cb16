import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventDecoder } from '@spoor/event';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { givenBytes, givenCount, mixedSize, offsetOf, type RecordsOptions, writeRecords } from './records.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-records-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The records of a file, as the BPF program gives them to a ring. */
function written(options: RecordsOptions = {}) {
  const path = join(folder, 'records');
  writeRecords(path, options);
  const file = readFileSync(path);
  expect(file.length).toBe(givenBytes * givenCount);
  return Array.from({ length: givenCount }, (_, index) => {
    const at = index * givenBytes;
    const size = file.readUInt32LE(at);
    return { uniqueAt: file.readUInt32LE(at + 4), record: file.subarray(at + 8, at + 8 + size) };
  });
}

test('opens that a decoder takes, all different', () => {
  const decoder = new EventDecoder();
  const paths = written().map(({ record }) => {
    const event = decoder.decode(new Uint8Array(record));
    if (event.kind !== 'open') throw new Error(event.kind);
    return event.path;
  });
  expect(new Set(paths).size).toBe(givenCount);
});

test('in unique records the place that differs is in the path', () => {
  for (const { uniqueAt, record } of written({ unique: true })) {
    expect(record.toString('latin1', uniqueAt, uniqueAt + 8)).toBe('aaaaaaaa');
    expect(uniqueAt).toBeGreaterThan(offsetOf('path'));
  }
});

test('records of a given size have that size and are valid opens', () => {
  const decoder = new EventDecoder();
  for (const size of [160, 4096]) {
    for (const { record, uniqueAt } of written({ sizeOf: () => size }))
      expect([record.length, uniqueAt, decoder.decode(new Uint8Array(record)).kind]).toEqual([
        size,
        0,
        'open',
      ]);
  }
});

test('mixed sizes keep to their range and hardly repeat', () => {
  const sizes = written({ sizeOf: mixedSize }).map(({ record }) => record.length);
  expect(Math.min(...sizes)).toBeGreaterThanOrEqual(160);
  expect(Math.max(...sizes)).toBeLessThanOrEqual(1000);
  expect(new Set(sizes).size).toBeGreaterThan(80);
  expect(sizes.filter((size, index) => size === sizes[index - 1]).length).toBeLessThan(10);
});

test('a field that an open does not have is a mistake', () => {
  expect(() => offsetOf('nothing')).toThrow('an open has no field nothing');
});
