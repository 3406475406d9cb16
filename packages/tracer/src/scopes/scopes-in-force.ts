import type { KernelDefinition } from '@spoor/bpf';
import { EventHeader } from '@spoor/bpf/structs';
import { SpoorError, typeName } from '@spoor/core';
import type { Event, ReplacedScopes, ScopeNames } from '@spoor/event';
import { parseScope, type Scope } from '@spoor/filter';
import {
  type CompiledScopes,
  checkScope,
  compileScopes,
  createScopeWriter,
  kernelDecidesAll,
  type ScopeBits,
  type ScopeWriter,
} from '@spoor/filter/kernel';
import { compileEventFilter, type EventFilter, type FollowLinks, linuxHost } from '@spoor/filter/reference';
import { findProcess, observer } from '@spoor/proc';
import type { KernelSide } from '../kernel/kernel-side.js';
import { filterKindsOf, hasConditions, type Root, separateRoots, type TraceScopes } from './roots.js';

/**
 * Parses expressions and takes the roots out of scopes. Expressions without a name are called
 * `scope`, `scope2`, ….
 *
 * @throws {SpoorError} SCOPE_SYNTAX, UNKNOWN_FILTER, UNKNOWN_EVENT, INVALID_VALUE
 */
export function readScopes(written: readonly (string | Scope)[], kernel?: KernelDefinition): TraceScopes {
  if (!Array.isArray(written)) {
    const message = `expected an array of expressions or scopes, got ${typeName(written)}`;
    throw new SpoorError('INVALID_VALUE', message, { remedy: "For example: ['uid=0 follow']." });
  }
  return separateRoots(
    written.map((scope, index) =>
      typeof scope === 'string'
        ? parseScope(scope, {
            name: index === 0 ? 'scope' : `scope${index + 1}`,
            ...(kernel && { kernel }),
          })
        : checkScope(scope, `scopes[${index}]`, kernel),
    ),
  );
}

/** Number of versions that an event can carry, in 16 bits. */
const versions = 65_536n;
/** Replaced sets whose names are kept, for events that are still in a ring. */
const keptReplaced = 4096;

const headerFields = EventHeader.layout.kind === 'struct' ? EventHeader.layout.fields : [];
const matchedScopesOffset = headerFields.find(({ name }) => name === 'matched_scopes')!.offset;

/**
 * The scopes that are in force in the kernel. A replacement is atomic: each event is judged by the
 * old set or by the new set.
 */
export class ScopesInForce {
  readonly #kernel: KernelSide;
  readonly #writer: ScopeWriter;
  readonly #replaced: ReplacedScopes[] = [];
  /**
   * By version: the conditions that user space judges. Missing for a set without such conditions.
   */
  readonly #filters = new Map<number, EventFilter>();

