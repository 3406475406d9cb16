/**
 * The reports in `.reports/`: who wrote what, and how many of it passed. Two shapes: Vitest's JSON,
 * and ours for the checks.
 */
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { inRoot, readJson } from './workspace.mjs';

/** @param {string} name @returns {string} */
export const reportPath = (name) => inRoot('.reports', `${name}.json`);

/**
 * @typedef {object} Result one check
 * @property {string} name
 * @property {'passed' | 'failed' | 'skipped'} status
 * @property {number} ms
 * @property {string} output what the tool printed, or why it was skipped
 */

/**
 * @typedef {object} Verdict the result of a check
 * @property {boolean} ok
 * @property {string} output the faults
 * @property {string} [note] printed on the line of the check, also when it passes
 */

/** @param {string} name @param {readonly Result[]} results */
export function writeReport(name, results) {
  mkdirSync(inRoot('.reports'), { recursive: true });
  writeFileSync(reportPath(name), `${JSON.stringify({ results }, null, 2)}\n`);
}

/** Takes an old report away, so that a run that dies early leaves none. @param {string} name */
export function clearReport(name) {
  mkdirSync(inRoot('.reports'), { recursive: true });
  rmSync(reportPath(name), { force: true });
}

/** @typedef {{ passed: number, failed: number, skipped: number }} Counts */

/** @param {any} report @returns {Counts} */
export function countVitest(report) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const file of report.testResults) {
    const before = counts.failed;
    for (const test of file.assertionResults) {
      if (test.status === 'passed') counts.passed += 1;
      else if (test.status === 'failed') counts.failed += 1;
      else counts.skipped += 1;
    }
    // A file that does not load, or whose hooks fail, has no failed test to show for it.
    if (file.status === 'failed' && counts.failed === before) counts.failed += 1;
  }
  // An error outside of every test, such as an unhandled rejection.
  if (report.success === false && counts.failed === 0) counts.failed = 1;
  return counts;
}

/** @param {{ results: readonly Result[] }} report @returns {Counts} */
export function countResults(report) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const { status } of report.results) counts[status] += 1;
  return counts;
}

/**
 * @param {string} name
 * @returns {Counts | undefined} undefined when there is no report, or none that can be read, or one
 *   that says nothing at all: a run of no test proves nothing
 */
function countReport(name) {
  if (!existsSync(reportPath(name))) return undefined;
  try {
    const report = readJson(reportPath(name));
    const counts = Array.isArray(report.testResults) ? countVitest(report) : countResults(report);
    return counts.passed + counts.failed + counts.skipped === 0 ? undefined : counts;
  } catch {
    return undefined;
  }
}

/**
 * @param {readonly { name: string, status: number }[]} expected each report, and the exit status of
 *   the command that writes it
 * @param {(name: string) => Counts | undefined} [count]
 * @returns {{ line: string, notes: string[], isFailure: boolean }} the closing line, and what to
 *   say before it
 */
export function summarise(expected, count = countReport) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  const notes = [];
  for (const { name, status } of expected) {
    const counts = count(name);
    if (counts === undefined)
      notes.push(`.reports/${name}.json: no report; its command ended with status ${status}`);
    total.passed += counts?.passed ?? 0;
    total.failed += counts?.failed ?? 1;
    total.skipped += counts?.skipped ?? 0;
  }
  if (total.failed === 0 && expected.some(({ status }) => status !== 0)) {
    notes.push('a command failed, and no report says why');
    total.failed = 1;
  }
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  return {
    line: `${total.passed} passed, ${total.failed} failed${skipped}`,
    notes,
    isFailure: total.failed > 0,
  };
}
