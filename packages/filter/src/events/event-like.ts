import type { KernelDefinition } from '@spoor/bpf';
import { eventFlagNames } from '@spoor/bpf/enums';
import { camelCase } from '@spoor/btf';
import { derivedFields, type FieldValue } from './derived-fields.js';

/** An event as views and plain objects have it: its kind, and its fields by name. */
export interface EventLike {
  readonly kind: string;
}

/** Bits of `enum event_flag` by their names in conditions. `truncated` has no bit in the header. */
export const flagBits: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    Object.entries(eventFlagNames).map(([bit, name]) => [camelCase(name.replaceAll('-', '_')), Number(bit)]),
  ),
  truncated: 0,
};

/** Returns a field; undefined when the event has none of this name. A flag is 0 or 1. */
export function fieldOf(event: EventLike, field: string, kernel?: KernelDefinition): FieldValue | undefined {
  const derived = derivedFields(event.kind, kernel).get(field);
  if (derived !== undefined) return derived.read(event);
  const value: unknown = (event as unknown as Record<string, unknown>)[field];
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string') return value;
  if (value instanceof Uint8Array) return value;
  return Object.hasOwn(flagBits, field) ? flagOf(event, flagBits[field]!) : undefined;
}

function flagOf(event: EventLike, bit: number): number | undefined {
  const { headerFlags, isWhole } = event as { readonly headerFlags?: unknown; readonly isWhole?: unknown };
  if (bit === 0) return typeof isWhole === 'boolean' ? Number(!isWhole) : undefined;
  return typeof headerFlags === 'number' ? Number((headerFlags & bit) !== 0) : undefined;
}
