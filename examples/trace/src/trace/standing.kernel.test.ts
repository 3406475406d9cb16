/** What the tracer's own process is while it traces. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { childrenOf, until } from '../../test/leftovers.js';
import { type Ended, type Running, startSpoor } from '../../test/spoor.js';

let running: Running;
let ended: Ended | undefined;
let command = 0;
let tracer = 0;

const commOf = (pid: number) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
/** The 19th field of /proc/PID/stat; the second, a name, may have blanks. */
const nicenessOf = (pid: number, thread = pid) =>
  Number(
    readFileSync(`/proc/${pid}/task/${thread}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ')[16],
  );

beforeAll(async () => {
  running = startSpoor(['trace', '--events', 'open', '--stats', '--', 'sleep', '1234.5']);
  const found = (name: string) => childrenOf(running.child.pid!).find((pid) => commOf(pid) === name);
  await until(() => found('sleep') !== undefined);
  command = found('sleep')!;
  tracer = childrenOf(running.child.pid!).find((pid) =>
    readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('spoor.cjs'),
  )!;
});

afterAll(() => {
  if (ended === undefined) running.child.kill('SIGKILL');
});

it('reads at a raised priority, which the command does not inherit', () => {
  expect(nicenessOf(tracer)).toBe(-20);
  expect(nicenessOf(command)).toBe(nicenessOf(process.pid));
});

it('says so in --stats', async () => {
  process.kill(command, 'SIGTERM');
  ended = await running.ended;
  expect(ended.signal).toBe('SIGTERM');
  expect(ended.stderr).toMatch(/^ {2}reader priority +raised: niceness -20$/m);
});