  constructor(kernel: KernelSide) {
    this.#kernel = kernel;
    const map = (name: string) => kernel.object.map(name);
    this.#writer = createScopeWriter({
      scope_sets: map('scope_sets'),
      scope_in_force: map('scope_in_force'),
      scope_grace: map('scope_grace'),
      filter_strings: map('filter_strings'),
    });
  }

  /** Names of the scopes in force, by bit. */
  get names(): ScopeNames {
    return this.#writer.current?.bits.names ?? [];
  }

  /** Replaced sets whose events can still be in the rings, newest last. */
  get replaced(): readonly ReplacedScopes[] {
    return this.#replaced;
  }

  /** Returns a mask with the bit of the scope of this name, or 0. */
  maskOf(name: string): bigint {
    const bit = this.names.indexOf(name);
    return bit < 0 ? 0n : 1n << BigInt(bit);
  }

  /**
   * Compiles scopes for `replace`. Changes nothing in the kernel.
   *
   * @throws {SpoorError} WRONG_PHASE if the programs lack the code of a filter; errors of
   *   `compileScopes`
   */
  compile(scopes: readonly Scope[]): CompiledScopes {
    const previous = this.#writer.current;
    const compiled = compileScopes(scopes, {
      kernel: this.#kernel.definition,
      ...(previous === undefined ? {} : { previous }),
    });
    const missing: string[] = [...filterKindsOf(scopes)].filter((kind) => !this.#kernel.hasFilter(kind));
    if (!this.#kernel.hasConditions && scopes.some(hasConditions)) missing.push('conditions on events');
    if (missing.length === 0) return compiled;
    throw new SpoorError('WRONG_PHASE', `This trace was loaded without the filters ${missing.join(', ')}`, {
      remedy: 'Start it with tuning.replaceable: true, which loads the code of all filters.',
    });
  }

  /**
   * Puts compiled scopes into force, and follows their roots. After an error, the old scopes are
   * still in force.
   *
   * @throws {SpoorError} INVALID_VALUE if a root or a mentioned process is not alive
   */
  replace(compiled: CompiledScopes, { roots, mentioned }: Pick<TraceScopes, 'roots' | 'mentioned'>): void {
    const before = this.#writer.current?.bits;
    for (const tgid of mentioned) startTicksOf(tgid);
    const ticks = new Map(roots.map(({ tgid }) => [tgid, startTicksOf(tgid)]));
    const version = Number(compiled.bits.version % versions);
    if (!kernelDecidesAll(compiled.scopes, this.#kernel.definition)) {
      const options = { afterKernel: true, followLinks: recentLinks(), kernel: this.#kernel.definition };
      this.#filters.set(version, compileEventFilter(compiled.scopes, options));
    }
    this.#writer.replace(compiled);
    if (before !== undefined) this.#retire(before);
    for (const [tgid, followed] of this.#seeds(roots)) {
      this.#kernel.seed(tgid, { followed, startTicks: ticks.get(tgid)! });
    }
  }

  /** True if user space has to resolve paths to judge conditions. */
  get looksAtFiles(): boolean {
    return this.#filters.size > 0;
  }

  /** Returns the names of maps that another process has written. */
  changed(): readonly string[] {
    return this.#writer.changed();
  }

  /** Returns the processes of these roots that no program has met so far. */
  unmet(roots: readonly Root[]): readonly number[] {
    return [...new Set(roots.map(({ tgid }) => tgid))].filter((tgid) => this.#kernel.hasSeed(tgid));
  }

  /**
   * Judges the conditions that the kernel could not judge. Returns the event itself if all its
   * scopes match, else a copy without the others.
   */
  judged(event: Event): Event {
    const filter = this.#filters.size === 0 ? undefined : this.#filters.get(event.scopesVersion);
    if (filter === undefined) return event;
    const { matchedScopes } = event;
    const word = matchedScopes & filter(event);
    if (word === matchedScopes) return event;
    const own = event.copy();
    const { raw } = own;
    new DataView(raw.buffer, raw.byteOffset, raw.length).setBigUint64(matchedScopesOffset, word, true);
    return own;
  }

  #retire({ version, names }: ScopeBits): void {
    this.#replaced.push({ version: Number(version % versions), names });
    if (this.#replaced.length <= keptReplaced) return;
    this.#filters.delete(this.#replaced.shift()!.version);
  }

  #seeds(roots: readonly Root[]): Map<number, bigint> {
    const seeds = new Map<number, bigint>();
    for (const { scope, tgid } of roots) seeds.set(tgid, (seeds.get(tgid) ?? 0n) | this.maskOf(scope));
    return seeds;
  }
}

/** How long resolved links are kept, in milliseconds. An event is delivered earlier than that. */
const linksLast = 50;
const keptLinks = 1024;

/** Returns a resolver of links with a short-lived cache, because links can change. */
function recentLinks(): FollowLinks {
  const { path: follow } = linuxHost();
  const known = new Map<string, string | undefined>();
  let asked = 0;
  return (path) => {
    const now = performance.now();
    if (now - asked > linksLast || known.size >= keptLinks) {
      known.clear();
      asked = now;
    }
    if (!known.has(path)) known.set(path, follow?.(path)?.path);
    return known.get(path);
  };
}

/**
 * Returns the start time of a living process in clock ticks. The kernel side uses it to tell the
 * process from a later one with the same id.
 */
function startTicksOf(tgid: number): bigint {
  observer();
  const found = findProcess(tgid);
  switch (found.is) {
    case 'living':
      return found.startTicks;
    case 'missing':
      throw new SpoorError('INVALID_VALUE', `There is no process ${tgid} to follow`, {
        remedy: 'Give the id of a process that is alive: tree=PID.',
      });
    case 'zombie':
      throw new SpoorError(
        'INVALID_VALUE',
        `Process ${tgid} has ended: it is a zombie and does nothing any more`,
        {
          remedy: 'Give the id of a process that is alive: tree=PID.',
        },
      );
    case 'thread':
      throw new SpoorError('INVALID_VALUE', `${tgid} is not a process but a thread of process ${found.of}`, {
        remedy: `Follow the process, tree=${found.of}, or see the thread alone, tid=${tgid}.`,
      });
  }
}
