import type { KernelDefinition } from '@spoor/bpf';
import { numberMatches } from '../kinds/number-values.js';
import { textMatches } from '../kinds/text-values.js';
import type { EventCondition, Scope } from '../scope.js';
import { areTexts } from './derived-fields.js';
import { type EventLike, fieldOf } from './event-like.js';
import { pathFieldOf } from './path-fields.js';
import { pathText } from './path-text.js';

/**
 * Returns true if a scope takes an event, by the event alone. A scope without event rules takes all
 * events. Otherwise the kind must be named and every condition of it must hold. A field that the
 * event lacks matches nothing. A path is compared by its `pathText`.
 *
 * @param kernel the kernel side that has the event; default: the built-in one
 *
 * @example
 * ```ts
 * const etc = parseScope('open.path=/etc/*');
 * takesEvent(etc, { kind: 'exec' }); // false
 * ```
 */
export function takesEvent(scope: Scope, event: EventLike, kernel?: KernelDefinition): boolean {
  if (scope.events.length === 0) return true;
  const rule = scope.events.find((candidate) => candidate.event === event.kind);
  return rule?.where.every((condition) => conditionHolds(condition, event, kernel)) ?? false;
}

function conditionHolds(condition: EventCondition, event: EventLike, kernel?: KernelDefinition): boolean {
  const { field } = condition;
  const path = pathFieldOf(event.kind, field, kernel);
  const value = path === undefined ? fieldOf(event, field, kernel) : pathText(event, field, path);
  if (value === undefined) return false;
  const isText = condition.values.some((wanted) => 'at' in wanted);
  if (areTexts(value)) {
    const equal: EventCondition = { ...condition, operator: '=' };
    return isText && value.some((one) => textMatches(equal, one)) !== (condition.operator === '!=');
  }
  if (isText)
    return typeof value === 'string' || value instanceof Uint8Array ? textMatches(condition, value) : false;
  return typeof value === 'number' || typeof value === 'bigint' ? numberMatches(condition, value) : false;
}
