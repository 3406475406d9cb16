/**
 * Evaluates scopes in user space: on recordings, in tests and on your own data. The kernel's tables
 * are tested against it. `resolveScope` looks up users, processes and paths first.
 */
export type { EventLike } from './events/event-like.js';
export { takesEvent } from './events/match.js';
export type { FollowLinks } from './events/path-text.js';
export { compileEventFilter, type EventFilter, type EventFilterOptions } from './events/predicate.js';
export { containerFact, type FactText, type TaskFacts, taskFacts } from './facts.js';
export {
  type FollowState,
  followFork,
  followMatch,
  followReplace,
  followVerdict,
  notFollowed,
} from './reference/follow.js';
export {
  matchesScope,
  matchesScopes,
  scopeCanExclude,
  scopeExcludes,
  scopeFollows,
} from './reference/match.js';
export type { Host, HostProcess } from './resolve/host.js';
export type { LeadsTo } from './resolve/links.js';
export { linuxHost } from './resolve/linux-host.js';
export type { NameResolver } from './resolve/names.js';
export { resolveScope } from './resolve/resolve.js';
