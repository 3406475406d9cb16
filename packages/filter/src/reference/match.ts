import type { TaskFacts } from '../facts.js';
import { filterKinds } from '../kinds/filter-kinds.js';
import type { FilterKind } from '../kinds/kind.js';
import type { Scope } from '../scope.js';

/**
 * What scopes mean, said in the simplest way: this is what the kernel's tables are tested against, and what filters a
 * recording. It knows nothing of bits, words and tables. Scopes have to be resolved (`resolveScope`).
 */

/** Does every filter of the scope hold? What a task inherits by `follow` or `tree!=` is not asked. */
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

/** The scopes of which every filter holds, in their order. */
export function matchesScopes(scopes: readonly Scope[], facts: TaskFacts): Scope[] {
  return scopes.filter((scope) => matchesScope(scope, facts));
}

/** Does what descends from a match belong to the scope too? Said by `follow`, or by a filter such as `tree=`. */
export function scopeFollows(scope: Scope): boolean {
  return (
    scope.follows ||
    scope.filters.some(({ kind, operator }) => operator === '=' && kindOf(kind).follows === true)
  );
}

/** Does the scope exclude this very process, and so all that will descend from it? */
export function scopeExcludes(scope: Scope, facts: TaskFacts): boolean {
  return scope.filters.some((filter) => kindOf(filter.kind).excludes?.(filter, facts) === true);
}

/** Can the scope exclude processes at all? */
export function scopeCanExclude(scope: Scope): boolean {
  return scope.filters.some(({ kind, operator }) => operator === '!=' && kindOf(kind).excludes !== undefined);
}

const kindOf = (name: keyof typeof filterKinds): FilterKind => filterKinds[name];
