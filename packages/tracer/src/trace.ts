import { readFileSync } from 'node:fs';
import { eventKinds } from '@spoor/bpf';
import { SpoorError } from '@spoor/btf';
import { commandScopeBit, writeCommandScope } from './command-scope.js';
import { type CommandOptions, GatedCommand } from './gated-command.js';
import { KernelSide, type KernelSideOptions } from './kernel-side.js';
import { Tracer } from './tracer.js';

export interface TraceOptions {
  /** A command and its arguments, started when the trace begins and followed with all that descends from it. */
  readonly command?: readonly string[];
  readonly commandOptions?: CommandOptions;
  /** Kinds of events to hand out. Default: all. Lifecycle events are collected all the same. */
  readonly events?: readonly string[];
  /** Ends the trace. */
  readonly signal?: AbortSignal;
  /** Entries of the process map. Default: by the machine, see `defaultMapEntries`. A miss costs time, no event. */
  readonly mapEntries?: number;
  /** Bytes, powers of two. Default: 4 MiB for lifecycle events, 8 MiB for the others. */
  readonly ringSizes?: { readonly lifecycle?: number; readonly activity?: number };
  /** For experiments: how the kernel side is to behave. */
  readonly experiment?: Pick<KernelSideOptions, 'missMode' | 'taskStorage' | 'wordsEntries'>;
}

/**
 * Starts a trace: loads the kernel side, sets what is in scope, attaches, and lets the command begin. Nothing of the
 * command can come before. Needs root or CAP_BPF + CAP_PERFMON, kernel 5.10 with BTF, and libbpf 1.0.
 *
 * @throws SpoorError `UNKNOWN_EVENT`, `COMMAND_NOT_FOUND`, `COMMAND_NOT_EXECUTABLE`, `MAP_SIZE`, `RING_SIZE`,
 *   `NO_PRIVILEGE`, `BTF_MISSING`, `LIBBPF_MISSING`, `LOAD_FAILED`, `ATTACH_FAILED`, …: nothing is left loaded then,
 *   and the command has not run
 *
 * @example
 * ```ts
 * await using tracer = await trace({ command: ['npm', 'ci'], events: ['exec', 'connect'] });
 * for await (const event of tracer) console.log(JSON.stringify(event));
 * ```
 */
export async function trace(options: TraceOptions = {}): Promise<Tracer> {
  const kinds = new Set(knownEvents(options.events ?? eventKinds));
  const command =
    options.command === undefined ? undefined : await GatedCommand.start(options.command, options.commandOptions);
  let kernel: KernelSide | undefined;
  try {
    kernel = new KernelSide({
      ...options.experiment,
      events: kinds,
      filterKinds: 4n,
      ...(options.mapEntries === undefined ? {} : { mapEntries: options.mapEntries }),
      ...(options.ringSizes?.lifecycle === undefined ? {} : { lifecycleRingSize: options.ringSizes.lifecycle }),
      ...(options.ringSizes?.activity === undefined ? {} : { activityRingSize: options.ringSizes.activity }),
    });
    writeCommandScope(kernel);
    if (command !== undefined) {
      kernel.seed(command.tgid, { followed: commandScopeBit, startTicks: startTicks(command.tgid) });
    }
    kernel.attach();
    kernel.snapshot();
    const tracer = new Tracer({
      kernel,
      command,
      commandScope: commandScopeBit,
      kinds,
      scopeNames: ['command'],
      signal: options.signal,
    });
    command?.open();
    return tracer;
  } catch (error) {
    kernel?.close();
    command?.abandon();
    throw error;
  }
}

function knownEvents(names: readonly string[]): readonly string[] {
  const known: readonly string[] = eventKinds;
  for (const name of names) {
    if (known.includes(name)) continue;
    throw new SpoorError('UNKNOWN_EVENT', `There is no event ${JSON.stringify(name)}`, {
      remedy: `Events are ${known.join(', ')}.`,
    });
  }
  return names;
}

/** Start time of a process in ticks since boot: field 22 of /proc/PID/stat. */
function startTicks(tgid: number): bigint {
  const stat = readFileSync(`/proc/${tgid}/stat`, 'utf8');
  return BigInt(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]!);
}
