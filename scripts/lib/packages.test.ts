import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ffiFolder, ffiModules } from './packages.mjs';
import { inRoot } from './workspace.mjs';

/**
 * A file of the fixture, what it imports, and the reason that the lint must give; `undefined` if it
 * may.
 */
interface Case {
  readonly path: string;
  readonly imports: string;
  readonly reason: RegExp | undefined;
}

const slug = (name: string) => name.replaceAll(/[^a-z]+/g, '-');

const foreign: Case[] = ffiModules.flatMap((module) => [
  {
    path: `packages/object/src/ring/${slug(module)}.ts`,
    imports: module,
    reason: /calls foreign functions/,
  },
  { path: `packages/tracer/src/${slug(module)}.ts`, imports: module, reason: /calls foreign functions/ },
  { path: `packages/cli/src/${slug(module)}.ts`, imports: module, reason: /calls foreign functions/ },
  { path: `scripts/${slug(module)}.mjs`, imports: module, reason: /calls foreign functions/ },
  { path: `${ffiFolder}/${slug(module)}.ts`, imports: module, reason: undefined },
]);

const privateParts: Case[] = [
  { path: 'packages/tracer/src/deep.ts', imports: '@spoor/map/src/memory-map.js', reason: /public entry/ },
  { path: 'packages/object/src/deep.ts', imports: '@spoor/btf/dist/layout.js', reason: /public entry/ },
  { path: `${ffiFolder}/deep.ts`, imports: '@spoor/btf/dist/layout.js', reason: /public entry/ },
  { path: 'packages/map/src/around.ts', imports: '../../btf/src/index.js', reason: /public entry/ },
  {
    path: 'packages/map/src/memory/around.ts',
    imports: '../../../object/src/index.js',
    reason: /public entry/,
  },
  {
    path: 'packages/cli/src/around.ts',
    imports: '../../../packages/tracer/src/index.js',
    reason: /public entry/,
  },
  { path: 'packages/cli/src/entry.ts', imports: '@spoor/tracer', reason: undefined },
  { path: 'packages/object/src/ring/own.ts', imports: '../errno.js', reason: undefined },
  { path: 'packages/object/test/own.ts', imports: '../src/ring/own.js', reason: undefined },
];

const cases = [...foreign, ...privateParts];

/** Biome's messages per file. */
let found: Map<string, string[]>;
let tree: string;

function biome(folder: string): Promise<string> {
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', '--vcs-enabled=false', '.'];
  return new Promise((resolve) => {
    // Biome exits with 1 if it finds something, which this test expects.
    execFile(inRoot('node_modules/.bin/biome'), args, { cwd: folder, maxBuffer: 1 << 26 }, (_, stdout) =>
      resolve(stdout),
    );
  });
}

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'spoor-imports-'));
  await cp(inRoot('biome.json'), join(tree, 'biome.json'));
  const files = new Map(cases.map(({ path, imports }) => [path, `import '${imports}';\n`]));
  for (const [path, text] of files) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), text);
  }
  const report: { diagnostics: { category: string; message: string; location: { path: string } }[] } =
    JSON.parse(await biome(tree));
  found = new Map();
  for (const { category, message, location } of report.diagnostics) {
    found.set(location.path, [...(found.get(location.path) ?? []), `${category}: ${message}`]);
  }
});

afterAll(() => rm(tree, { recursive: true }));

describe('the import rules in biome.json', () => {
  test.each(cases)('$path imports $imports', ({ path, reason }) => {
    const messages = (found.get(path) ?? []).filter((message) => message.includes('noRestrictedImports'));
    if (reason === undefined) expect(messages).toEqual([]);
    else expect(messages).toEqual([expect.stringMatching(reason)]);
  });
});
