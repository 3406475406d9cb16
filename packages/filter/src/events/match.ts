import type { FactText } from '../facts.js';
import { numberMatches } from '../filters/number-values.js';
import { textMatches } from '../filters/text-values.js';
import type { EventCondition, Scope } from '../scope.js';

/** An event as views and plain objects have it: its kind, and its fields by name. */
export interface EventLike {
  readonly kind: string;
}

/** A field; undefined when the event has none of this name. */
export function fieldOf(event: EventLike, field: string): number | bigint | FactText | undefined {
  const value: unknown = (event as unknown as Record<string, unknown>)[field];
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') return value;
  return value instanceof Uint8Array ? value : undefined;
}

/**
 * Does a scope take this event, as far as the event itself goes? The definition: without rules it takes all, with rules
 * those of a named kind of which every condition holds. A field that the event does not have fits nothing.
 */
export function takesEvent(scope: Scope, event: EventLike): boolean {
  if (scope.events.length === 0) return true;
  const rule = scope.events.find((candidate) => candidate.event === event.kind);
  return rule?.where.every((condition) => conditionHolds(condition, event)) ?? false;
}

function conditionHolds(condition: EventCondition, event: EventLike): boolean {
  const value = fieldOf(event, condition.field);
  if (value === undefined) return false;
  const isText = condition.values.some((wanted) => 'at' in wanted);
  if (isText)
    return typeof value === 'string' || value instanceof Uint8Array ? textMatches(condition, value) : false;
  return typeof value === 'number' || typeof value === 'bigint' ? numberMatches(condition, value) : false;
}
