/**
 * Map calls in a process of its own. At each line of its input it does one thing with every entry,
 * and answers with the nanoseconds that an entry took.
 *
 *   child.js ours|npm PATH COUNT
 */
import process from 'node:process';
import { createInterface } from 'node:readline';
import { npmTable, ourTable } from './ways.js';

const [whose, path = '', count = ''] = process.argv.slice(2);
const total = Number(count);
/** Each key once, neighbours far apart: as in c/maps.c. */
const keys = Array.from({ length: total }, (_, index) => ((index * 7919) % total) + 1);
const table = (whose === 'npm' ? npmTable : ourTable)(path, keys);
for await (const line of createInterface({ input: process.stdin })) {
  const action = table.actions[line]!;
  const began = process.hrtime.bigint();
  action();
  process.stdout.write(`${Number(process.hrtime.bigint() - began) / total}\n`);
}
table.close();
