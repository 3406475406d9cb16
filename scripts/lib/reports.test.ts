import { describe, expect, test } from 'vitest';
import { countResults, countVitest } from './reports.mjs';

const file = (status: string, ...tests: string[]) => ({
  status,
  assertionResults: tests.map((test) => ({ status: test })),
});

describe("the counts of Vitest's report", () => {
  test('passed, failed and everything that did not run', () => {
    const report = {
      success: false,
      testResults: [
        file('failed', 'passed', 'failed'),
        file('passed', 'passed', 'skipped', 'todo', 'pending'),
      ],
    };
    expect(countVitest(report)).toEqual({ passed: 2, failed: 1, skipped: 3 });
  });

  test('a file that does not load counts as a failure', () => {
    expect(countVitest({ success: false, testResults: [file('failed'), file('passed', 'passed')] })).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
    });
  });

  test('so does an error outside of every test', () => {
    expect(countVitest({ success: false, testResults: [file('passed', 'passed')] })).toEqual({
      passed: 1,
      failed: 1,
      skipped: 0,
    });
  });
});

test('the counts of our own report', () => {
  const result = { name: 'types', ms: 1, output: '' };
  const results = [
    { ...result, status: 'passed' as const },
    { ...result, status: 'failed' as const },
    { ...result, status: 'skipped' as const },
  ];
  expect(countResults({ results })).toEqual({ passed: 1, failed: 1, skipped: 1 });
});
