import { TaskFacts as FactsInMemory, type FilterString } from '@spoor/bpf';
import { camelCase, type Layout } from '@spoor/btf';

/** Bytes as the kernel has them, or the same as text. Bytes that are no UTF-8 can only be given as bytes. */
export type FactText = string | Uint8Array;

type FactOf<T> = T extends FilterString ? FactText : T extends readonly (infer U)[] ? readonly U[] : T;

/**
 * All that a filter may ask of a task; made from `struct task_facts`, where each field is described. Flags are 0
 * or 1. `cgroups` has the task's own cgroup and all its ancestors, in any order.
 */
export type TaskFacts = {
  readonly [Name in Exclude<keyof FactsInMemory, 'cgroupCount'>]: FactOf<FactsInMemory[Name]>;
};

/**
 * The facts of a task of which not all is known: what is not given is 0, empty or no cgroup. An effective id that is not
 * given is the real one. Whether a filter asks for
 * something that is not known, its kind's `reads` tells.
 */
export function taskFacts(given: Partial<TaskFacts> = {}): TaskFacts {
  const layout: Layout = FactsInMemory.layout;
  if (layout.kind !== 'struct') throw new TypeError('struct task_facts has no fields');
  const none = layout.fields.map(({ name, layout: fact }) => [
    camelCase(name),
    fact.kind === 'int' ? 0 : fact.kind === 'array' ? [] : '',
  ]);
  const { cgroupCount: _, ...facts } = Object.fromEntries(none) as TaskFacts & { cgroupCount: unknown };
  const { uid = 0, gid = 0 } = given;
  return { ...facts, euid: uid, egid: gid, ...given };
}

const utf8 = new TextEncoder();

/** The bytes of a text fact. */
export const factBytes = (text: FactText): Uint8Array =>
  typeof text === 'string' ? utf8.encode(text) : text;
