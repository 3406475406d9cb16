import type { Event } from '@spoor/event';
import type { Scope } from '@spoor/filter';
import { GatedCommand } from '../src/command/gated-command.js';
import type { TraceOptions } from '../src/index.js';
import { type KernelOverrides, traceWithKernel } from '../src/kernel.js';
import type { Tracer } from '../src/tracer.js';
import { testCgroup } from './cgroup.js';

export interface MarkerRun {
  readonly scopes: (run: { readonly tgid: number; readonly cgroup: string }) => readonly (string | Scope)[];
  readonly script: string;
  readonly options?: Partial<TraceOptions>;
  readonly kernel?: KernelOverrides;
  /** Called when the trace has begun, before the script. */
  readonly begun?: (tracer: Tracer) => void;
}

/**
 * Runs a shell script in a new cgroup, and returns the events in scope. The process of the script
 * lives before the trace, and only the scopes choose it.
 */
export async function eventsInScope(run: MarkerRun): Promise<Event[]> {
  using cgroup = testCgroup();
  const command = await GatedCommand.start(['sh', '-c', run.script], { stdio: 'ignore' });
  cgroup.add(command.tgid);
  const events: Event[] = [];
  try {
    const options: TraceOptions = {
      ...run.options,
      tuning: { replaceable: false, ...run.options?.tuning },
      scopes: run.scopes({ tgid: command.tgid, cgroup: cgroup.path }),
    };
    await using tracer = await traceWithKernel(options, run.kernel ?? {});
    const reading = tracer.each((event) => {
      if (event.kind !== 'malformed') events.push(event.copy());
    });
    run.begun?.(tracer);
    await command.open();
    await command.exit;
    tracer.close();
    await reading;
  } finally {
    // The cgroup must be empty when it is removed.
    command.abandon();
    await command.exit;
  }
  return events;
}

/** Returns the last argument of each exec in scope, by which a script marks its commands. */
export const execMarkers = (events: readonly Event[]): string[] =>
  events.flatMap((event) => (event.kind === 'exec' ? [event.argv.at(-1) ?? ''] : []));
