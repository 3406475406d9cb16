import type { TaskFacts } from '../facts.js';
import type { Scope } from '../scope.js';
import { matchesScopes, scopeCanExclude, scopeExcludes, scopeFollows } from './match.js';

/** The follow state of a process: names of scopes. */
export interface FollowState {
  readonly followed: ReadonlySet<string>;
  readonly excluded: ReadonlySet<string>;
}

/** The state of a process that was alive before the trace. */
export const notFollowed: FollowState = { followed: new Set(), excluded: new Set() };

const union = (names: ReadonlySet<string>, more: Iterable<Scope>) =>
  new Set([...names, ...[...more].map(({ name }) => name)]);

/**
 * Returns the follow state after a process was matched: at an exec, at any of its events, and at
 * the start of the trace. Scopes that match and follow are added for good. Scopes whose `tree!=`
 * names the process exclude it for good. All functions here return a new state and keep the old
 * one.
 *
 * @example
 * ```ts
 * const state = followMatch(notFollowed, taskFacts({ comm: 'make' }), scopes);
 * ```
 */
export function followMatch(state: FollowState, facts: TaskFacts, scopes: readonly Scope[]): FollowState {
  const following = matchesScopes(scopes, facts).filter(scopeFollows);
  const excluding = scopes.filter((scope) => scopeExcludes(scope, facts));
  return { followed: union(state.followed, following), excluded: union(state.excluded, excluding) };
}

/**
 * Returns the follow state of a child: that of its parent, matched at the moment of the fork.
 *
 * @example
 * ```ts
 * const child = followFork(parent, parentFacts, scopes);
 * ```
 */
export function followFork(
  parent: FollowState,
  parentFacts: TaskFacts,
  scopes: readonly Scope[],
): FollowState {
  return followMatch(parent, parentFacts, scopes);
}

/**
 * Returns the follow state after the scopes were replaced: names that the new scopes have stay.
 *
 * @example
 * ```ts
 * const after = followReplace(state, newScopes);
 * ```
 */
export function followReplace(state: FollowState, scopes: readonly Scope[]): FollowState {
  const names = new Set(scopes.map(({ name }) => name));
  const keep = (old: ReadonlySet<string>) => new Set([...old].filter((name) => names.has(name)));
  return { followed: keep(state.followed), excluded: keep(state.excluded) };
}

/**
 * Returns the scopes that an event of the process belongs to: those that match or follow it,
 * without those that exclude it. A scope that no longer follows or excludes is not counted.
 *
 * @example
 * ```ts
 * const inScope = followVerdict(state, facts, scopes).length > 0;
 * ```
 */
export function followVerdict(state: FollowState, facts: TaskFacts, scopes: readonly Scope[]): Scope[] {
  const now = followMatch(state, facts, scopes);
  const matching = new Set(matchesScopes(scopes, facts));
  return scopes.filter((scope) => {
    const inside = matching.has(scope) || (scopeFollows(scope) && now.followed.has(scope.name));
    return inside && !(scopeCanExclude(scope) && now.excluded.has(scope.name));
  });
}
