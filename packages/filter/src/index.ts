export { noBits, type ScopeBits } from './compile/bits.js';
export { type CompiledScopes, type CompileScopesOptions, compileScopes } from './compile/compile.js';
export { createScopeWriter, type ScopeMaps, type ScopeWriter } from './compile/write.js';
export type { FactText, TaskFacts } from './facts.js';
export type { FilterKind } from './filters/kind.js';
export { filterKinds } from './gen/kinds.js';
export { type ParseScopeOptions, parseScope, parseScopes } from './grammar/parse.js';
export { printScope } from './grammar/print.js';
export {
  type FollowState,
  followFork,
  followMatch,
  followReplace,
  followVerdict,
  notFollowed,
} from './reference/follow.js';
export { matchesScope, matchesScopes, scopeFollows } from './reference/match.js';
export type { Host, HostProcess } from './resolve/host.js';
export { linuxHost } from './resolve/linux-host.js';
export { resolveScope } from './resolve/resolve.js';
export * from './scope.js';
