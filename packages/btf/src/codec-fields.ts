import { SpoorError } from '@spoor/core';
import { camelCase } from './camel-case.js';
import { describeLayout, type StructLayout } from './layout.js';

/** The name that errors about a layout's value begin with. */
export function rootName(layout: { readonly kind: string; readonly name?: string }): string {
  return layout.name || layout.kind;
}

/**
 * JavaScript names of a struct's fields, in order; two fields of one name would silently lose one.
 * None is `__proto__`, which could not simply be assigned: `camelCase` keeps no underscores at the
 * end.
 */
export function fieldNames(layout: StructLayout): readonly string[] {
  const owner = new Map<string, string>();
  return layout.fields.map((field) => {
    const name = camelCase(field.name);
    const other = owner.get(name);
    if (other !== undefined) {
      throw new SpoorError(
        'LAYOUT_UNKNOWN',
        `${describeLayout(layout)} has the fields ${other} and ${field.name}, which are both ${name} in JavaScript`,
        { remedy: 'Rename one of them in C.' },
      );
    }
    owner.set(name, field.name);
    return name;
  });
}

export interface Gap {
  readonly offset: number;
  readonly size: number;
}

/** The bytes of a struct that belong to no field. */
export function paddingOf(layout: StructLayout): readonly Gap[] {
  const gaps: Gap[] = [];
  let end = 0;
  for (const field of [...layout.fields].sort((a, b) => a.offset - b.offset)) {
    if (field.offset > end) gaps.push({ offset: end, size: field.offset - end });
    end = Math.max(end, field.offset + field.layout.size);
  }
  if (layout.size > end) gaps.push({ offset: end, size: layout.size - end });
  return gaps;
}
