import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

/**
 * The recipe of CONTRIBUTING.md, followed on a copy of the tree with a kind that Spoor does not have: four files, and
 * everything else knows it.
 */

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const patch = fileURLToPath(new URL('sid.patch', import.meta.url));
const tree = mkdtempSync(join(tmpdir(), 'spoor-recipe-'));
afterAll(() => rmSync(tree, { recursive: true, force: true }));

const notCopied = new Set(['.git', '.turbo', '.reports', '.tools', 'node_modules']);
/** What commands write, and nobody by hand. */
const written = new Set(['node_modules', 'dist', 'build', 'gen', '.turbo', '.reports']);

function copyTree(): void {
  for (const name of readdirSync(root)) {
    if (!notCopied.has(name))
      cpSync(join(root, name), join(tree, name), { recursive: true, verbatimSymlinks: true });
  }
  symlinkSync(join(root, 'node_modules'), join(tree, 'node_modules'));
}

/** Hashes of all files that people write. */
function handwritten(folder = tree, hashes = new Map<string, string>()): Map<string, string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (written.has(entry.name)) continue;
    if (entry.isDirectory()) handwritten(path, hashes);
    else if (entry.isFile())
      hashes.set(relative(tree, path), createHash('sha256').update(readFileSync(path)).digest('hex'));
  }
  return hashes;
}

function run(command: string, ...args: string[]): string {
  const env = Object.fromEntries(
    Object.entries(process.env).filter(([name]) => !/^(VITEST|NODE_ENV|TEST$|SPOOR_SEED)/.test(name)),
  );
  try {
    const options = {
      cwd: tree,
      env: { ...env, SPOOR_CASES: '3000' },
      encoding: 'utf8',
      stdio: 'pipe',
    } as const;
    return execFileSync(command, args, options);
  } catch (error) {
    const { stdout = '', stderr = '' } = error as { readonly stdout?: string; readonly stderr?: string };
    throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`);
  }
}

const bin = (name: string) => join(tree, 'node_modules/.bin', name);

/** A real session, to see that the fact is collected from the kernel's task. */
const realProcess = `
import { spawn, execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { trace } from './index.js';

test('sid', async () => {
  const inside = spawn('sh', ['-c', 'read line; exec /bin/true'], { detached: true, stdio: ['pipe', 'ignore', 'ignore'] });
  await using tracer = await trace({ scopes: [\`sid=\${inside.pid}\`], events: ['exec'] });
  execFileSync('/bin/true');
  inside.stdin.end('go\\n');
  for await (const event of tracer) {
    expect(event.tgid).toBe(inside.pid);
    break;
  }
});
`;

test('one more kind: four files, sixty lines, and the whole suite', { timeout: 900_000 }, () => {
  copyTree();
  const before = handwritten();
  run('git', 'apply', '--unidiff-zero', patch);

  const text = readFileSync(patch, 'utf8');
  const files = [...text.matchAll(/^\+\+\+ b\/(.+)$/gm)].map(([, path]) => path!);
  const lines = text.split('\n').filter((line) => /^[+-](?!\+\+ |-- )/.test(line));
  expect(files.length).toBeLessThanOrEqual(4);
  expect(lines.length).toBeLessThanOrEqual(60);

  run(process.execPath, 'bpf/build.mjs');
  run(process.execPath, 'bpf/generate.mjs');
  run(process.execPath, 'packages/filter/generate.mjs');
  run(bin('tsc'), '-p', 'tsconfig.json');
  run(bin('vitest'), 'run', '--project', 'unit', 'packages/filter/src/filters', 'packages/filter/src/gen');
  run(bin('vitest'), 'run', '--project', 'kernel', 'packages/filter/src/differential');

  const after = handwritten();
  const changed = [...new Set([...before.keys(), ...after.keys()])].filter(
    (path) => before.get(path) !== after.get(path),
  );
  expect(new Set(changed)).toEqual(new Set(files));

  writeFileSync(join(tree, 'packages/tracer/src/sid.kernel.test.ts'), realProcess);
  run(bin('vitest'), 'run', '--project', 'kernel', 'packages/tracer/src/sid');
});
