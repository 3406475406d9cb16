import { TaskFacts as FactsInMemory, type FilterString } from '@spoor/bpf';
import { camelCase, type Layout } from '@spoor/btf';

/** Bytes as the kernel has them, or the same as text. Bytes that are no UTF-8 can only be given as bytes. */
export type FactText = string | Uint8Array;

type FactOf<T> = T extends FilterString ? FactText : T extends readonly (infer U)[] ? readonly U[] : T;

/**
 * All that a filter may ask of a task; made from `struct task_facts`, where each field is described. Flags are 0
 * or 1. `cgroups` has the task's own cgroup and all its ancestors, in any order. `container` is made by `containerFact`.
 */
export type TaskFacts = {
  readonly [Name in Exclude<keyof FactsInMemory, Length>]: FactOf<FactsInMemory[Name]>;
};

/** Members of the struct that say how much there is of the one before. */
type Length = 'cgroupCount' | 'containerLength';

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
  const {
    cgroupCount: _,
    containerLength: __,
    ...facts
  } = Object.fromEntries(none) as TaskFacts & Record<Length, unknown>;
  const { uid = 0, gid = 0 } = given;
  return { ...facts, euid: uid, egid: gid, ...given };
}

/**
 * The fact `container` of a task, from what an event tells: the id or name of its container, empty for none. A mark in front
 * says which of the two it is, as it does in the kernel: a name that begins like an id is not found by `container=ID`.
 */
export function containerFact(text: string): string {
  if (text === '') return '';
  return `${/^[0-9a-f]{64}$/.test(text) ? idMark : nameMark}${text}`;
}

/** What the text of the fact `container` begins with: `bpf/filters/container.h`. */
export const [idMark, nameMark] = ['#', '@'];

const utf8 = new TextEncoder();

/** The bytes of a text fact. */
export const factBytes = (text: FactText): Uint8Array =>
  typeof text === 'string' ? utf8.encode(text) : text;
