import type { DataField, JsonSchema } from '@spoor/bpf/events';
import { fieldNames, type Layout } from '@spoor/btf';
import type { EventField, EventShape } from '../view/layouts.js';
import { hex } from './texts.js';

/**
 * Returns the own fields of an event that has no declaration: of a newer version, or an older one.
 */
export function plainFields({ fields, absent }: EventShape): Readonly<Record<string, DataField>> {
  const own = fields.filter((field) => field.role === 'own' && !absent.includes(field));
  return Object.fromEntries(own.map((field) => [field.name, plainField(field)]));
}

function plainField({ name, layout, variable }: EventField): DataField {
  const description = '';
  if (variable) return { form: { type: 'text' }, schema: { type: 'string' }, description };
  if (layout.kind === 'chars') return { form: { type: 'chars' }, schema: { type: 'string' }, description };
  const value = (view: Readonly<Record<string, unknown>>) => plainValue(view[name]);
  return { form: { type: 'custom', value }, schema: valueSchema(layout), description };
}

function plainValue(value: unknown): unknown {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Uint8Array) return hex(value);
  if (Array.isArray(value)) return value.map(plainValue);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, plainValue(inner)]));
}

function valueSchema(layout: Layout): JsonSchema {
  switch (layout.kind) {
    case 'int':
    case 'enum':
      if (layout.size === 16) return { type: 'string', pattern: '^-?[0-9]{1,40}$' };
      return layout.size === 8 ? { type: 'string', pattern: '^-?[0-9]{1,20}$' } : { type: 'integer' };
    case 'bits':
      if (layout.bool) return { type: 'boolean' };
      return layout.bits > 32 ? { type: 'string', pattern: '^-?[0-9]{1,20}$' } : { type: 'integer' };
    case 'float':
      return { type: 'number' };
    case 'pointer':
      return { type: 'string', pattern: '^[0-9]{1,20}$' };
    case 'bool':
      return { type: 'boolean' };
    case 'chars':
      return { type: 'string' };
    case 'bytes':
    case 'union':
      return { type: 'string', pattern: '^([0-9a-f]{2})*$' };
    case 'array':
      return { type: 'array', items: valueSchema(layout.element) };
    case 'struct': {
      const names = fieldNames(layout);
      return objectSchema(layout.fields.map((field, index) => [names[index]!, valueSchema(field.layout)]));
    }
  }
}

function objectSchema(entries: [string, JsonSchema][]): JsonSchema {
  return {
    type: 'object',
    properties: Object.fromEntries(entries),
    required: entries.map(([name]) => name),
  };
}
