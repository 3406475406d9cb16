/** Scopes and whom they begin with: what a load depends on, without what reads expressions. */
import type { FilterKindName } from '@spoor/bpf';
import type { Filter, FilterValue, Scope } from '@spoor/filter';

/** The name of the scope that follows the command. */
export const commandScopeName = 'command';

/** Matches no process of user space: the tree begins with its roots. */
const nobody: Filter = { kind: 'pid', operator: '=', values: [{ from: 0n, to: 0n }] };

/** The scope that follows one process and what descends from it. */
export const commandScope: Scope = { name: commandScopeName, filters: [nobody], follows: true, events: [] };

/** A process that is followed from the start, by identity. */
export interface Root {
  readonly scope: string;
  readonly tgid: number;
}

/** What is in force, and who is followed from the start. */
export interface TraceScopes {
  readonly scopes: readonly Scope[];
  readonly roots: readonly Root[];
}

/**
 * `tree=PID` alone is a process that is there, not a number: it becomes a root, found by id and start time, so that a later
 * process with the same id is not followed.
 */
export function groundScopes(scopes: readonly Scope[]): TraceScopes {
  const roots: Root[] = [];
  const grounded = scopes.map((scope) => {
    const tgids = treeRoots(scope);
    if (tgids === undefined) return scope;
    for (const tgid of tgids) roots.push({ scope: scope.name, tgid });
    return { ...scope, filters: [nobody], follows: true };
  });
  return { scopes: grounded, roots };
}

/** The processes of a scope that is nothing but `tree=PID,…`. */
function treeRoots({ filters }: Scope): readonly number[] | undefined {
  const [filter] = filters;
  if (filters.length !== 1 || filter?.kind !== 'tree' || filter.operator !== '=') return undefined;
  return filter.values.every(isSingle) ? filter.values.map(({ from }) => Number(from)) : undefined;
}

function isSingle(value: FilterValue): value is { readonly from: bigint; readonly to: bigint } {
  return 'from' in value && value.from === value.to;
}

/** The kinds of filters that the scopes use. */
export function kindsOf(scopes: readonly Scope[]): ReadonlySet<FilterKindName> {
  return new Set(scopes.flatMap(({ filters }) => filters.map(({ kind }) => kind)));
}
