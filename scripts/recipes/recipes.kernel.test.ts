import { afterAll, expect, test } from 'vitest';
import { RecipeTree } from '../lib/recipe-tree.mjs';
import { newEvent } from '../new/event.mjs';
import { newField } from '../new/field.mjs';
import { newFilter } from '../new/filter.mjs';

/**
 * The recipes of CONTRIBUTING.md, followed in one clean clone. One build, one run of the checks and
 * one run of the tests are for all of them: most of the time is theirs.
 */

const tree = new RecipeTree();
afterAll(() => tree.remove());

const groups = 'bpf/src/index.ts';
const everyKind = 'packages/tracer/src/events/every-kind.kernel.test.ts';
const realProcesses = 'packages/tracer/src/scopes/filters.kernel.test.ts';
const filesOfFilter = [
  'bpf/filters/nice.h',
  'bpf/filters/registry.h',
  'packages/filter/src/kinds/nice.test.ts',
  'packages/filter/src/kinds/nice.ts',
  'packages/filter/src/kinds/registry.ts',
  realProcesses,
];

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

/** Tests the new field. */
const flavour = `
import { expect, it } from 'vitest';
import { act } from '../../test/act.js';

it('exec.flavour', async () => {
  const { data } = await act({ kinds: ['exec'], main: '' });
  expect(data).toMatchObject([{ flavour: '7' }]);
});
`;

/** Uses the new map. */
const use = `
import { maps } from '@spoor/bpf';
import { typedMap } from '@spoor/map';
import { expect, test } from 'vitest';
import { trace } from './index.js';

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

function followFilterRecipe() {
  const before = tree.handwritten();
  tree.pnpm('new filter nice --signed');
  expect(new Set(tree.changedSince(before))).toEqual(new Set(filesOfFilter));

  tree.edit('bpf/filters/nice.h', 'FILL_IN, say which number of the process this is', 'the nice value');
  tree.edit(
    'bpf/lib/kernel_process.h',
    '\tint exit_code;\n\tint pid;',
    '\tint exit_code;\n\tint static_prio;\n\tint pid;',
  );
  tree.edit('bpf/filters/nice.h', '= FILL_IN', '= BPF_CORE_READ(task, static_prio) - 120');
  tree.edit('packages/filter/src/kinds/nice.ts', 'FILL_IN', 'the nice value of the thread');
  const inAndOut = '/bin/true out; renice -n -5 -p $$; /bin/true in';
  tree.edit(realProcesses, 'FILL_IN /bin/true in; /bin/true out', inAndOut);
}

function followEventRecipe() {
  tree.pnpm('new event personality');
  tree.edit(
    'bpf/events/personality.h',
    'FILL_IN: say in one sentence what happened',
    'A process set its personality',
  );
  expect(() => tree.pnpm('check writing')).toThrow('bpf/src/events/personality.ts:5: FILL_IN');
  for (const text of ['A process set its execution domain.', 'The new domain.'])
    tree.edit('bpf/src/events/personality.ts', 'FILL_IN', text);
  tree.edit('bpf/src/events/personality.ts', 'error: error()', "previous: result('The domain before.')");
  tree.edit('bpf/src/events/personality.ts', 'error, integer', 'integer, result');
  tree.edit(groups, "  FILL_IN: ['personality'],\n", '');
  tree.edit(groups, "process: ['fork'", "process: ['personality', 'fork'");
  tree.edit(everyKind, 'SYS_personality, FILL_IN', 'SYS_personality, 0');
  tree.edit(everyKind, '{ FILL_IN }', '{ argument: 0 }');
  const ofPersonality = 'packages/tracer/src/events/personality.kernel.test.ts';
  tree.edit(ofPersonality, 'personality: FILL_IN', 'personality: reports both domains');
  tree.edit(ofPersonality, 'FILL_IN));', '0x40000)); must(syscall(SYS_personality, 0xffffffff));');
  const domains =
    '{ argument: 0x40000, previous: expect.any(Number) }, { argument: 0xffffffff, previous: 0x40000 }';
  tree.edit(ofPersonality, '{ FILL_IN }', domains);
  tree.edit(ofPersonality, 'FILL_IN, 0, 0', '0x40000, 0, 0');
  tree.edit(ofPersonality, '{ FILL_IN }', '{ argument: 0x40000, previous: expect.any(Number) }');
}

function followHookRecipe() {
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
  tree.edit(groups, "  FILL_IN: ['signal-deliver'],\n", '');
  tree.edit(groups, "process: ['personality'", "process: ['signal-deliver', 'personality'");
  const raised = 'signal(SIGUSR1, (void *)close); raise(SIGUSR1);';
  tree.edit(everyKind, 'FILL_IN;', raised);
  tree.edit(everyKind, '{ FILL_IN }', '{ number: 10 }');
  const ofSignals = 'packages/tracer/src/events/signal-deliver.kernel.test.ts';
  tree.edit(ofSignals, 'signal-deliver: FILL_IN', 'signal-deliver: reports a signal with a handler');
  tree.edit(ofSignals, 'FILL_IN;', raised);
  tree.edit(ofSignals, '{ FILL_IN }', '{ number: 10 }');
}

function followFieldRecipe() {
  tree.pnpm('new field exec.flavour');
  tree.edit('bpf/events/exec.h', 'FILL_IN', 'always 7');
  tree.edit('bpf/src/events/exec.ts', 'FILL_IN', 'Always 7.');
  tree.edit(
    'bpf/programs/exec.h',
    'event->argc = bprm->argc;',
    'event->argc = bprm->argc;\n\tevent->flavour = 7;',
  );
  tree.edit('packages/event/src/json/exec.test.ts', 'argvBytes: 11,', "argvBytes: 11,\n      flavour: '0',");
  tree.write('packages/tracer/src/events/exec-flavour.kernel.test.ts', flavour);
}

function followMapRecipe() {
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
}

test('a filter kind, an event of a system call, an event with a hook, a field and a map', {
  timeout: 1_800_000,
}, () => {
  followFilterRecipe();
  const before = tree.handwritten();
  followEventRecipe();
  followHookRecipe();
  followFieldRecipe();
  followMapRecipe();

  tree.pnpm('generate');
  tree.pnpm('biome check --write packages bpf');
  tree.pnpm('check types lint writing');
  tree.write('packages/tracer/src/recipe.kernel.test.ts', use);
  tree.runTests([
    ...newFilter('nice', {}).commands,
    ...newEvent('personality', {}).commands,
    ...newEvent('signal_deliver', { hook: 'signal_deliver' }).commands,
    ...newField('exec.flavour', {}).commands,
    'pnpm vitest run --project kernel packages/tracer/src/recipe',
  ]);
  const changed = tree.changedSince(before);
  expect(changed.length).toBeLessThanOrEqual(21);
  // The recipe of the filter has written all that the filter needs.
  expect(changed.filter((path) => filesOfFilter.includes(path))).toEqual([]);
});

test('a fact that is collected wrongly fails the test of real processes', { timeout: 600_000 }, () => {
  tree.edit('bpf/filters/nice.h', '- 120', '- 119');
  tree.pnpm('generate');
  expect(() => tree.pnpm(`vitest run --project kernel ${realProcesses} -t nice`)).toThrow('nice');
});
