import { SpoorError } from '@spoor/btf';
import type { Event } from '@spoor/event';
import { filterKinds, type Scope, type TaskFacts, taskFacts } from '@spoor/filter';

/** What an event tells of its task. The rest of the facts nothing asks for: `checkRecorded` has seen to that. */
export function recordedFacts(event: Event, newProcessFlag: number, script: string): TaskFacts {
  const { uid, tgid, tid, ppid, comm, exe } = event;
  const isNew = (event.headerFlags & newProcessFlag) === 0 ? 0 : 1;
  return taskFacts({ uid, tgid, tid, ppid, comm, exe, script, isNew });
}

const recorded: ReadonlySet<string> = new Set(['uid', 'tgid', 'tid', 'ppid', 'comm', 'exe', 'isNew']);

/**
 * Whether the filters of a scope can be judged from what a recording has.
 *
 * @throws SpoorError `UNSUPPORTED`
 */
export function checkRecorded(scope: Scope): void {
  const unknown = scope.filters.find(({ kind }) => !recorded.has(filterKinds[kind].reads));
  if (unknown === undefined) return;
  throw new SpoorError('UNSUPPORTED', `A recording does not say what ${unknown.kind} asks for`, {
    remedy: 'Use it while tracing. A recording has uid, pid, tid, ppid, comm, exe, new and tree.',
  });
}
