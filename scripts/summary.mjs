/**
 * The last line of `.ci/run`: `N passed, N failed[, N skipped]`, counted from the reports.
 *
 *     node scripts/summary.mjs unit:0 kernel:0 check:1
 *
 * Each argument is a report that must be there, and the exit status of the command that wrote it. A
 * report that is missing is a failure, and so is a command that failed though its reports show
 * none.
 */
import process from 'node:process';
import { red, say } from './lib/output.mjs';
import { summarise } from './lib/reports.mjs';

const expected = process.argv.slice(2).map((argument) => {
  const [name = '', status = ''] = argument.split(':');
  return { name, status: Number(status) };
});
const { line, notes, isFailure } = summarise(expected);
for (const note of notes) say(red(note));
process.stdout.write(`${line}\n`);
process.exitCode = isFailure ? 1 : 0;
