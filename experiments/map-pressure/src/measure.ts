import { fstatSync } from 'node:fs';
import type { Statistics, Tracer } from '@spoor/tracer';

const idleCalls = 20_000;

/**
 * Nanoseconds of the system-call hook for a call without an event. The saboteur makes a million
 * such calls per second, which do not belong to the cost of an event. Needs the object's statistics
 * switched on.
 */
export function measureIdle(tracer: Tracer): number {
  const program = tracer.object.program('on_sys_exit');
  const before = program.info();
  for (let call = 0; call < idleCalls; call++) fstatSync(2);
  const after = program.info();
  return Number(after.runTimeNs - before.runTimeNs) / Number(after.runCount - before.runCount);
}

/**
 * BPF run time of all hooks for each event that was submitted, nanoseconds, without the calls that
 * made none.
 */
export function nsPerEvent({ events, programs }: Statistics, idleNs: number): number {
  const hooks = programs.filter(({ hook }) => !hook.startsWith('iter/'));
  const time = hooks.reduce((total, { runTimeNs }) => total + runTimeNs, 0);
  const calls = programs.find(({ name }) => name === 'on_sys_exit')?.runs ?? 0;
  const submitted = Object.values(events).reduce((total, kind) => total + kind.submitted, 0);
  const ofCalls =
    submitted - ['fork', 'exec', 'exit'].reduce((sum, kind) => sum + events[kind]!.submitted, 0);
  return submitted === 0 ? 0 : (time - (calls - ofCalls) * idleNs) / submitted;
}
