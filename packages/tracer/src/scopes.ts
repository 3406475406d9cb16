import { EventHeader } from '@spoor/bpf';
import { SpoorError } from '@spoor/core';
import type { Event, ReplacedScopes, ScopeNames } from '@spoor/event';
import { parseScope, type Scope } from '@spoor/filter';
import {
  type CompiledScopes,
  compileScopes,
  createScopeWriter,
  kernelDecidesAll,
  type ScopeBits,
  type ScopeWriter,
} from '@spoor/filter/kernel';
import { compileEventFilter, type EventFilter, type FollowLinks, linuxHost } from '@spoor/filter/reference';
import { findProcess, observer } from '@spoor/proc';
import { groundScopes, hasConditions, kindsOf, type Root, type TraceScopes } from './grounded-scopes.js';
import type { KernelSide } from './kernel-side.js';

/**
 * The scopes of a trace from what its caller wrote. Unnamed expressions are called `scope`, `scope2`, ….
 *
 * @throws SpoorError SCOPE_SYNTAX, UNKNOWN_FILTER, INVALID_VALUE (a tree whose process is not there, a name used twice)
 */
export function traceScopes(written: readonly (string | Scope)[]): TraceScopes {
  return groundScopes(
    written.map((scope, index) =>
      typeof scope === 'string'
        ? parseScope(scope, { name: index === 0 ? 'scope' : `scope${index + 1}` })
        : scope,
    ),
  );
}

/** Events carry 16 bits of the version. */
const versions = 65_536n;
/** A ring would have to hold events of so many replacements for one to be given wrong names. */
const keptReplaced = 4096;

const headerFields = EventHeader.layout.kind === 'struct' ? EventHeader.layout.fields : [];
const matchedScopesOffset = headerFields.find(({ name }) => name === 'matched_scopes')!.offset;

/** Scopes in force on the kernel side. Replaced at one moment: each event is judged by the old ones or the new. */
export class ScopesInForce {
  readonly #kernel: KernelSide;
  readonly #writer: ScopeWriter;
  readonly #replaced: ReplacedScopes[] = [];
  /** By version: what user space has to decide, where there is something. */
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

  /** By bit. */
  get names(): ScopeNames {
    return this.#writer.current?.bits.names ?? [];
  }

  /** The sets that events in the rings can still carry, newest last. */
  get replaced(): readonly ReplacedScopes[] {
    return this.#replaced;
  }

  /** The bit of the scope with this name, as a word; 0 when there is none. */
  wordOf(name: string): bigint {
    const bit = this.names.indexOf(name);
    return bit < 0 ? 0n : 1n << BigInt(bit);
  }

  /** What `replace` would put into force; looks names up, touches nothing. */
  compile(scopes: readonly Scope[]): CompiledScopes {
    const previous = this.#writer.current;
    const compiled = compileScopes(scopes, previous === undefined ? {} : { previous });
    const missing: string[] = [...kindsOf(scopes)].filter((kind) => !this.#kernel.hasFilter(kind));
    if (!this.#kernel.hasConditions && scopes.some(hasConditions)) missing.push('conditions on events');
    if (missing.length === 0) return compiled;
    throw new SpoorError('WRONG_PHASE', `This trace was loaded without the filters ${missing.join(', ')}`, {
      remedy: 'Start it with tuning.replaceable: true, which loads the code of all filters.',
    });
  }

  /**
   * Puts compiled scopes into force, then has their roots followed. After an error the old ones are still in force.
   *
   * @throws SpoorError `INVALID_VALUE` when a root, or a process of `named`, is not a living process
   */
  replace(compiled: CompiledScopes, { roots, named }: Pick<TraceScopes, 'roots' | 'named'>): void {
    const before = this.#writer.current?.bits;
    for (const tgid of named) startTicksOf(tgid);
    const ticks = new Map(roots.map(({ tgid }) => [tgid, startTicksOf(tgid)]));
    const version = Number(compiled.bits.version % versions);
    if (!kernelDecidesAll(compiled.scopes)) {
      const options = { afterKernel: true, followLinks: recentLinks() };
      this.#filters.set(version, compileEventFilter(compiled.scopes, options));
    }
    this.#writer.replace(compiled);
    if (before !== undefined) this.#retire(before);
    for (const [tgid, followed] of this.#seeds(roots)) {
      this.#kernel.seed(tgid, { followed, startTicks: ticks.get(tgid)! });
    }
  }

  /** True if user space has to resolve paths to judge events by a condition. */
  get looksAtFiles(): boolean {
    return this.#filters.size > 0;
  }

  /** Names of maps that hold other scopes than those in force: somebody else has written them. */
  changed(): readonly string[] {
    return this.#writer.changed();
  }

  /** Of these roots the processes that no program has met so far. */
  unmet(roots: readonly Root[]): readonly number[] {
    return [...new Set(roots.map(({ tgid }) => tgid))].filter((tgid) => this.#kernel.hasSeed(tgid));
  }

  /**
   * The event without the scopes whose conditions on its fields do not hold, as far as the kernel could not decide them: a
   * copy, or the event itself when all scopes stay.
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
    for (const { scope, tgid } of roots) seeds.set(tgid, (seeds.get(tgid) ?? 0n) | this.wordOf(scope));
    return seeds;
  }
}

/** Events come late, but not as late as this, milliseconds. */
const linksLast = 50;
const keptLinks = 1024;

/** Where paths lead, asked again for each of them now and then: links can change. */
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

/** The start of a living process, by which the kernel side tells it from later ones with its id. */
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
