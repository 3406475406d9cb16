import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { RecipeTree } from '../lib/recipe-tree.mjs';

/** The recipe of CONTRIBUTING.md for a filter kind, followed on a copy of the tree with a kind that Spoor lacks. */

const tree = new RecipeTree();
afterAll(() => tree.remove());

/** A real session, to see that the fact is collected from the kernel's task. */
const use = `
import { execFileSync, spawn } from 'node:child_process';
import { trace } from './index.js';

test('sid', async () => {
  const stdio = ['pipe', 'ignore', 'ignore'];
  const inside = spawn('sh', ['-c', 'read line; exec /bin/true'], { detached: true, stdio });
  await using tracer = await trace({ scopes: [\`sid=\${inside.pid}\`], events: ['exec'] });
  execFileSync('/bin/true');
  inside.stdin.end('go\\n');
  for await (const event of tracer) {
    expect(event.tgid).toBe(inside.pid);
    break;
  }
});
`;

test('one more filter kind: five files, sixty lines, and the whole suite', { timeout: 900_000 }, () => {
  const before = tree.handwritten();
  const { files, lines } = tree.apply(fileURLToPath(new URL('filter.patch', import.meta.url)));
  expect(files).toEqual([
    'bpf/filters/registry.h',
    'bpf/filters/sid.h',
    'packages/filter/src/kinds/registry.ts',
    'packages/filter/src/kinds/sid.test.ts',
    'packages/filter/src/kinds/sid.ts',
  ]);
  expect(lines).toBeLessThanOrEqual(60);

  tree.run(process.execPath, 'bpf/build.mjs');
  tree.run(process.execPath, 'bpf/generate.mjs');
  tree.run(tree.bin('tsc'), '-p', 'tsconfig.json');
  tree.run(tree.bin('vitest'), 'run', '--project', 'unit', 'packages/filter/src/kinds');
  tree.run(tree.bin('vitest'), 'run', '--project', 'kernel', 'packages/filter/src/differential');
  expect(new Set(tree.changedSince(before))).toEqual(new Set(files));

  tree.write('packages/tracer/src/recipe.kernel.test.ts', use);
  tree.run(tree.bin('vitest'), 'run', '--project', 'kernel', 'packages/tracer/src/recipe');
});
