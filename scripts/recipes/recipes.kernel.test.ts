import { afterAll, expect, test } from 'vitest';
import { RecipeTree } from '../lib/recipe-tree.mjs';

/** The recipes of CONTRIBUTING.md for events, fields and maps, followed in a clean clone. */

const tree = new RecipeTree();
afterAll(() => tree.remove());

const everyKind = 'packages/tracer/src/events/every-kind.kernel.test.ts';

/** A map as the recipe describes it. */
const execCounts = `/* The number of execs per process since the trace began. */
#ifndef SPOOR_MAPS_EXEC_COUNTS_H
#define SPOOR_MAPS_EXEC_COUNTS_H

#include "../lib/process.h"

struct exec_count {
	__u64 execs;
};

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, 4096);
	__type(key, struct task_identity);
	__type(value, struct exec_count);
} exec_counts SEC(".maps");

static __always_inline void exec_counts_add(const struct task_identity *identity)
{
	struct exec_count first = { .execs = 1 };
	struct exec_count *count = bpf_map_lookup_elem(&exec_counts, identity);

	if (count)
		__sync_fetch_and_add(&count->execs, 1);
	else
		bpf_map_update_elem(&exec_counts, identity, &first, BPF_NOEXIST);
}

#endif
`;

/** Uses what the recipes made. */
const use = `
import { maps } from '@spoor/bpf';
import { typedMap } from '@spoor/map';
import { expect, test } from 'vitest';
import { trace } from './index.js';

test('umask, signal-deliver and exec.flavour', async () => {
  const command = ['sh', '-c', 'trap : USR1; umask 027; kill -USR1 $$; exec true'];
  await using tracer = await trace({ command, events: ['exec', 'umask', 'signal-deliver'] });
  const data: Record<string, unknown> = {};
  for await (const event of tracer) data[event.kind] = event.toJSON().data;
  expect(data).toMatchObject({
    umask: { argument: 0o27 },
    'signal-deliver': { number: 10 },
    exec: { flavour: '7' },
  });
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

test('an event of a system call, an event with a hook, a field and a map', { timeout: 1_800_000 }, () => {
  const before = tree.handwritten();
  tree.pnpm('new event umask');
  tree.edit('bpf/events/umask.h', 'FILL_IN: say in one sentence what happened', 'A process set its umask');
  for (const text of ['A process set its file mode mask.', 'The new mask.'])
    tree.edit('bpf/src/events/umask.ts', 'FILL_IN', text);
  tree.edit(everyKind, 'SYS_umask, FILL_IN', 'SYS_umask, 022');

  tree.pnpm('new event signal_deliver --hook signal_deliver');
  tree.edit('bpf/events/signal_deliver.h', 'FILL_IN: say in one sentence what happened', 'A signal arrived');
  const program = 'bpf/programs/signal_deliver.h';
  tree.edit(
    program,
    'FILL_IN: say when the kernel runs this hook, and in which task',
    'Runs in the task itself',
  );
  for (const text of ['A process got a signal.', 'The number of the signal.'])
    tree.edit('bpf/src/events/signal-deliver.ts', 'FILL_IN', text);
  tree.edit(everyKind, 'FILL_IN;', 'signal(SIGUSR1, (void *)close); raise(SIGUSR1);');

  tree.pnpm('new field exec.flavour');
  tree.edit('bpf/events/exec.h', 'FILL_IN', 'always 7');
  tree.edit('bpf/src/events/exec.ts', 'FILL_IN', 'Always 7.');
  tree.edit(
    'bpf/programs/exec.h',
    'event->argc = bprm->argc;',
    'event->argc = bprm->argc;\n\tevent->flavour = 7;',
  );

  tree.write('bpf/maps/exec_counts.h', execCounts);
  tree.edit(
    'bpf/programs/exec.h',
    '#include "arguments.h"',
    '#include "../maps/exec_counts.h"\n#include "arguments.h"',
  );
  tree.edit(
    'bpf/programs/exec.h',
    'words_executed(&subject.process);',
    'words_executed(&subject.process);\n\texec_counts_add(&subject.process.identity);',
  );
  tree.pnpm('generate');
  tree.pnpm('check types writing');
  tree.pnpm(`vitest run --project kernel ${everyKind}`);
  expect(tree.changedSince(before).length).toBeLessThanOrEqual(16);

  tree.write('packages/tracer/src/recipe.kernel.test.ts', use);
  tree.pnpm('vitest run --project kernel packages/tracer/src/recipe');
});
