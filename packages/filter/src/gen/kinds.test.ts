import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { filterKinds as namesInKernel } from '@spoor/bpf';
import { expect, test } from 'vitest';
import { filterKinds } from './kinds.js';

const folder = fileURLToPath(new URL('../..', import.meta.url));

test('the list of kinds is the kernel side\'s', () => {
  expect(Object.keys(filterKinds)).toEqual([...namesInKernel]);
  // Exits with 1 when the generated file is stale.
  execFileSync(process.execPath, ['generate.mjs', '--check'], { cwd: folder });
});

test('every kind has its file and its test', () => {
  const files = new Set(readdirSync(`${folder}/src/kinds`));
  const missing = Object.keys(filterKinds).filter((name) => !files.has(`${name}.ts`) || !files.has(`${name}.test.ts`));
  expect(missing).toEqual([]);
});
