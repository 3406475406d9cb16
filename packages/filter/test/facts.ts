import { TaskFacts as FactsInMemory } from '@spoor/bpf';
import { camelCase } from '@spoor/btf';
import type { TaskFacts } from '../src/facts.js';

/** A task of which every number is 0, every text empty, and which is in no cgroup; with what is given. */
export function factsOf(given: Partial<TaskFacts> = {}): TaskFacts {
  const { layout } = FactsInMemory;
  if (layout.kind !== 'struct') throw new TypeError('task_facts is no struct');
  const none = layout.fields.map(({ name, layout: field }) => [
    camelCase(name),
    field.kind === 'int' ? 0 : field.kind === 'array' ? [] : '',
  ]);
  const { cgroupCount: _, ...facts } = Object.fromEntries(none);
  return { ...facts, ...given };
}
