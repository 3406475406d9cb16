import type { TaskFacts as FactsInMemory, FilterString } from '@spoor/bpf';

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

const utf8 = new TextEncoder();

/** The bytes of a text fact. */
export const factBytes = (text: FactText): Uint8Array =>
  typeof text === 'string' ? utf8.encode(text) : text;
