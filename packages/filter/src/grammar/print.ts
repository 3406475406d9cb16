import type { KernelDefinition } from '@spoor/bpf';
import { eventFields } from '../events/fields.js';
import { filterKinds } from '../kinds/filter-kinds.js';
import { standsAlone, type ValueKind } from '../kinds/kind.js';
import type { EventRule, Filter, Operator, Scope } from '../scope.js';
import { checkScope } from './check-scope.js';
import { spell } from './text.js';

function comparison(
  name: string,
  kind: ValueKind,
  { operator, values }: Pick<Filter, 'operator' | 'values'>,
): string {
  const spelled = values.map((value) => spell(kind.write(value)));
  // Without quotes these two would be the flag.
  const quoted = spelled.map((text) =>
    kind.shape === 'flag-or-text' && /^(true|false)$/.test(text) ? `"${text}"` : text,
  );
  return `${name}${operator}${quoted.join(',')}`;
}

/** Options of functions that read and write scopes. */
export interface KernelOptions {
  /** The kernel side that has the events. Default: the built-in one. */
  readonly kernel?: KernelDefinition;
}

/** Prints a filter as in an expression. */
export function printFilter(filter: Filter): string {
  const kind: ValueKind = filterKinds[filter.kind];
  if (standsAlone(kind.shape) && filter.values.length === 0)
    return `${flagSign(filter.operator)}${filter.kind}`;
  return comparison(filter.kind, kind, filter);
}

const flagSign = (operator: Operator) => (operator === '=' ? '' : '!');

/** Prints an event rule as in an expression: its conditions, or the event's name alone. */
export function printEventRule({ event, where }: EventRule, kernel?: KernelDefinition): string {
  if (where.length === 0) return event;
  const fields = eventFields(event, kernel) ?? {};
  return where
    .map((condition) => comparison(`${event}.${condition.field}`, fields[condition.field]!, condition))
    .join(' ');
}

/** Prints a scope without its name; empty if the scope takes everything. */
export function printFilters(scope: Scope, kernel?: KernelDefinition): string {
  const terms = scope.filters.map(printFilter);
  if (scope.follows) terms.push('follow');
  return [...terms, ...scope.events.map((rule) => printEventRule(rule, kernel))].join(' ');
}

/**
 * Prints the canonical expression of a scope. `parseScope(printScope(scope))` is an equal scope.
 *
 * @throws {SpoorError} INVALID_VALUE, UNKNOWN_FILTER or UNKNOWN_EVENT when the scope is not valid
 *
 * @example
 * ```ts
 * printScope(scope('a').uid(0).follow()); // 'a: uid=0 follow'
 * ```
 */
export function printScope(scope: Scope, { kernel }: KernelOptions = {}): string {
  return expressionOf(checkScope(scope, 'printScope()', kernel), kernel);
}

/** Prints a valid scope, or one with resolved names, whose lists of paths may be longer. */
export function expressionOf(scope: Scope, kernel?: KernelDefinition): string {
  const filters = printFilters(scope, kernel);
  return filters === '' ? `${scope.name}:` : `${scope.name}: ${filters}`;
}
