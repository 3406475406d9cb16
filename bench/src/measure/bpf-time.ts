import type { Tracer } from '@spoor/tracer';

/** The kernel's counters of some programs, added up. */
export interface BpfTime {
  readonly ns: number;
  readonly runs: number;
}

/**
 * Counted by the kernel while its statistics are on: start the trace with `tuning.measurePrograms`.
 */
export function bpfTime({ object }: Tracer, programs: readonly string[]): BpfTime {
  let ns = 0;
  let runs = 0;
  for (const name of programs) {
    const info = object.program(name).info();
    ns += Number(info.runTimeNs);
    runs += Number(info.runCount);
  }
  return { ns, runs };
}

export function bpfTimeSince(tracer: Tracer, programs: readonly string[], before: BpfTime): BpfTime {
  const { ns, runs } = bpfTime(tracer, programs);
  return { ns: ns - before.ns, runs: runs - before.runs };
}

/** Events of these kinds that the kernel side has put into a ring or dropped. */
export function happened(tracer: Tracer, kinds: readonly string[]): number {
  const { events } = tracer.stats();
  return kinds.reduce((total, kind) => {
    const { submitted, dropped } = events[kind]!;
    return total + submitted + Object.values(dropped).reduce((sum, count) => sum + count, 0);
  }, 0);
}

/** The program that sees every return of a system call. */
export const syscallProgram = 'on_sys_exit';

/** The programs of a process's life. */
export const lifePrograms = [
  'on_sched_process_fork',
  'on_task_rename',
  'on_sched_process_exec',
  'on_sched_process_exit',
] as const;

/**
 * BPF time of an event at the return of a system call: that of all returns without those that no
 * event is made of, each counted as `idleNs`. The machine makes such calls all the time, and so
 * does whatever the event is part of.
 */
export function nsPerSyscallEvent({ ns, runs }: BpfTime, events: number, idleNs: number): number {
  return (ns - (runs - events) * idleNs) / events;
}
