import { SpoorError } from '@spoor/core';
import type { Event, EventLayouts } from '@spoor/event';
import { filterKinds, type Scope } from '@spoor/filter';
import { containerFact, type TaskFacts, taskFacts } from '@spoor/filter/reference';

/** What an event tells of its task. The rest of the facts nothing asks for: `checkRecorded` has seen to that. */
export function recordedFacts(event: Event, newProcessFlag: number, script: string): TaskFacts {
  const { uid, tgid, tid, ppid, comm, exe } = event;
  const isNew = (event.headerFlags & newProcessFlag) === 0 ? 0 : 1;
  const container = containerFact(event.container);
  return taskFacts({ uid, tgid, tid, ppid, comm, exe, script, isNew, container });
}

const always: readonly string[] = ['uid', 'tgid', 'tid', 'ppid', 'comm', 'exe', 'isNew'];

/** The facts that a recording with these layouts has. Older versions did not record the container. */
function recordedWith({ events }: EventLayouts): ReadonlySet<string> {
  const headers = Object.values(events).map(({ fields }) => fields[0]?.layout);
  const hasContainer = headers.every(
    (header) => header?.kind === 'struct' && header.fields.some(({ name }) => name === 'container'),
  );
  return new Set(hasContainer ? [...always, 'container'] : always);
}

/**
 * Whether the filters of a scope can be judged from what a recording has.
 *
 * @throws SpoorError `UNSUPPORTED`
 */
export function checkRecorded(scope: Scope, layouts: EventLayouts): void {
  const recorded = recordedWith(layouts);
  const unknown = scope.filters.find(({ kind }) => !recorded.has(filterKinds[kind].reads));
  if (unknown === undefined) return;
  throw new SpoorError('UNSUPPORTED', `A recording does not say what ${unknown.kind} asks for`, {
    remedy:
      'Use it while tracing. A recording has uid, pid, tid, ppid, comm, exe, new and tree; container if it was made by a Spoor that records it.',
  });
}
