/**
 * Scopes: which tasks are traced, and which of their events. A scope is written as an expression,
 * with the builder or in a policy file. `@spoor/filter/reference` evaluates scopes in user space.
 * `@spoor/filter/kernel` compiles them to the tables of the kernel side.
 */
export {
  explain,
  type ScopeExplanation,
  type ScopesExplanation,
  type TableExplanation,
} from './compile/explain.js';
export type { EventName } from './events/fields.js';
export {
  type EventConditions,
  type EventSteps,
  type FlagOrTextSteps,
  type FlagSteps,
  type IdSteps,
  type NumberSteps,
  type ScopeBuilder,
  scope,
  type TextSteps,
} from './grammar/builder.js';
export {
  type Between,
  between,
  endsWith,
  type NumberInput,
  startsWith,
} from './grammar/builder-inputs.js';
export { type ParseScopeOptions, parseScope } from './grammar/parse.js';
export { parseScopes } from './grammar/parse-scopes.js';
export type { Pattern, WrittenPattern } from './grammar/pattern.js';
export { type KernelOptions, printScope } from './grammar/print.js';
export { filterKinds } from './kinds/filter-kinds.js';
export type { Comparison, Engine, FilterKind, Shape, ValueKind } from './kinds/kind.js';
export { type Policy, parsePolicy, printPolicy } from './policy/policy.js';
export { policyJsonSchema } from './policy/schema.js';
export type { PathMeaning } from './resolve/paths.js';
export type {
  EventCondition,
  EventRule,
  Filter,
  FilterValue,
  NamedNumber,
  NumberRange,
  NumberValue,
  Operator,
  Scope,
  TextValue,
} from './scope.js';
