/** Properties of scopes that a load depends on. Does not import the parser of expressions. */
import type { FilterKindName } from '@spoor/bpf/enums';
import type { Filter, Scope } from '@spoor/filter';

/** The name of the scope that follows the command. */
export const commandScopeName = 'command';

/** Matches no process of user space: the tree of a scope with roots begins with these. */
const noProcess: Filter = { kind: 'pid', operator: '=', values: [{ from: 0n, to: 0n }] };

/** The scope that follows the command and its descendants. */
export const commandScope: Scope = {
  name: commandScopeName,
  filters: [noProcess],
  follows: true,
  events: [],
};

/** The scope of a trace without a command and without scopes: it matches every task. */
export const machineScope: Scope = { name: 'all', filters: [], follows: false, events: [] };

/** A process that a scope follows from the start. */
export interface Root {
  readonly scope: string;
  readonly tgid: number;
}

/** Scopes, and the processes that their `tree` filters name. */
export interface TraceScopes {
  readonly scopes: readonly Scope[];
  /** Followed from the start. */
  readonly roots: readonly Root[];
  /** Named by `tree` filters beside other filters, or excluded by them. They must exist, too. */
  readonly mentioned: readonly number[];
}

/**
 * Takes the roots out of scopes. A scope that is only `tree=PID` follows a root. The kernel side
 * finds the root by its id and start time, and does not follow a later process with the same id.
 */
export function separateRoots(scopes: readonly Scope[]): TraceScopes {
  const roots: Root[] = [];
  const mentioned: number[] = [];
  const remaining = scopes.map((scope) => {
    const tgids = rootsOf(scope);
    if (tgids === undefined) {
      mentioned.push(...scope.filters.filter(({ kind }) => kind === 'tree').flatMap(processesOf));
      return scope;
    }
    for (const tgid of tgids) roots.push({ scope: scope.name, tgid });
    return { ...scope, filters: [noProcess], follows: true };
  });
  return { scopes: remaining, roots, mentioned };
}

/** Returns the processes of a scope that is only `tree=PID,…`, else undefined. */
function rootsOf({ filters }: Scope): readonly number[] | undefined {
  const [filter] = filters;
  if (filters.length !== 1 || filter?.kind !== 'tree' || filter.operator !== '=') return undefined;
  return processesOf(filter);
}

/** Returns the process ids of a `tree` filter, which has no ranges and no names. */
const processesOf = ({ values }: Filter): readonly number[] =>
  values.flatMap((value) => ('from' in value ? [Number(value.from)] : []));

/** Returns the filter kinds that the scopes use. */
export function filterKindsOf(scopes: readonly Scope[]): ReadonlySet<FilterKindName> {
  return new Set(scopes.flatMap(({ filters }) => filters.map(({ kind }) => kind)));
}

/** Returns true if the scope has conditions on fields of events. */
export const hasConditions = ({ events }: Scope): boolean => events.some(({ where }) => where.length > 0);

/**
 * Returns true if the kernel side has to find the processes alive before their first event. The
 * command is found by its seed. A scope without filters matches every process.
 */
export const needsSnapshot = ({ name, filters, follows }: Scope): boolean =>
  name !== commandScopeName && (follows || filters.length > 0);
