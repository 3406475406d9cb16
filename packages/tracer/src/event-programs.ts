import { programs } from '@spoor/bpf';
import { type FeatureName, features } from '@spoor/object';

/** A program that is there for one event: `on_event_NAME`, and behind `__` what tells several apart. */
const eventProgram = /^on_event_([a-z_]+?)(?:__[a-z_]+)?$/;

/** Events that an operation of io_uring can be. The programs of rings tell them all. */
const ringKinds = ['open', 'connect', 'unlink', 'rename', 'mkdir'];
const kindsOfRingProgram: Readonly<Record<string, readonly string[]>> = {
  on_ring_submit: ['io-uring', ...ringKinds],
  on_ring_submit__sqe: ['io-uring', ...ringKinds],
  on_ring_complete: ringKinds,
};

/** What such a program takes besides its hook. */
const featureOfProgram: Readonly<Record<string, FeatureName>> = { on_event_kill: 'task_regs' };

export interface EventPrograms {
  /** The programs to load. */
  readonly names: readonly string[];
  /** By kind the hooks in use, for the statistics: without any, the event tells what the return of calls tells. */
  readonly hooks: Readonly<Record<string, string>>;
}

/** The programs of their own that these events have, as far as the kernel has what they take. */
export function eventPrograms(kinds: ReadonlySet<string>): EventPrograms {
  const names: string[] = [];
  const hooks: Record<string, string> = kinds.has('io-uring') ? { 'io-uring': withoutHook } : {};
  for (const [name, section] of Object.entries(programs)) {
    const ring = kindsOfRingProgram[name];
    if (ring !== undefined) {
      if (!ring.some((told) => kinds.has(told)) || !isPossible(name, section)) continue;
      names.push(name);
      if (ring.includes('io-uring')) hooks['io-uring'] = hookOf(section);
      continue;
    }
    const kind = eventProgram.exec(name)?.[1]?.replaceAll('_', '-');
    if (kind === undefined || !kinds.has(kind)) continue;
    hooks[kind] ??= withoutHook;
    if (!isPossible(name, section)) continue;
    names.push(name);
    hooks[kind] = hookOf(section);
  }
  return { names, hooks };
}

const withoutHook = 'tp_btf/sys_exit alone';
const hookOf = (section: string) => section.replace(/^\?/, '');

function isPossible(name: string, section: string): boolean {
  const feature = featureOfProgram[name];
  const tracepoint = section.slice(section.indexOf('/') + 1);
  return features.hasTracepoint(tracepoint) && (feature === undefined || features.has(feature));
}
