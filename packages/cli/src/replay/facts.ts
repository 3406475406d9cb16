import { SpoorError } from '@spoor/core';
import type { Event, EventLayouts } from '@spoor/event';
import { filterKinds, type Scope } from '@spoor/filter';
import { containerFact, type TaskFacts, taskFacts } from '@spoor/filter/reference';

/**
 * Returns the facts of the task of an event. `checkRecorded` refuses filters that need other facts.
 */
export function recordedFacts(event: Event, newProcessFlag: number, script: string): TaskFacts {
  const { uid, tgid, tid, ppid, comm, exe } = event;
  const isNew = (event.headerFlags & newProcessFlag) === 0 ? 0 : 1;
  const container = containerFact(event.container);
  return taskFacts({ uid, tgid, tid, ppid, comm, exe, script, isNew, container });
}

const always: readonly string[] = ['uid', 'tgid', 'tid', 'ppid', 'comm', 'exe', 'isNew'];

/**
 * Returns the facts that a recording with these layouts has. Older versions did not record the
 * container.
 */
function recordedWith({ events }: EventLayouts): ReadonlySet<string> {
  const headers = Object.values(events).map(({ fields }) => fields[0]?.layout);
  const hasContainer = headers.every(
    (header) => header?.kind === 'struct' && header.fields.some(({ name }) => name === 'container'),
  );
  return new Set(hasContainer ? [...always, 'container'] : always);
}

/**
 * Checks that a recording has the facts that the filters of a scope need.
 *
 * @throws {SpoorError} UNSUPPORTED when it does not have them
 */
export function checkRecorded(scope: Scope, layouts: EventLayouts): void {
  const recorded = recordedWith(layouts);
  const unknown = scope.filters.find(({ kind }) => !recorded.has(filterKinds[kind].reads));
  if (unknown === undefined) return;
  throw new SpoorError('UNSUPPORTED', `a recording does not have the facts for ${unknown.kind}`, {
    remedy:
      'Use this filter while tracing. Recordings have uid, pid, tid, ppid, comm, exe, new and tree, and newer ones container.',
  });
}
