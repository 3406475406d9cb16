import { execFile } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

/** The code blocks of the README and of the pages for users run as they are written. */

const root = fileURLToPath(new URL('..', import.meta.url));
const pages = [
  'README.md',
  'docs/getting-started.md',
  'docs/errors.md',
  'bpf/README.md',
  'packages/core/README.md',
  'packages/tracer/README.md',
];

interface Block {
  readonly page: string;
  readonly language: string;
  readonly code: string;
}

const blocks = pages.flatMap((page): Block[] =>
  [...readFileSync(join(root, page), 'utf8').matchAll(/^```(sh|js|ts)\n(.*?)^```$/gms)].map(
    ([, language = '', code = '']) => ({ page, language, code }),
  ),
);

/** A project outside of the repository, below a folder in which the packages are installed. */
let project: string;

beforeAll(() => {
  const folder = mkdtempSync(join(tmpdir(), 'spoor-pages-'));
  mkdirSync(join(folder, 'node_modules/@spoor'), { recursive: true });
  for (const name of readdirSync(join(root, 'packages'))) {
    symlinkSync(join(root, 'packages', name), join(folder, 'node_modules/@spoor', name));
  }
  symlinkSync(join(root, 'bpf'), join(folder, 'node_modules/@spoor/bpf'));
  project = join(folder, 'project');
  mkdirSync(project);
  const manifest = { name: 'project', version: '1.0.0' };
  writeFileSync(join(project, 'package.json'), JSON.stringify(manifest));
  const lock = { ...manifest, lockfileVersion: 3, packages: { '': manifest } };
  writeFileSync(join(project, 'package-lock.json'), JSON.stringify(lock));
  writeFileSync(join(project, 'Makefile'), 'all:\n\t@true\n');
});
afterAll(() => rmSync(join(project, '..'), { recursive: true }));

const run = promisify(execFile);

describe('a program', () => {
  test.each(blocks.filter(({ language }) => language !== 'sh'))('of $page runs: $code', async ({ code }) => {
    const file = join(project, 'program.mjs');
    writeFileSync(file, code);
    const { stdout, stderr } = await run(process.execPath, [file], { cwd: project });
    expect(stderr).toBe('');
    expect(stdout).not.toBe('');
  });
});

const commands = blocks
  .filter(({ language }) => language === 'sh')
  .flatMap(({ page, code }) => code.split('\n').map((line) => ({ page, line: line.replace(/\s+# .*/, '') })))
  .filter(({ line }) => line.startsWith('npx spoor '))
  // An open-ended trace gets an end, and a long one a short one.
  .map(({ page, line }) => ({
    page,
    line: line.includes('--scope') && !line.includes('--duration') ? `${line} --duration 1s` : line,
  }));

describe('a command', () => {
  test.each(commands)('of $page works: $line', async ({ line }) => {
    const spoor = `npx() { shift; "${root}bin/spoor" "$@"; }`;
    const script = `${spoor}\n${line.replace(/--duration \d+s/, '--duration 1s')}`;
    await run('sh', ['-c', script], { cwd: project });
  });
});
