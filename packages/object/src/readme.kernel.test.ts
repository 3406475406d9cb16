import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { buildPackages } from '../test/build.js';
import { basicForKernel } from '../test/kernel.js';

beforeAll(buildPackages);

const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');

test('the example of the README runs as it stands', async () => {
  const example = /```js\n(.*?)```/s.exec(readme)?.[1] ?? '';
  // Inside of the package, where its own name resolves.
  const folder = fileURLToPath(new URL(`../dist/.readme-${process.pid}/`, import.meta.url));
  mkdirSync(folder, { recursive: true });
  try {
    copyFileSync(basicForKernel(), `${folder}exits.bpf.o`);
    writeFileSync(`${folder}example.mjs`, example);
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['example.mjs'], { cwd: folder });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^exit of \d+\n/);
    expect(stdout).toMatch(/\nhits [1-9]\d*n\n$/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the README names every error code as it is', async () => {
  const { errorCodes } = await import('@spoor/core');
  const named = [...readme.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, code]) => code);
  expect(named.length).toBeGreaterThan(15);
  expect(named.filter((code) => code !== 'SPOOR_FFI' && !Object.hasOwn(errorCodes, code ?? ''))).toEqual([]);
});
