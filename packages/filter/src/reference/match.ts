import type { TaskFacts } from '../facts.js';
import { filterKinds } from '../kinds/filter-kinds.js';
import type { FilterKind } from '../kinds/kind.js';
import type { Scope } from '../scope.js';

/**
 * The meaning of scopes, in the simplest code. The kernel's tables are tested against it, and
 * recordings are filtered by it. It has no bits, masks or tables. Scopes must be resolved
 * (`resolveScope`).
 */

/**
 * Returns true if every filter of the scope holds. State inherited by `follow` or `tree!=` is
 * ignored.
 *
 * @example
 * ```ts
 * matchesScope(parseScope('uid=0'), taskFacts({ uid: 0 })); // true
 * ```
 */
export function matchesScope(scope: Scope, facts: TaskFacts): boolean {
  return scope.filters.every((filter) => {
    const kind = kindOf(filter.kind);
    if (kind.matchesAll === undefined) return kind.matches(filter, facts);
    return kind.matchesAll(
      scope.filters.filter((other) => other.kind === filter.kind),
      facts,
    );
  });
}

/**
 * Returns the scopes of which every filter holds, in their order.
 *
 * @example
 * ```ts
 * const names = matchesScopes(scopes, taskFacts({ comm: 'node' })).map(({ name }) => name);
 * ```
 */
export function matchesScopes(scopes: readonly Scope[], facts: TaskFacts): Scope[] {
  return scopes.filter((scope) => matchesScope(scope, facts));
}

/**
 * Returns true if descendants of a match are in the scope too, by `follow` or a filter like
 * `tree=`.
 *
 * @example
 * ```ts
 * scopeFollows(parseScope('tree=1')); // true
 * ```
 */
export function scopeFollows(scope: Scope): boolean {
  return (
    scope.follows ||
    scope.filters.some(({ kind, operator }) => operator === '=' && kindOf(kind).follows === true)
  );
}

/**
 * Returns true if the scope excludes this process, and so its descendants.
 *
 * @example
 * ```ts
 * scopeExcludes(parseScope('tree!=7'), taskFacts({ tgid: 7 })); // true
 * ```
 */
export function scopeExcludes(scope: Scope, facts: TaskFacts): boolean {
  return scope.filters.some((filter) => kindOf(filter.kind).excludes?.(filter, facts) === true);
}

/**
 * Returns true if the scope can exclude processes.
 *
 * @example
 * ```ts
 * scopeCanExclude(parseScope('uid=0')); // false
 * ```
 */
export function scopeCanExclude(scope: Scope): boolean {
  return scope.filters.some(({ kind, operator }) => operator === '!=' && kindOf(kind).excludes !== undefined);
}

const kindOf = (name: keyof typeof filterKinds): FilterKind => filterKinds[name];
