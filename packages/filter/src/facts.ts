import { TaskFacts as FactsInMemory, type FilterString } from '@spoor/bpf/structs';
import { camelCase, type Layout } from '@spoor/btf';

/** A text, or its bytes. A text that is not UTF-8 can only be given as bytes. */
export type FactText = string | Uint8Array;

type FactOf<T> = T extends FilterString ? FactText : T extends readonly (infer U)[] ? readonly U[] : T;

/**
 * The facts of a task that filters compare; `struct task_facts` describes each field. Flags are 0
 * or 1. `cgroups` has the task's own cgroup and all its ancestors, in any order. `containerFact`
 * makes `container`.
 */
export type TaskFacts = {
  readonly [Name in Exclude<keyof FactsInMemory, Length>]: FactOf<FactsInMemory[Name]>;
};

/** Members of the struct that count another member. */
type Length = 'cgroupCount' | 'containerLength';

/**
 * Completes the facts of a task. A missing fact is 0, empty or no cgroup; a missing effective id is
 * the real one. `reads` of a filter kind is the fact that the kind needs.
 *
 * @example
 * ```ts
 * const facts = taskFacts({ comm: 'npm', uid: 1000 });
 * ```
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
 * Makes the fact `container` from the `container` of an event: an id, a name, or empty for none. A
 * mark in front tells ids and names apart, as in the kernel.
 *
 * @example
 * ```ts
 * const facts = taskFacts({ container: containerFact(event.container) });
 * ```
 */
export function containerFact(text: string): string {
  if (text === '') return '';
  return `${/^[0-9a-f]{64}$/.test(text) ? idMark : nameMark}${text}`;
}

/** The first character of the fact `container`: `bpf/filters/container.h`. */
export const [idMark, nameMark] = ['#', '@'];

const utf8 = new TextEncoder();

/** The bytes of a text fact. */
export const factBytes = (text: FactText): Uint8Array =>
  typeof text === 'string' ? utf8.encode(text) : text;
