/**
 * `pnpm bench --quick` with a report in `.reports/`, for .ci/run: every benchmark runs to its end.
 * How fast anything was is not judged.
 */
import process from 'node:process';
import { script } from './lib/output.mjs';
import { clearReport, writeReport } from './lib/reports.mjs';
import { run } from './lib/run.mjs';
import { inRoot } from './lib/workspace.mjs';

await script(async () => {
  clearReport('bench');
  const began = performance.now();
  const { status } = await run(process.execPath, [inRoot('bench', 'bin', 'bench.mjs'), '--quick'], {
    show: true,
  });
  writeReport('bench', [
    {
      name: 'pnpm bench --quick',
      status: status === 0 ? 'passed' : 'failed',
      ms: performance.now() - began,
      output: status === 0 ? '' : `exit status ${status}: see above`,
    },
  ]);
  return status;
});
