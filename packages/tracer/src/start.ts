/** The part of a start that is imported and run while the kernel side is loaded. */
import { setImmediate } from 'node:timers/promises';
import { lifecycleKinds, maps } from '@spoor/bpf';
import { compileCodec } from '@spoor/btf';
import { SpoorError } from '@spoor/core';
import { EventDecoder } from '@spoor/event';
import type { Scope } from '@spoor/filter';
import { type CompiledScopes, compileScopes } from '@spoor/filter/kernel';
import { bootId } from '@spoor/proc';
import { wallClockOffsetNs } from './clock.js';
import { GatedCommand } from './command/gated-command.js';
import type { HeldCommand } from './command/held-command.js';
import { KernelSide } from './kernel/kernel-side.js';
import type { LoadedKernelSide } from './kernel/load-kernel-side.js';
import type { TraceOptions } from './options.js';
import { FileHashes } from './processes/file-hashes.js';
import type { ProcessTree } from './processes/process-tree.js';
import { commandScopeName, type Root, type TraceScopes } from './scopes/roots.js';
import { ScopesInForce } from './scopes/scopes-in-force.js';
import { Tracer } from './tracer.js';

export { readScopes } from './scopes/scopes-in-force.js';

/** The parts of a trace besides its kernel side. */
export interface Prepared {
  readonly hashes: FileHashes | undefined;
  readonly compiled: CompiledScopes;
  readonly decoder: EventDecoder;
}

/**
 * Compiles scopes, codecs and the decoder.
 *
 * @throws {SpoorError} TOO_MANY_SCOPES, INVALID_VALUE and others of `compileScopes`
 */
export function prepare(
  scopes: readonly Scope[],
  { hash = false, tuning = {}, kernel }: TraceOptions,
): Prepared {
  const compiled = compileScopes(scopes, kernel && { kernel });
  const boot = bootId();
  const hashes = hash ? new FileHashes() : undefined;
  const decoder = new EventDecoder({
    ...(kernel && { kernel }),
    context: {
      clockOffsetNs: wallClockOffsetNs(),
      ...(boot === undefined ? {} : { bootId: boot }),
      ...(hashes === undefined ? {} : { sha256Of: (file) => hashes.known(file) }),
    },
    ...(tuning.checkLifetime === undefined ? {} : { checkLifetime: tuning.checkLifetime }),
  });
  compileCodec(maps.seeds.key.layout);
  compileCodec(maps.seeds.value.layout);
  // Always collected, and the first to come.
  for (const kind of lifecycleKinds) decoder.prepare(kind);
  return { compiled, decoder, hashes };
}

export interface StartParts {
  /** Closed when the trace ends, or if it cannot begin. */
  readonly loaded: LoadedKernelSide;
  readonly prepared: Prepared;
  readonly options: TraceOptions;
  /** The processes that the scopes name. */
  readonly named: Pick<TraceScopes, 'roots' | 'mentioned'>;
  readonly kinds: ReadonlySet<string>;
  readonly processes: ProcessTree;
}

/**
 * Writes the scopes, attaches the hooks, takes the snapshot, and starts the command.
 *
 * @throws {SpoorError} ATTACH_FAILED, INVALID_VALUE for a root that has ended, errors of the
 *   command
 */
export async function start(parts: StartParts): Promise<Tracer> {
  const { prepared, options, named, kinds, processes } = parts;
  const { signal, tuning: { until = 'all' } = {} } = options;
  const kernel = new KernelSide(parts.loaded);
  let command: HeldCommand | undefined;
  try {
    const scopes = new ScopesInForce(kernel);
    // Started after the load, which would count as life time of the command.
    command = await heldCommand(options);
    const own: readonly Root[] =
      command === undefined ? [] : [{ scope: commandScopeName, tgid: command.tgid }];
    scopes.replace(prepared.compiled, { ...named, roots: [...own, ...named.roots] });
    await command?.waiting;
    kernel.attach();
    kernel.snapshot();
    kernel.freeze();
    requireMet(scopes.unmet(named.roots));
    await pendingAborts();
    const { decoder, hashes } = prepared;
    const tracer = new Tracer({ kernel, scopes, command, kinds, processes, decoder, hashes, signal, until });
    if (tracer.running) await openCommand(tracer, command);
    return tracer;
  } catch (error) {
    kernel.close();
    command?.abandon();
    throw error;
  }
}

/** The snapshot meets every living process of our pid namespace. */
function requireMet([tgid]: readonly number[]): void {
  if (tgid === undefined) return;
  throw new SpoorError('INVALID_VALUE', `Process ${tgid} ended before it could be followed`, {
    remedy: 'Give the id of a process that is alive: tree=PID.',
  });
}

async function heldCommand({ command, spawn }: TraceOptions): Promise<HeldCommand | undefined> {
  return command === undefined || 'tgid' in command ? command : GatedCommand.start(command, spawn);
}

async function openCommand(tracer: Tracer, command: HeldCommand | undefined): Promise<void> {
  try {
    await command?.open(tracer);
  } catch (error) {
    tracer.close();
    throw error;
  }
}

/**
 * Waits for one whole turn of the event loop. An abort that came during the load, by a signal for
 * instance, is handled before the command begins.
 */
async function pendingAborts(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
