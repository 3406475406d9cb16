import { SpoorError } from '@spoor/btf';
import type { Event } from '@spoor/event';
import { type FilterKind, filterKinds, type Scope, type TaskFacts } from '@spoor/filter';

/** What an event tells of its task. */
export function recordedFacts(event: Event, newProcessFlag: number): TaskFacts {
  const { uid, tgid, tid, ppid, comm, exe } = event;
  const isNew = (event.headerFlags & newProcessFlag) === 0 ? 0 : 1;
  return { ...notRecorded, uid, tgid, tid, ppid, comm, exe, isNew };
}

/** Facts that no event carries. Nothing asks for them: `checkRecorded` has seen to that. */
const notRecorded = { gid: 0, mntns: 0, pidns: 0, netns: 0, utsns: 0, container: 0, cgroups: [] };

/**
 * Whether the filters of a scope can be judged from what a recording has. Found out by having them judge facts that tell
 * what they were asked for: a filter kind does not say which facts it reads.
 *
 * @throws SpoorError `UNSUPPORTED`
 */
export function checkRecorded(scope: Scope): void {
  for (const filter of scope.filters) {
    const asked = new Set<string>();
    const probe = new Proxy(emptyFacts, {
      get(facts, name: string) {
        asked.add(name);
        return Reflect.get(facts, name) as unknown;
      },
    });
    const kind: FilterKind = filterKinds[filter.kind];
    kind.matches(filter, probe);
    if (![...asked].some((name) => Object.hasOwn(notRecorded, name))) continue;
    throw new SpoorError('UNSUPPORTED', `A recording does not say what ${filter.kind} asks for`, {
      remedy: 'Use it while tracing. A recording has uid, pid, tid, ppid, comm, exe, new and tree.',
    });
  }
}

const emptyFacts: TaskFacts = {
  ...notRecorded,
  uid: 0,
  tgid: 0,
  tid: 0,
  ppid: 0,
  comm: '',
  exe: '',
  isNew: 0,
};
