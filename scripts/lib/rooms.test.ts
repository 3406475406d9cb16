import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ffiFolder, ffiModules, rooms } from './rooms.mjs';
import { inRoot } from './workspace.mjs';

/**
 * A file of the fixture: where it lies, what it imports, and the reason that the lint must give; undefined
 * where it may.
 */
interface Case {
  readonly path: string;
  readonly imports: string;
  readonly reason: RegExp | undefined;
}

const slug = (name: string) => name.replaceAll(/[^a-z]+/g, '-');
const names = [...rooms.map((room) => room.name), 'spoor'];

const matrix: Case[] = rooms.flatMap((room) =>
  names
    .filter((name) => name !== room.name)
    // A package's second entry, such as @spoor/btf/generate, follows the rule of its package.
    .flatMap((name) =>
      (name === 'spoor' ? [name] : [name, `${name}/second`]).map((imports) => ({
        path: `${room.folder}/src/imports${slug(`-${imports}`)}.ts`,
        imports,
        reason: room.mayImport.includes(name) ? undefined : /Who may import whom/,
      })),
    ),
);

/** The tests of a room may import a little more; its own sources may not. */
const forTests: Case[] = rooms.flatMap(({ folder, testsMayImport = [] }) =>
  testsMayImport.flatMap((imports) => [
    { path: `${folder}/src/x.kernel.test.ts`, imports, reason: undefined },
    { path: `${folder}/test/helper.ts`, imports, reason: undefined },
    { path: `${folder}/src/y.test.ts`, imports: '@spoor/tracer', reason: /Who may import whom/ },
  ]),
);

const foreign: Case[] = ffiModules.flatMap((module) => [
  {
    path: `packages/object/src/ring/${slug(module)}.ts`,
    imports: module,
    reason: /touches a foreign function/,
  },
  { path: `packages/tracer/src/${slug(module)}.ts`, imports: module, reason: /touches a foreign function/ },
  { path: `examples/trace/src/${slug(module)}.ts`, imports: module, reason: /touches a foreign function/ },
  { path: `scripts/${slug(module)}.mjs`, imports: module, reason: /touches a foreign function/ },
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
    path: 'examples/trace/src/around.ts',
    imports: '../../../packages/tracer/src/index.js',
    reason: /public entry/,
  },
  { path: 'examples/trace/src/entry.ts', imports: '@spoor/tracer', reason: undefined },
  { path: 'packages/object/src/ring/own.ts', imports: '../errno.js', reason: undefined },
  { path: 'packages/object/test/own.ts', imports: '../src/ring/own.js', reason: undefined },
];

const cases = [...matrix, ...forTests, ...foreign, ...privateParts];

/** The messages of biome, by the file they are about. */
let found: Map<string, string[]>;
let tree: string;

function biome(folder: string): Promise<string> {
  const args = ['lint', '--reporter=json', '--max-diagnostics=none', '--vcs-enabled=false', '.'];
  return new Promise((resolve) => {
    // Its status is 1 when it finds something, as it should.
    execFile(inRoot('node_modules/.bin/biome'), args, { cwd: folder, maxBuffer: 1 << 26 }, (_, stdout) =>
      resolve(stdout),
    );
  });
}

beforeAll(async () => {
  tree = await mkdtemp(join(tmpdir(), 'spoor-rooms-'));
  await cp(inRoot('biome.json'), join(tree, 'biome.json'));
  const files = new Map(cases.map(({ path, imports }) => [path, `import '${imports}';\n`]));
  files.set('packages/btf/src/cycle-a.ts', `import { b } from './cycle-b.js';\nexport const a = () => b;\n`);
  files.set('packages/btf/src/cycle-b.ts', `import { a } from './cycle-a.js';\nexport const b = () => a;\n`);
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

  test('a cycle of imports is an error', () => {
    expect(found.get('packages/btf/src/cycle-a.ts')?.join()).toContain('noImportCycles');
  });
});
