import { expect, it } from 'vitest';
import { readChoice, readCount, readDuration, readEvents, readPids, readSize } from './values.js';

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
  '%j is not a duration',
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

it.each(['', 'M', '1.5M', '-1', '8T', '0x1000', '9'.repeat(16)])('%j is not a size', (text) => {
  expect(() => readSize(text, '--ring-size')).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
});

it('accepts any digits as a count; the range is checked elsewhere', () => {
  expect(readCount('0', '--map-entries')).toBe(0);
  expect(readCount('4096', '--map-entries')).toBe(4096);
  for (const text of ['', '-1', '1.5', '1e3', 'many'])
    expect(() => readCount(text, '--map-entries')).toThrow(
      expect.objectContaining({ code: 'INVALID_VALUE' }),
    );
});

it.each([
  ['42', 'tree=42'],
  ['42,43', 'tree=42,43'],
])('the process ids %s become the scope %s', (text, scope) => {
  expect(readPids(text, '--pid')).toBe(scope);
});

it.each(['', 'sh', '-1', '0', '42,0', '042', '42,', '4 2', '42 follow'])('%j is not a process id', (text) => {
  expect(() => readPids(text, '--pid')).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
});

it('suggests the nearest choice', () => {
  const read = readChoice(['table', 'tree', 'json']);
  expect(read('tree', '--format')).toBe('tree');
  expect(() => read('tabel', '--format')).toThrow(
    expect.objectContaining({
      code: 'INVALID_VALUE',
      remedy: 'Did you mean table? Values: table, tree, json.',
    }),
  );
  expect(() => read('xml', '--format')).toThrow(
    expect.objectContaining({ remedy: 'Values: table, tree, json.' }),
  );
});

it('reads a list of events and groups without duplicates', () => {
  const read = readEvents(
    { known: ['exec', 'open', 'connect', 'mknod'], usual: ['exec', 'open'] },
    { file: ['open', 'mknod', 'unknown'], memory: [] },
  );
  expect(read('exec, open,exec', '--events')).toEqual(['exec', 'open']);
  expect(read('mknod,default', '--events')).toEqual(['mknod', 'exec', 'open']);
  expect(read('all', '--events')).toEqual(['exec', 'open', 'connect', 'mknod']);
  expect(read('exec,file', '--events')).toEqual(['exec', 'open', 'mknod']);
  expect(() => read('fiel', '--events')).toThrow(
    expect.objectContaining({ remedy: expect.stringMatching(/^Did you mean file\?/) }),
  );
  expect(() => read('exec,opne', '--events')).toThrow(
    expect.objectContaining({ code: 'UNKNOWN_EVENT', remedy: expect.stringMatching(/^Did you mean open\?/) }),
  );
  for (const text of ['', ',', 'exec,']) {
    expect(() => read(text, '--events')).toThrow(expect.objectContaining({ code: 'INVALID_VALUE' }));
  }
});
