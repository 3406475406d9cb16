/** Scopes and whom they begin with: what a load depends on, without what reads expressions. */
import type { FilterKindName } from '@spoor/bpf';
import type { Filter, Scope } from '@spoor/filter';

/** The name of the scope that follows the command. */
export const commandScopeName = 'command';

/** Matches no process of user space: the tree begins with its roots. */
const nobody: Filter = { kind: 'pid', operator: '=', values: [{ from: 0n, to: 0n }] };

/** The scope that follows one process and what descends from it. */
export const commandScope: Scope = { name: commandScopeName, filters: [nobody], follows: true, events: [] };

/** The scope of a trace without a command and without scopes: it matches every task. */
export const machineScope: Scope = { name: 'all', filters: [], follows: false, events: [] };

/** A process that is followed from the start, by identity. */
export interface Root {
  readonly scope: string;
  readonly tgid: number;
}

/** What is in force, and who is followed from the start. */
export interface TraceScopes {
  readonly scopes: readonly Scope[];
  readonly roots: readonly Root[];
  /** Processes that filters name beside others, or leave out: they have to be there too. */
  readonly named: readonly number[];
}

/**
 * `tree=PID` alone is a process that is there, not a number: it becomes a root, found by id and start time, so that a later
 * process with the same id is not followed.
 */
export function groundScopes(scopes: readonly Scope[]): TraceScopes {
  const roots: Root[] = [];
  const named: number[] = [];
  const grounded = scopes.map((scope) => {
    const tgids = treeRoots(scope);
    if (tgids === undefined) {
      named.push(...scope.filters.filter(({ kind }) => kind === 'tree').flatMap(processesOf));
      return scope;
    }
    for (const tgid of tgids) roots.push({ scope: scope.name, tgid });
    return { ...scope, filters: [nobody], follows: true };
  });
  return { scopes: grounded, roots, named };
}

/** The processes of a scope that is nothing but `tree=PID,…`. */
function treeRoots({ filters }: Scope): readonly number[] | undefined {
  const [filter] = filters;
  if (filters.length !== 1 || filter?.kind !== 'tree' || filter.operator !== '=') return undefined;
  return processesOf(filter);
}

/** The process ids that a `tree` filter names: it has no ranges and no names. */
const processesOf = ({ values }: Filter): readonly number[] =>
  values.flatMap((value) => ('from' in value ? [Number(value.from)] : []));

/** The kinds of filters that the scopes use. */
export function kindsOf(scopes: readonly Scope[]): ReadonlySet<FilterKindName> {
  return new Set(scopes.flatMap(({ filters }) => filters.map(({ kind }) => kind)));
}

/** Whether a scope compares fields of events. */
export const hasConditions = ({ events }: Scope): boolean => events.some(({ where }) => where.length > 0);
