import type { FactText } from '../facts.js';

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
