/**
 * Scopes: which tasks are traced, and which of their events. Written as an expression, with a builder or in a policy
 * file; compiled to the kernel's tables; and judged here too, for recordings and for tests.
 */
export {
  type Between,
  between,
  type EventConditions,
  type EventSteps,
  endsWith,
  type FlagSteps,
  type IdSteps,
  type NumberInput,
  type NumberSteps,
  plainScope,
  type ScopeBuilder,
  scope,
  startsWith,
  type TextSteps,
} from './builder.js';
export { noBits, type ScopeBits } from './compile/bits.js';
export {
  type CompiledScopes,
  type CompiledTable,
  type CompileScopesOptions,
  compileScopes,
} from './compile/compile.js';
export type { EngineTable } from './compile/engines.js';
export type { Segment } from './compile/segments.js';
export type { TextEntry } from './compile/texts.js';
export { createScopeWriter, type ScopeMaps, type ScopeWriter } from './compile/write.js';
export type { EventLike } from './events/event-like.js';
export { type EventFields, type EventName, eventFields } from './events/fields.js';
export { takesEvent } from './events/match.js';
export type { FollowLinks } from './events/path-text.js';
export {
  compileEventFilter,
  type EventFilter,
  type EventFilterOptions,
  kernelDecidesAll,
} from './events/predicate.js';
export {
  explainScopes,
  type ScopeExplanation,
  type ScopesExplanation,
  type TableExplanation,
} from './explain.js';
export { containerFact, type FactText, type TaskFacts, taskFacts } from './facts.js';
export { filterKinds } from './gen/kinds.js';
export { type ParseScopeOptions, parseScope, parseScopes } from './grammar/parse.js';
export type { Pattern, WrittenPattern } from './grammar/pattern.js';
export { printEventRule, printFilter, printScope } from './grammar/print.js';
export type { Comparison, Engine, FilterKind, Shape, ValueKind } from './kinds/kind.js';
export { type Policy, parsePolicy, policyOf, printPolicy } from './policy/policy.js';
export { type PolicyFile, policyJsonSchema } from './policy/schema.js';
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
export type { PathMeaning } from './resolve/paths.js';
export { resolveScope } from './resolve/resolve.js';
export {
  type EventCondition,
  type EventRule,
  type Filter,
  type FilterValue,
  maxScopes,
  type NamedNumber,
  type NumberRange,
  type NumberValue,
  type Operator,
  type Scope,
  type TextValue,
} from './scope.js';
