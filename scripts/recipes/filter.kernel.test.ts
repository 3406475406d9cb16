import { afterAll, expect, test } from 'vitest';
import { RecipeTree } from '../lib/recipe-tree.mjs';
import { newFilter } from '../new/filter.mjs';

/** The recipe of CONTRIBUTING.md for a filter kind, followed in a clean clone. */

const tree = new RecipeTree();
afterAll(() => tree.remove());

const live = 'packages/tracer/src/scopes/filters.kernel.test.ts';
const files = [
  'bpf/filters/nice.h',
  'bpf/filters/registry.h',
  'packages/filter/src/kinds/nice.test.ts',
  'packages/filter/src/kinds/nice.ts',
  'packages/filter/src/kinds/registry.ts',
  live,
];

test('a filter kind over a signed number', { timeout: 1_800_000 }, () => {
  const before = tree.handwritten();
  tree.pnpm('new filter nice --signed');
  expect(new Set(tree.changedSince(before))).toEqual(new Set(files));

  tree.edit('bpf/filters/nice.h', 'FILL_IN, say which number of the process this is', 'the nice value');
  tree.edit(
    'bpf/lib/kernel_process.h',
    '\tint exit_code;\n\tint pid;',
    '\tint exit_code;\n\tint static_prio;\n\tint pid;',
  );
  tree.edit('bpf/filters/nice.h', '= FILL_IN', '= BPF_CORE_READ(task, static_prio) - 120');
  tree.edit('packages/filter/src/kinds/nice.ts', 'FILL_IN', 'the nice value of the thread');
  tree.edit(live, 'FILL_IN /bin/true in; /bin/true out', '/bin/true out; renice -n -5 -p $$; /bin/true in');
  tree.pnpm('generate');
  tree.runTests(newFilter('nice', {}).commands);
  tree.pnpm('check types lint writing');
  expect(new Set(tree.changedSince(before))).toEqual(new Set([...files, 'bpf/lib/kernel_process.h']));
});

test('a fact that is collected wrongly fails the test of real processes', { timeout: 600_000 }, () => {
  tree.edit('bpf/filters/nice.h', '- 120', '- 119');
  tree.pnpm('generate');
  expect(() => tree.pnpm(`vitest run --project kernel ${live} -t nice`)).toThrow('nice');
});
