import { expect, it } from 'vitest';
import { readChoice, readCount, readDuration, readEvents, readSize } from './values.js';

it.each([
  ['10s', 10_000],
  ['10', 10_000],
  ['250ms', 250],
  ['1.5m', 90_000],
  ['2h', 7_200_000],
  ['0.5', 500],
])('the duration %s is %d ms', (text, ms) => {
  expect(readDuration(text, '--duration')).toBe(ms);
});

it.each(['0', '0s', '-1s', 's', '10 s', '10d', '1e3', '25000m0', '600h', 'Infinity', ''])(
  '%j is no duration',
  (text) => {
    expect(() => readDuration(text, '--duration')).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE' }),
    );
  },
);

it.each([
  ['4096', 4096],
  ['8M', 8_388_608],
  ['512k', 524_288],
  ['1G', 1_073_741_824],
  ['2MiB', 2_097_152],
  ['4kb', 4096],
])('the size %s is %d bytes', (text, bytes) => {
  expect(readSize(text, '--ring-size')).toBe(bytes);
});

it.each(['', 'M', '1.5M', '-1', '8T', '0x1000', '9'.repeat(16)])('%j is no size', (text) => {
  expect(() => readSize(text, '--ring-size')).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
});

it('a count is digits, and what number will do is for another to say', () => {
  expect(readCount('0', '--map-entries')).toBe(0);
  expect(readCount('4096', '--map-entries')).toBe(4096);
  for (const text of ['', '-1', '1.5', '1e3', 'many'])
    expect(() => readCount(text, '--map-entries')).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE' }),
    );
});

it('a choice names the nearest', () => {
  const read = readChoice(['table', 'tree', 'json']);
  expect(read('tree', '--output')).toBe('tree');
  expect(() => read('tabel', '--output')).toThrow(
    expect.objectContaining({
      code: 'INVALID_VALUE',
      remedy: 'Did you mean table? It is one of table, tree, json.',
    }),
  );
  expect(() => read('xml', '--output')).toThrow(
    expect.objectContaining({ remedy: 'It is one of table, tree, json.' }),
  );
});

it('events are names with commas between, each once', () => {
  const read = readEvents(['exec', 'open', 'connect']);
  expect(read('exec, open,exec', '--events')).toEqual(['exec', 'open']);
  expect(() => read('exec,opne', '--events')).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_EVENT', remedy: expect.stringMatching(/^Did you mean open\?/) }),
  );
  for (const text of ['', ',', 'exec,']) {
    expect(() => read(text, '--events')).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
  }
});
