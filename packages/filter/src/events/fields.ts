import { builtInKernel, type EventParts, type KernelDefinition } from '@spoor/bpf';
import { type DataField, declarationOf, listParts, type Names } from '@spoor/bpf/events';
import { camelCase, type Layout, type StructLayout } from '@spoor/btf';
import { nearest } from '@spoor/core';
import type { Problem } from '../grammar/check.js';
import { quoted } from '../grammar/syntax-error.js';
import type { ValueKind } from '../kinds/kind.js';
import { numberValues } from '../kinds/number-values.js';
import { textValues } from '../kinds/text-values.js';
import { byKernel } from './by-kernel.js';
import { derivedFields } from './derived-fields.js';
import { flagBits } from './event-like.js';

/** The name of an event kind. */
export type EventName = keyof EventParts;

/**
 * Fields of an event that a condition can name: its own numbers and texts, by the names that event
 * views give them. The flags of every event are 0 or 1. Filters cover the other shared fields.
 */
export type EventFields = Readonly<Record<string, ValueKind>>;

const knownFields = byKernel(fieldsOf);

/** Returns the fields that conditions can ask of an event; undefined for an unknown event. */
export function eventFields(
  event: string,
  kernel: KernelDefinition = builtInKernel,
): EventFields | undefined {
  return Object.hasOwn(kernel.events, event) ? knownFields(event, kernel) : undefined;
}

/** The names of all events. */
export const eventNames = ({ events }: KernelDefinition = builtInKernel): readonly string[] =>
  Object.keys(events);

/**
 * Explains why no condition can ask for this field. The remedy names the fields that can be asked.
 */
export function fieldProblem(
  event: string,
  field: string,
  kernel: KernelDefinition = builtInKernel,
): Problem {
  const names = Object.keys(eventFields(event, kernel) ?? {});
  const isField = recordFields(event, kernel).some(([name]) => name === field);
  const guess = isField ? undefined : nearest(field, names);
  return {
    problem: isField
      ? `conditions cannot ask for ${event}.${field}`
      : `${event} has no field ${quoted(field)}`,
    remedy:
      guess === undefined
        ? `Conditions on ${event} can ask for: ${names.join(', ')}.`
        : `Did you mean ${event}.${guess}?`,
  };
}

/** The own fields of an event's record, by the names that views give them. */
function recordFields(event: string, { events }: KernelDefinition): (readonly [string, Layout])[] {
  const { fields } = events[event]!.schema.layout as StructLayout;
  return fields
    .filter(({ name }) => name !== 'header' && !/^(unused|_*pad)\d*$/.test(name))
    .map(({ name, layout }) => [camelCase(name), layout] as const);
}

function fieldsOf(event: string, kernel: KernelDefinition): EventFields {
  const known = derivedFields(event, kernel);
  const hidden = new Set([...listParts(event, kernel), ...known.keys(), ...sourcesOf(event, kernel)]);
  const own = recordFields(event, kernel).flatMap(([name, layout]) => {
    const isHidden = hidden.has(name);
    const values = isHidden ? undefined : valuesOf(layout, namesOf(event, name, kernel));
    return values === undefined ? [] : [[name, values] as const];
  });
  const derived = [...known].map(([name, { field }]) => [name, derivedValues(field)] as const);
  const taken = new Set([...own, ...derived].map(([name]) => name));
  const flags = Object.keys(flagBits).filter((flag) => !taken.has(flag));
  return Object.fromEntries([
    ...own,
    ...derived,
    ...flags.map((flag) => [flag, numberValues({ max: 1n })] as const),
  ]);
}

/** Returns the fields of the record that custom values are made of. */
const sourcesOf = (event: string, kernel: KernelDefinition): string[] =>
  Object.values(declarationOf(event, kernel)?.data ?? {}).flatMap(({ form }) =>
    form.type === 'custom' && form.asked?.from !== undefined ? [form.asked.from] : [],
  );

/** Returns the names of the numbers in a field, as JSON shows them. */
function namesOf(event: string, field: string, kernel: KernelDefinition): Names | undefined {
  const form = declarationOf(event, kernel)?.data[field]?.form;
  return form?.type === 'number' ? form.names : undefined;
}

function derivedValues({ form }: DataField): ValueKind {
  if (form.type === 'custom' && form.asked?.as === 'flag') return numberValues({ max: 1n });
  if (form.type !== 'number') return longText;
  const words = form.names;
  // JSON and views give such a number as one that JavaScript has exactly.
  const max = BigInt(Number.MAX_SAFE_INTEGER);
  return numberValues({ min: form.negative ? 0n : -max, max, ...(words && { words }) });
}

/** RECORD_MAX of bpf/lib/scratch.h: no part of an event is longer. */
const longestPart = 16384;
const longText = textValues({
  maxWhole: longestPart,
  maxEnd: longestPart,
  why: ', the most that an event can carry',
});

function valuesOf(layout: Layout, words: Names | undefined): ValueKind | undefined {
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
  if (layout.kind === 'struct' && layout.name === 'var_bytes') return longText;
  if (layout.kind !== 'int' && layout.kind !== 'enum') return undefined;
  const bits = BigInt(layout.size * 8);
  const limits = layout.signed
    ? { min: -(1n << (bits - 1n)), max: (1n << (bits - 1n)) - 1n }
    : { max: (1n << bits) - 1n };
  return numberValues({ ...limits, ...(words && { words }) });
}
