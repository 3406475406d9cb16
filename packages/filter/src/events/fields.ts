import { type EventParts, events } from '@spoor/bpf';
import { camelCase, type Layout } from '@spoor/btf';
import type { ValueKind } from '../kinds/kind.js';
import { numberValues } from '../kinds/number-values.js';
import { textValues } from '../kinds/text-values.js';
import { flagBits } from './event-like.js';

/** The name of an event kind. */
export type EventName = keyof EventParts;

/**
 * Fields of an event that a condition can name: its own numbers and texts, by the names that event
 * views give them. The flags of every event are 0 or 1. Filters cover the other shared fields.
 */
export type EventFields = Readonly<Record<string, ValueKind>>;

const cache = new Map<string, EventFields>();

/** What can be asked of an event of this kind; undefined when there is no such event. */
export function eventFields(event: string): EventFields | undefined {
  if (!Object.hasOwn(events, event)) return undefined;
  let fields = cache.get(event);
  if (fields === undefined) {
    fields = fieldsOf(events[event as EventName].schema.layout);
    cache.set(event, fields);
  }
  return fields;
}

/** The names of all events. */
export const eventNames = (): readonly string[] => Object.keys(events);

function fieldsOf(layout: Layout): EventFields {
  if (layout.kind !== 'struct') return {};
  const named = layout.fields.map((field) => [camelCase(field.name), valuesOf(field.layout)] as const);
  const own = named.filter(
    (entry): entry is [string, ValueKind] => entry[1] !== undefined && !/^(unused|_*pad)\d*$/.test(entry[0]),
  );
  const flags = Object.keys(flagBits).filter((flag) => !named.some(([name]) => name === flag));
  return Object.fromEntries([...own, ...flags.map((flag) => [flag, numberValues({ max: 1n })] as const)]);
}

/** RECORD_MAX of bpf/lib/scratch.h: no part of an event is longer. */
const longestPart = 16384;

function valuesOf(layout: Layout): ValueKind | undefined {
  if (layout.kind === 'chars') {
    // The last byte is a NUL.
    const most = layout.size - 1;
    return textValues({
      maxWhole: most,
      maxEnd: most,
      why: ', and the kernel keeps no more of it',
      isCut: true,
    });
  }
  if (layout.kind === 'struct' && layout.name === 'var_bytes') {
    return textValues({
      maxWhole: longestPart,
      maxEnd: longestPart,
      why: ', the most that an event can carry',
    });
  }
  if (layout.kind !== 'int' && layout.kind !== 'enum') return undefined;
  const bits = BigInt(layout.size * 8);
  return numberValues(
    layout.signed ? { min: -(1n << (bits - 1n)), max: (1n << (bits - 1n)) - 1n } : { max: (1n << bits) - 1n },
  );
}
