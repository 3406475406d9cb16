/**
 * The last line of `.ci/run`: `N passed, N failed[, N skipped]`, counted from the reports.
 *
 *     node scripts/summary.mjs unit:0 kernel:0 check:1
 *
 * Each argument is a report that must be there, and the exit status of the command that wrote it. A report
 * that is missing is a failure, and so is a command that failed though its reports show none.
 */
import process from 'node:process';
import { red, say } from './lib/output.mjs';
import { countReport } from './lib/reports.mjs';

const total = { passed: 0, failed: 0, skipped: 0 };
for (const argument of process.argv.slice(2)) {
  const [name = '', status = '0'] = argument.split(':');
  const counts = countReport(name);
  if (counts === undefined) {
    say(red(`.reports/${name}.json: no report; the command that writes it ended with status ${status}`));
    total.failed += 1;
    continue;
  }
  total.passed += counts.passed;
  total.failed += counts.failed;
  total.skipped += counts.skipped;
}
const failedCommand = process.argv.slice(2).some((argument) => !argument.endsWith(':0'));
if (failedCommand && total.failed === 0) {
  say(red('a command failed, and no report says why'));
  total.failed = 1;
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
process.stdout.write(`${total.passed} passed, ${total.failed} failed${skipped}\n`);
process.exitCode = total.failed > 0 ? 1 : 0;
