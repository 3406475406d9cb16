import { events, type FilterKindName, FilterKind as kindNumbers } from '@spoor/bpf';
import { fitsKernel, kernelConditions } from '../events/kernel-conditions.js';
import { filterKinds } from '../kinds/filter-kinds.js';
import type { Comparison, Engine, FilterKind } from '../kinds/kind.js';
import { scopeFollows } from '../reference/match.js';
import type { Host } from '../resolve/host.js';
import { linuxHost } from '../resolve/linux-host.js';
import type { PathMeaning } from '../resolve/paths.js';
import { resolveScopeAndPaths } from '../resolve/resolve.js';
import type { Scope } from '../scope.js';
import { assignBits, noBits, type ScopeBits, wordOf } from './bits.js';
import { type EngineTable, engines } from './engines.js';

/** What the scopes that use one kind, or one condition on events, are in the kernel. */
export interface CompiledTable extends EngineTable {
  /** As people write it: `uid`, `open.path`. */
  readonly name: string;
  readonly engine: Engine;
  /** Its place in the arrays of `struct scope_set`. */
  readonly number: number;
}

/** Scopes as the kernel has them, before they are bytes. Words have one bit a scope. */
export interface CompiledScopes {
  readonly bits: ScopeBits;
  /** By bit: the scope, with every name resolved. */
  readonly scopes: readonly (Scope | undefined)[];
  /** By bit: what the paths in the scope stand for. */
  readonly paths: readonly (readonly PathMeaning[])[];
  readonly enabled: bigint;
  readonly follow: bigint;
  readonly exclude: bigint;
  /** Of the kinds and conditions that some scope uses. */
  readonly tables: readonly CompiledTable[];
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

/** Its place in `enum filter_kind`. */
function kindNumber(name: FilterKindName): number {
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
  const resolved = new Map(scopes.map((scope) => [scope.name, resolveScopeAndPaths(scope, host)]));
  const all = bits.names.map((name) => (name === undefined ? undefined : resolved.get(name)));
  const byBit = all.map((one) => one?.scope);
  const wordWhere = (test: (scope: Scope) => boolean) =>
    wordOf(byBit.flatMap((scope, bit) => (scope !== undefined && test(scope) ? [bit] : [])));
  const tables = [...kindTables(byBit), ...conditionTables(byBit)];
  let exclude = 0n;
  for (const table of tables) exclude |= table.exclude;
  return {
    bits,
    scopes: byBit,
    paths: all.map((one) => one?.paths ?? []),
    enabled: wordWhere(() => true),
    follow: wordWhere(scopeFollows),
    exclude,
    tables,
    events: new Map(
      Object.keys(events).map((event) => [event, wordWhere((scope) => takesEvent(scope, event))]),
    ),
    otherEvents: wordWhere((scope) => scope.events.length === 0),
  };
}

const takesEvent = (scope: Scope, event: string) =>
  scope.events.length === 0 || scope.events.some((rule) => rule.event === event);

/** What each scope has for one table; scopes that have nothing do not use it. */
function tableOf(
  row: Pick<CompiledTable, 'name' | 'engine' | 'number'>,
  byBit: readonly (Scope | undefined)[],
  comparisons: (scope: Scope) => readonly Comparison[],
): CompiledTable[] {
  const uses = byBit.flatMap((scope, bit) => {
    const filters = scope === undefined ? [] : comparisons(scope);
    return filters.length > 0 ? [{ bit, filters }] : [];
  });
  return uses.length > 0 ? [{ ...row, ...engines[row.engine](uses) }] : [];
}

function kindTables(byBit: readonly (Scope | undefined)[]): CompiledTable[] {
  return (Object.entries(filterKinds) as [FilterKindName, FilterKind][]).flatMap(([name, kind]) =>
    tableOf({ name, engine: kind.engine, number: kindNumber(name) }, byBit, ({ filters }) =>
      filters.filter((filter) => filter.kind === name).map(kind.forEngine ?? ((filter) => filter)),
    ),
  );
}

function conditionTables(byBit: readonly (Scope | undefined)[]): CompiledTable[] {
  return kernelConditions.flatMap(({ event, field, engine, table, forTable, name }) =>
    tableOf({ name: name.replace('-', '.'), engine, number: table }, byBit, (scope) => {
      const rule = scope.events.find((candidate) => candidate.event === event);
      const conditions = rule?.where.filter((condition) => condition.field === field) ?? [];
      if (!fitsKernel(conditions)) return [];
      return forTable === undefined ? conditions : conditions.flatMap(forTable);
    }),
  );
}
