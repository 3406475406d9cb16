import { expect, test } from 'vitest';
import { sampleReport } from '../../test/sample-report.js';
import { detailsText, summaryText } from './page.js';

const page = detailsText([sampleReport]);

test('the machine, once', () => {
  const twice = detailsText([sampleReport, sampleReport]);
  const line = '- 2 × Some CPU, a virtual machine, 8.00 GB, Linux 6.1.0, Node.js 20.19.0, strace 6.1-0.1';
  expect(twice.split('\n').filter((candidate) => candidate === line)).toHaveLength(1);
});

test('prints each goal and its verdict', () => {
  expect(page).toContain('| [sample](#sample) | half the time | 0.50 × | 0.60 × | yes |');
  expect(page).toContain('| [sample](#sample) | memory | 81.0 MB | 80.0 MB | **no** |');
});

test('a section has its picture, its tables and its notes', () => {
  expect(page).toContain('![A sample](sample.svg)');
  expect(page).toContain('| | median | nine of ten rounds | × theirs |');
  expect(page).toContain('| ours & all | 2.10 µs | 2.00 – 2.20 | 0.50 × (0.50 – 0.50) |');
  expect(page).toContain('- Said for a reason.\n- Absent: bpftrace: not installed');
  expect(page).toContain('2026-11-22 18:39 UTC, 61 s, 0.3 other processes running when it began');
});

test('a smoke test says so, and judges nothing', () => {
  const smoke = detailsText([{ ...sampleReport, quick: true }]);
  expect(smoke).toContain('- A smoke test: the numbers mean nothing.');
  expect(smoke).not.toContain('reached');
});

test('the summary has one row per benchmark', () => {
  expect(summaryText([sampleReport], '../bench/results/README.md')).toContain(
    '| [sample](../bench/results/README.md#sample) | A sample | 1 of 2 | half the time: 0.50 × (at most 0.60 ×) |',
  );
  expect(summaryText([{ ...sampleReport, quick: true }], 'README.md')).toContain('it judges nothing');
});
