import { expect, test } from 'vitest';
import { sampleReport } from '../../test/sample-report.js';
import { reportText } from './text.js';

test('tables, remarks, what is absent, and what was to hold', () => {
  expect(reportText(sampleReport)).toBe(`sample: A sample (61 s)

  Time | taken  (× theirs)
    ours & all   2.10 µs   2.00 – 2.20   0.50 × (0.50 – 0.50)
    theirs       4.20 µs   4.00 – 4.40
    nothing      0.00 µs   0.00 – 0.00   0.00 × (0.00 – 0.00)

  Memory
    ours & all   81.0 MB

  Said for a reason.
  absent: bpftrace: not installed
  ✓ half the time: 0.50 ×, at most 0.60 ×
  ✗ memory: 81.0 MB, at most 80.0 MB`);
});

test('a smoke test is not judged', () => {
  const text = reportText({ ...sampleReport, quick: true });
  expect(text).toContain('a smoke test: the numbers say nothing');
  expect(text).not.toContain('✓');
  expect(text).not.toContain('✗');
});
