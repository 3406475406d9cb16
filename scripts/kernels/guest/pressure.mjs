/**
 * Runs in the guest of `pnpm stress:96cpu`: the experiment of experiments/map-pressure. Its files
 * are sent as messages.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { run } from '../../lib/run.mjs';
import { inRoot } from '../../lib/workspace.mjs';
import { tell } from './reporter.mjs';

/**
 * @typedef {{ args: string[] }} Orders arguments of the experiment, in `.tools/kernels/orders.json`
 */
/** @type {Orders} */
const { args } = JSON.parse(readFileSync(inRoot('.tools', 'kernels', 'orders.json'), 'utf8'));

const out = '/tmp/pressure';
const program = inRoot('experiments', 'map-pressure', 'bin', 'pressure.mjs');
tell({ say: 'line', text: 'the guest is up' });
const { status } = await run(process.execPath, [program, ...args, '--out', out], {
  onOutput: (text) => tell({ say: 'line', text: text.trimEnd() }),
});
for (const name of readdirSync(out)) tell({ say: 'file', name, text: readFileSync(join(out, name), 'utf8') });
tell({ say: 'line', text: `the experiment ended with status ${status}` });
process.exitCode = status;
