import { dirname } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileProgram, type TestProgram } from '../../test/compile.js';
import { trace } from '../index.js';

let quiet: TestProgram;

beforeAll(() => {
  quiet = compileProgram('quiet');
});
afterAll(() => quiet[Symbol.dispose]());

const floods = 100;
const acts = 50;

it('every act of a quiet process is reported during a flood of a hundred others', {
  timeout: 60_000,
}, async () => {
  await using tracer = await trace({
    tuning: { replaceable: false },
    command: [quiet.path, String(floods), String(acts), '40000'],
    spawn: { cwd: dirname(quiet.path), stdio: 'inherit' },
    events: ['open'],
  });
  const told = new Set<string>();
  let delivered = 0;
  await tracer.each((event) => {
    if (event.kind !== 'open') return;
    delivered++;
    if (event.path.startsWith('/missing/quiet-')) told.add(event.path);
  });
  const { events, droppers } = tracer.stats();
  expect(told.size).toBe(acts);
  // The flood lost events, and its processes are listed.
  const { submitted, dropped } = events['open']!;
  expect(submitted).toBe(delivered);
  expect(dropped['ring-full']).toBeGreaterThan(0);
  expect(droppers.length).toBeGreaterThan(0);
  for (const { comm } of droppers) expect(comm).toBe('quiet');
});
