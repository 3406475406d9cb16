import { describe, expect, test } from 'vitest';
import { countResults, countVitest, summarise } from './reports.mjs';

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

describe('the closing line', () => {
  const reports = new Map([
    ['unit', { passed: 10, failed: 0, skipped: 0 }],
    ['kernel', { passed: 5, failed: 0, skipped: 2 }],
    ['check', { passed: 7, failed: 1, skipped: 0 }],
  ]);
  const closing = (...expected: [name: string, status: number][]) =>
    summarise(
      expected.map(([name, status]) => ({ name, status })),
      (name) => reports.get(name),
    );

  test('adds the reports up', () => {
    expect(closing(['unit', 0], ['kernel', 0])).toEqual({
      line: '15 passed, 0 failed, 2 skipped',
      notes: [],
      isFailure: false,
    });
    expect(closing(['unit', 0])).toEqual({ line: '10 passed, 0 failed', notes: [], isFailure: false });
    expect(closing(['unit', 0], ['check', 1])).toEqual({
      line: '17 passed, 1 failed',
      notes: [],
      isFailure: true,
    });
  });

  test('counts a report that is not there as a failure', () => {
    const { line, notes, isFailure } = closing(['unit', 0], ['matrix', 0]);
    expect({ line, isFailure }).toEqual({ line: '10 passed, 1 failed', isFailure: true });
    expect(notes).toEqual(['.reports/matrix.json: no report; its command ended with status 0']);
  });

  test('does not pass a command that failed without a word in its report', () => {
    expect(closing(['unit', 1])).toMatchObject({ line: '10 passed, 1 failed', isFailure: true });
  });
});
