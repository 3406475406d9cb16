import type { TaskFacts } from '../facts.js';
import type { Scope } from '../scope.js';
import { matchesScopes, scopeCanExclude, scopeExcludes, scopeFollows } from './match.js';

/** What a process carries with it besides its facts: names of scopes. */
export interface FollowState {
  readonly followed: ReadonlySet<string>;
  readonly excluded: ReadonlySet<string>;
}

/** A process of which nothing is known, which is how every process begins that was alive before the trace. */
export const notFollowed: FollowState = { followed: new Set(), excluded: new Set() };

const union = (names: ReadonlySet<string>, more: Iterable<Scope>) =>
  new Set([...names, ...[...more].map(({ name }) => name)]);

/**
 * The rules of follow, as the kernel keeps them. Each returns the new state and leaves the old one alone.
 *
 * What a process is at one moment: the scopes that match and follow are added, for good; the scopes whose `tree!=`
 * names it exclude it, for good. This is asked at an exec, at any event of the process, and of every process alive at
 * the start.
 */
export function followMatch(state: FollowState, facts: TaskFacts, scopes: readonly Scope[]): FollowState {
  const following = matchesScopes(scopes, facts).filter(scopeFollows);
  const excluding = scopes.filter((scope) => scopeExcludes(scope, facts));
  return { followed: union(state.followed, following), excluded: union(state.excluded, excluding) };
}

/** What a child starts with: all that its parent carries, and what the parent is at the moment of the fork. */
export function followFork(
  parent: FollowState,
  parentFacts: TaskFacts,
  scopes: readonly Scope[],
): FollowState {
  return followMatch(parent, parentFacts, scopes);
}

/** What is left of a state when other scopes take the place of the ones in force: the names that stay. */
export function followReplace(state: FollowState, scopes: readonly Scope[]): FollowState {
  const names = new Set(scopes.map(({ name }) => name));
  const keep = (old: ReadonlySet<string>) => new Set([...old].filter((name) => names.has(name)));
  return { followed: keep(state.followed), excluded: keep(state.excluded) };
}

/**
 * The scopes that an event of the process belongs to: those that match or follow it, without those that exclude it.
 * A scope that no longer follows, or no longer excludes anything, lets go.
 */
export function followVerdict(state: FollowState, facts: TaskFacts, scopes: readonly Scope[]): Scope[] {
  const now = followMatch(state, facts, scopes);
  const matching = new Set(matchesScopes(scopes, facts));
  return scopes.filter((scope) => {
    const inside = matching.has(scope) || (scopeFollows(scope) && now.followed.has(scope.name));
    return inside && !(scopeCanExclude(scope) && now.excluded.has(scope.name));
  });
}
