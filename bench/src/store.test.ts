import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { sampleReport } from '../test/sample-report.js';
import type { Report } from './report/report.js';
import { Store } from './store.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'spoor-store-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const reportOf = (name: string, seconds = 1): Report => ({
  ...sampleReport,
  seconds,
  subject: { ...sampleReport.subject, name },
});
const names = (store: Store) => store.read().map(({ subject }) => subject.name);

test('keeps the reports of other benchmarks, in the order of all', () => {
  const store = new Store(folder, ['first', 'second', 'third']);
  store.add(reportOf('third'));
  store.add(reportOf('first'));
  expect(names(store)).toEqual(['first', 'third']);
  store.add(reportOf('third', 9));
  expect(names(store)).toEqual(['first', 'third']);
  expect(store.read()[1]?.seconds).toBe(9);
});

test('reads what it wrote', () => {
  const store = new Store(folder, ['first']);
  store.add(reportOf('first'));
  expect(new Store(folder, ['first']).read()).toEqual([reportOf('first')]);
});

test('writes both pages, and one picture per benchmark', () => {
  const store = new Store(folder, ['first', 'second']);
  store.add(reportOf('second'));
  store.add(reportOf('first'));
  const page = readFileSync(join(folder, 'README.md'), 'utf8');
  expect(page.indexOf('## first')).toBeLessThan(page.indexOf('## second'));
  for (const name of ['first', 'second']) {
    expect(page).toContain(`(${name}.svg)`);
    expect(readFileSync(join(folder, `${name}.svg`), 'utf8')).toContain('<svg');
    expect(readFileSync(store.page, 'utf8')).toContain(`(README.md#${name})`);
  }
});

test('forgets benchmarks that there are no more', () => {
  new Store(folder, ['first', 'gone']).add(reportOf('gone'));
  expect(names(new Store(folder, ['first']))).toEqual([]);
});

test('measures again what it did not write', () => {
  const store = new Store(folder, ['first']);
  store.add(reportOf('first'));
  for (const content of ['{', '{}', '{"version":0,"reports":[]}', 'null']) {
    writeFileSync(join(folder, 'results.json'), content);
    expect(store.read()).toEqual([]);
  }
});
