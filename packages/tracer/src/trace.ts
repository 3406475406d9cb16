import { eventKinds, filterKinds } from '@spoor/bpf';
import { SpoorError } from '@spoor/btf';
import type { Scope } from '@spoor/filter';
import { type CommandOptions, GatedCommand } from './gated-command.js';
import { KernelSide, type KernelSideOptions } from './kernel-side.js';
import { commandScope, commandScopeName, kindsOf, type Root, ScopesInForce, traceScopes } from './scopes.js';
import { Tracer } from './tracer.js';

export interface TraceOptions {
  /** A command and its arguments, started when the trace begins and followed with all that descends from it. */
  readonly command?: readonly string[];
  readonly commandOptions?: CommandOptions;
  /**
   * What else is traced: expressions (`comm=node uid>=1000 follow`) or scopes of `@spoor/filter`. Each event says which
   * of them it belongs to; the command's own is called `command`. Without a command and without scopes nothing is.
   */
  readonly scopes?: readonly (string | Scope)[];
  /** Kinds of events to hand out. Default: all. Lifecycle events are collected all the same. */
  readonly events?: readonly string[];
  /** Ends the trace. */
  readonly signal?: AbortSignal;
  /**
   * Whether `replaceScopes` may bring filters that the first scopes do not use. Default: true. With false the code of
   * other filters is left out at load, which makes for a quicker start.
   */
  readonly replaceable?: boolean;
  /** Entries of the process map. Default: by the machine, see `defaultMapEntries`. A miss costs time, no event. */
  readonly mapEntries?: number;
  /** Bytes, powers of two. Default: 4 MiB for lifecycle events, 8 MiB for the others. */
  readonly ringSizes?: { readonly lifecycle?: number; readonly activity?: number };
  /** For experiments: how the kernel side is to behave. */
  readonly experiment?: Pick<KernelSideOptions, 'missMode' | 'taskStorage' | 'wordsEntries'>;
}

/**
 * Starts a trace: loads the kernel side, sets what is in scope, attaches, finds the processes alive, and lets the
 * command begin. Nothing of the command can come before. Needs root or CAP_BPF + CAP_PERFMON, kernel 5.10 with BTF, and
 * libbpf 1.0.
 *
 * @throws SpoorError `UNKNOWN_EVENT`, `COMMAND_NOT_FOUND`, `COMMAND_NOT_EXECUTABLE`, `SCOPE_SYNTAX`, `UNKNOWN_FILTER`,
 *   `INVALID_VALUE`, `TOO_MANY_SCOPES`, `MAP_SIZE`, `RING_SIZE`, `NO_PRIVILEGE`, `BTF_MISSING`, `LIBBPF_MISSING`,
 *   `LOAD_FAILED`, `ATTACH_FAILED`, …: nothing is left loaded then, and the command has not run
 *
 * @example
 * ```ts
 * await using tracer = await trace({ command: ['npm', 'ci'], events: ['exec', 'connect'] });
 * for await (const event of tracer) console.log(JSON.stringify(event));
 * ```
 */
export async function trace(options: TraceOptions = {}): Promise<Tracer> {
  const kinds = new Set(knownEvents(options.events ?? eventKinds));
  const written = traceScopes(options.scopes ?? []);
  const command =
    options.command === undefined
      ? undefined
      : await GatedCommand.start(options.command, options.commandOptions);
  let kernel: KernelSide | undefined;
  try {
    const all = command === undefined ? written.scopes : [commandScope, ...written.scopes];
    const roots: readonly Root[] =
      command === undefined
        ? written.roots
        : [{ scope: commandScopeName, tgid: command.tgid }, ...written.roots];
    kernel = new KernelSide(kernelOptions(options, kinds, all));
    const scopes = new ScopesInForce(kernel);
    scopes.replace(scopes.compile(all), roots);
    kernel.attach();
    kernel.snapshot();
    const tracer = new Tracer({ kernel, scopes, command, kinds, signal: options.signal });
    command?.open();
    return tracer;
  } catch (error) {
    kernel?.close();
    command?.abandon();
    throw error;
  }
}

function kernelOptions(
  options: TraceOptions,
  events: ReadonlySet<string>,
  scopes: readonly Scope[],
): KernelSideOptions {
  const { experiment, mapEntries, replaceable, ringSizes } = options;
  return {
    ...experiment,
    events,
    filterKinds: (replaceable ?? true) ? new Set(filterKinds) : kindsOf(scopes),
    ...(mapEntries === undefined ? {} : { mapEntries }),
    ...(ringSizes?.lifecycle === undefined ? {} : { lifecycleRingSize: ringSizes.lifecycle }),
    ...(ringSizes?.activity === undefined ? {} : { activityRingSize: ringSizes.activity }),
  };
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
