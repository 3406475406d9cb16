import { events, type FilterKindName, FilterKind as kindNumbers } from '@spoor/bpf';
import type { FilterKind } from '../filters/kind.js';
import { filterKinds } from '../gen/kinds.js';
import { scopeFollows } from '../reference/match.js';
import type { Host } from '../resolve/host.js';
import { linuxHost } from '../resolve/linux-host.js';
import { resolveScope } from '../resolve/resolve.js';
import type { Scope } from '../scope.js';
import { assignBits, noBits, type ScopeBits, wordOf } from './bits.js';
import { engines, type KindTable } from './engines.js';

/** Scopes as the kernel has them, before they are bytes. Words have one bit a scope. */
export interface CompiledScopes {
  readonly bits: ScopeBits;
  /** By bit: the scope, with every name resolved. */
  readonly scopes: readonly (Scope | undefined)[];
  readonly enabled: bigint;
  readonly follow: bigint;
  readonly exclude: bigint;
  /** The kinds that some scope uses. */
  readonly kinds: ReadonlyMap<FilterKindName, KindTable>;
  /** By event name: the scopes that take such events; other events go to `otherEvents`. */
  readonly events: ReadonlyMap<string, bigint>;
  readonly otherEvents: bigint;
}

export interface CompileScopesOptions {
  /** The scopes that these take the place of: names that stay keep their bits. */
  readonly previous?: CompiledScopes;
  /** Where names are looked up; this machine by default. */
  readonly host?: Host;
}

/** The number of a kind in the kernel: its place in `enum filter_kind`. */
export function kindNumber(name: FilterKindName): number {
  return kindNumbers[`FILTER_${name.toUpperCase()}` as keyof typeof kindNumbers];
}

/**
 * Compiles scopes to the kernel's tables; `createScopeWriter` puts them into force. Pure but for the names that it looks up
 * on the host.
 *
 * @throws SpoorError TOO_MANY_SCOPES beyond 64; INVALID_VALUE for a name that stands for nothing, or is there twice
 */
export function compileScopes(scopes: readonly Scope[], options: CompileScopesOptions = {}): CompiledScopes {
  const host = options.host ?? linuxHost();
  const names = scopes.map(({ name }) => name);
  const bits = assignBits(names, options.previous?.bits ?? noBits);
  const resolved = new Map(scopes.map((scope) => [scope.name, resolveScope(scope, host)]));
  const byBit = bits.names.map((name) => (name === undefined ? undefined : resolved.get(name)));
  const wordWhere = (test: (scope: Scope) => boolean) =>
    wordOf(byBit.flatMap((scope, bit) => (scope !== undefined && test(scope) ? [bit] : [])));
  const kinds = compileKinds(byBit);
  let exclude = 0n;
  for (const table of kinds.values()) exclude |= table.exclude;
  return {
    bits,
    scopes: byBit,
    enabled: wordWhere(() => true),
    follow: wordWhere(scopeFollows),
    exclude,
    kinds,
    events: new Map(
      Object.keys(events).map((event) => [event, wordWhere((scope) => takesEvent(scope, event))]),
    ),
    otherEvents: wordWhere((scope) => scope.events.length === 0),
  };
}

const takesEvent = (scope: Scope, event: string) =>
  scope.events.length === 0 || scope.events.some((rule) => rule.event === event);

function compileKinds(byBit: readonly (Scope | undefined)[]): Map<FilterKindName, KindTable> {
  const kinds = new Map<FilterKindName, KindTable>();
  for (const [name, kind] of Object.entries(filterKinds) as [FilterKindName, FilterKind][]) {
    const uses = byBit.flatMap((scope, bit) => {
      const filters = scope?.filters.filter((filter) => filter.kind === name) ?? [];
      return filters.length > 0
        ? [{ bit, filters: filters.map(kind.forEngine ?? ((filter) => filter)) }]
        : [];
    });
    if (uses.length > 0) kinds.set(name, engines[kind.engine](uses));
  }
  return kinds;
}
