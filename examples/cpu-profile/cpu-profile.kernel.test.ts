import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { buildProgram, type Program, Running } from '../program.js';

const folder = fileURLToPath(new URL('.', import.meta.url));

let program: Program;
beforeAll(async () => {
  program = await buildProgram('cpu-profile');
});
afterAll(() => program[Symbol.dispose]());

test('the stacks of a busy process are drawn as a flame graph', () => {
  const file = join(dirname(program.file), 'profile.svg');
  using busy = new Running('dd', 'if=/dev/urandom', 'of=/dev/null', 'bs=1M', 'status=none');
  const printed = execFileSync(process.execPath, [program.file, String(busy.pid), file], {
    encoding: 'utf8',
  });
  const svg = readFileSync(file, 'utf8');
  const frames = [
    ...svg.matchAll(
      /<svg x="([\d.e-]+)%" y="-(\d+)" width="([\d.]+)%" height="16"><title>(.*): (\d+) of (\d+) samples/g,
    ),
  ].map(([, x, y, width, name, samples, all]) => ({ x, y, width, name, samples, all }));
  const [root, ...others] = frames;
  expect(root).toMatchObject({ x: '0', y: '17', width: '100', name: `process ${busy.pid}` });
  expect(printed).toBe(`${root!.all} samples in ${file}\n`);
  expect(Number(root!.all)).toBeGreaterThan(0);
  // A process, a library and a function of the kernel.
  const names = new Set(others.map(({ name }) => name));
  expect(names).toContain('dd');
  expect(names).toContain('vfs_read');
  expect([...names].some((name) => /^libc[.\w-]*\+0x[0-9a-f]+$/.test(name ?? ''))).toBe(true);
  // The frames of a level are not wider than the graph.
  const widths = new Map<string | undefined, number>();
  for (const { y, width } of frames) widths.set(y, (widths.get(y) ?? 0) + Number(width));
  expect(Math.max(...widths.values())).toBeLessThanOrEqual(100.001);
  expect(svg.match(/<svg /g)?.length).toBe(svg.match(/<\/svg>/g)?.length);
});

test('the module beside it is the one that its source gives', () => {
  expect(program.committed).toBe(program.generated);
});

test('it has at most 60 lines', () => {
  const lines = readFileSync(`${folder}main.ts`, 'utf8').split('\n');
  expect(lines.filter((line) => !/^\s*(\/\/.*|\/?\*.*)?$/.test(line)).length).toBeLessThanOrEqual(60);
});
