import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { RecipeTree } from '../lib/recipe-tree.mjs';

/** The recipes of CONTRIBUTING.md for an event and a map, followed on a copy of the tree. */

const tree = new RecipeTree();
afterAll(() => tree.remove());

const patch = (name: string) => fileURLToPath(new URL(name, import.meta.url));

const use = `
import { maps } from '@spoor/bpf';
import { typedMap } from '@spoor/map';
import { trace } from './index.js';

test('umask', async () => {
  const command = ['sh', '-c', 'umask 022; umask 027; exec sh -c "exec true"'];
  await using tracer = await trace({ command, events: ['umask'] });
  const changes: unknown[] = [];
  for await (const event of tracer) {
    if (event.kind === 'umask') changes.push([event.oldMask, event.newMask, event.toJSON().data]);
  }
  expect(changes.at(-1)).toEqual([0o22, 0o27, { oldMask: 0o22, newMask: 0o27 }]);
});

test('exec_counts', async () => {
  const command = ['sh', '-c', 'exec sh -c "exec sh -c \\\\"read -r _\\\\""'];
  await using tracer = await trace({ command, events: ['exec'], spawn: { stdio: 'pipe' } });
  let execs = 0;
  for await (const event of tracer) {
    if (event.kind !== 'exec' || ++execs < 3) continue;
    const counts = typedMap(tracer.object.map('exec_counts'), maps.exec_counts);
    const identity = { startTimeNs: event.startTimeNs, tgid: event.tgid, unused: 0 };
    expect(counts.get(identity)).toEqual({ execs: 3n });
    break;
  }
  tracer.kill('SIGKILL');
});
`;

test('one more event, one more map: a header and its lines, and everything else knows them', {
  timeout: 900_000,
}, () => {
  const before = tree.handwritten();
  const event = tree.apply(patch('event.patch'));
  const map = tree.apply(patch('map.patch'));
  expect(event.files).toEqual(['bpf/events/registry.h', 'bpf/events/umask.h', 'bpf/programs/syscall.h']);
  expect(map.files).toEqual(['bpf/maps/exec_counts.h', 'bpf/programs/process.h']);
  expect(event.lines + map.lines).toBeLessThanOrEqual(65);

  tree.run(process.execPath, 'bpf/build.mjs');
  tree.run(process.execPath, 'bpf/generate.mjs');
  tree.run(tree.bin('tsc'), '-p', 'tsconfig.json');
  expect(new Set(tree.changedSince(before))).toEqual(new Set([...event.files, ...map.files]));

  tree.write('packages/tracer/src/recipe.kernel.test.ts', use);
  tree.run(tree.bin('vitest'), 'run', '--project', 'kernel', 'packages/tracer/src/recipe');
});
