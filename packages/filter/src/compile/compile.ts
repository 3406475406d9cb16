import { builtInKernel, type KernelDefinition, sourcesOfFields } from '@spoor/bpf';
import { type FilterKindName, FilterKind as kindNumbers } from '@spoor/bpf/enums';
import { fitsKernel, kernelConditions } from '../events/kernel-conditions.js';
import { checkScopes } from '../grammar/check-scope.js';
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

/** The table of one filter kind, or of one condition on events. */
export interface CompiledTable extends EngineTable {
  /** The written name: `uid`, `open.path`. */
  readonly name: string;
  readonly engine: Engine;
  /** Position in the arrays of `struct scope_set`. */
  readonly number: number;
}

/** Scopes in the form of the kernel, before they are encoded. Masks have one bit per scope. */
export interface CompiledScopes {
  readonly bits: ScopeBits;
  /** By bit: the resolved scope. */
  readonly scopes: readonly (Scope | undefined)[];
  /** By bit: the meaning of the paths in the scope. */
  readonly paths: readonly (readonly PathMeaning[])[];
  readonly enabled: bigint;
  readonly follow: bigint;
  readonly exclude: bigint;
  /** Tables of the kinds and conditions in use. */
  readonly tables: readonly CompiledTable[];
  /**
   * By event name: its number, and the scopes that take such events. `otherEvents` is for all
   * other events.
   */
  readonly events: ReadonlyMap<string, { readonly kind: number; readonly takers: bigint }>;
  readonly otherEvents: bigint;
}

export interface CompileScopesOptions {
  /** The scopes that these replace. Names that stay keep their bits. */
  readonly previous?: CompiledScopes;
  /** Looks names up; this machine by default. */
  readonly host?: Host;
  /** The kernel side that has the events. Default: the built-in one. */
  readonly kernel?: KernelDefinition;
}

/** Position in `enum filter_kind`. */
function kindNumber(name: FilterKindName): number {
  return kindNumbers[`FILTER_${name.toUpperCase()}` as keyof typeof kindNumbers];
}

/**
 * Compiles scopes to the kernel's tables, which `createScopeWriter` puts into force. Only names are
 * looked up, on the host.
 *
 * @throws {SpoorError} TOO_MANY_SCOPES when there are more than 64; INVALID_VALUE when a name does
 * not exist on the host, or two scopes have one name, or a scope is not valid; UNKNOWN_FILTER or
 * UNKNOWN_EVENT
 *
 * @example
 * ```ts
 * const compiled = compileScopes([parseScope('uid=0 follow')]);
 * ```
 */
export function compileScopes(given: readonly Scope[], options: CompileScopesOptions = {}): CompiledScopes {
  return compileValid(checkScopes(given, 'compileScopes()', options.kernel), options);
}

/** Compiles scopes that `checkScopes` returned. */
export function compileValid(scopes: readonly Scope[], options: CompileScopesOptions): CompiledScopes {
  const { host = linuxHost(), kernel = builtInKernel } = options;
  const names = scopes.map(({ name }) => name);
  const bits = assignBits(names, options.previous?.bits ?? noBits);
  const resolved = new Map(scopes.map((scope) => [scope.name, resolveScopeAndPaths(scope, host, kernel)]));
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
      Object.entries(kernel.events).map(([event, { kind }]) => [
        event,
        { kind, takers: wordWhere((scope) => takesEvent(scope, event)) },
      ]),
    ),
    otherEvents: wordWhere((scope) => scope.events.length === 0),
  };
}

/** Includes the events that conditions need. User space does not hand them out for the scope. */
const takesEvent = (scope: Scope, event: string) =>
  scope.events.length === 0 ||
  scope.events.some(
    (rule) =>
      rule.event === event ||
      rule.where.some(({ field }) => sourcesOfFields[`${rule.event}.${field}`] === event),
  );

/** Collects the comparisons of one table. Scopes without any do not use the table. */
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
