import { setImmediate } from 'node:timers/promises';
import { SpoorError } from '@spoor/core';
import type { EventKind } from '@spoor/event';
import { GatedCommand, type HeldCommand, type SpawnOptions } from './gated-command.js';
import { commandScopeName, type Root, type TraceScopes } from './grounded-scopes.js';
import { KernelSide } from './kernel-side.js';
import type { LoadedKernelSide } from './load-kernel-side.js';
import type { PreparedTrace } from './prepare-trace.js';
import type { ProcessTree } from './process-tree.js';
import { ScopesInForce } from './scopes.js';
import { Tracer } from './tracer.js';

export interface TraceParts {
  /** Goes with the trace, or when it cannot begin. */
  readonly loaded: LoadedKernelSide;
  readonly prepared: PreparedTrace;
  /** Who is followed from the start, besides the command, and whom filters name. */
  readonly processesNamed: Pick<TraceScopes, 'roots' | 'named'>;
  readonly command: readonly string[] | HeldCommand | undefined;
  readonly spawn: SpawnOptions | undefined;
  readonly until: 'all' | 'command' | undefined;
  /** Kinds that are handed out. */
  readonly kinds: ReadonlySet<EventKind>;
  readonly processes: ProcessTree;
  readonly signal: AbortSignal | undefined;
}

/** Sets what is in scope, attaches, finds the processes alive, and lets the command begin. */
export async function beginTrace(parts: TraceParts): Promise<Tracer> {
  const { compiled, decoder } = parts.prepared;
  const { kinds, processes, signal, until = 'all' } = parts;
  const kernel = new KernelSide(parts.loaded);
  let command: HeldCommand | undefined;
  try {
    const scopes = new ScopesInForce(kernel);
    // Started before the load, the command's process would seem to have lived that long.
    command = await heldCommand(parts);
    const own: readonly Root[] =
      command === undefined ? [] : [{ scope: commandScopeName, tgid: command.tgid }];
    const { roots, named } = parts.processesNamed;
    scopes.replace(compiled, { roots: [...own, ...roots], named });
    await command?.waiting;
    kernel.attach();
    kernel.snapshot();
    kernel.freeze();
    requireMet(scopes.unmet(roots));
    await whatWaits();
    const tracer = new Tracer({ kernel, scopes, command, kinds, processes, decoder, signal, until });
    if (tracer.running) await letThrough(tracer, command);
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

async function heldCommand({ command, spawn }: TraceParts): Promise<HeldCommand | undefined> {
  return command === undefined || 'tgid' in command ? command : GatedCommand.start(command, spawn);
}

async function letThrough(tracer: Tracer, command: HeldCommand | undefined): Promise<void> {
  try {
    await command?.open(tracer);
  } catch (error) {
    tracer.close();
    throw error;
  }
}

/**
 * Two turns of the event loop, so that one is whole: an abort that came while the kernel side was loaded, from a signal for
 * instance, is heard before the command begins.
 */
async function whatWaits(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
