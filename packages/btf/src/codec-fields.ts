import { describeLayout, type Field, type Layout, type StructLayout } from './layout.js';

/** The name that errors about a layout's value begin with. */
export function rootName(layout: Layout): string {
  if ('name' in layout) return layout.name || layout.kind;
  return layout.kind === 'array' ? layout.kind : describeLayout(layout);
}

export interface Gap {
  readonly offset: number;
  readonly size: number;
}

/** The bytes of a struct that belong to no field, and those of bitfields, which share them. */
export function paddingOf(layout: StructLayout): readonly Gap[] {
  const gaps: Gap[] = [];
  let end = 0;
  for (const field of [...layout.fields].sort((a, b) => a.offset - b.offset)) {
    if (field.layout.kind === 'bits') continue;
    if (field.offset > end) gaps.push({ offset: end, size: field.offset - end });
    end = Math.max(end, field.offset + field.layout.size);
  }
  if (layout.size > end) gaps.push({ offset: end, size: layout.size - end });
  return gaps;
}

/** Returns true if code is generated for the layout. Maps and events nearly always have such. */
export function isPlain(layout: Layout): boolean {
  switch (layout.kind) {
    case 'bits':
    case 'float':
      return false;
    case 'int':
      return layout.size !== 16;
    case 'array':
      return isPlain(layout.element);
    case 'struct':
      return overlapping(layout).size === 0 && layout.fields.every((field) => isPlain(field.layout));
    default:
      return true;
  }
}

/** The bits of a field, from the start of the struct that lists it. */
function bitRange({ offset, layout }: Field): { first: number; end: number } {
  if (layout.kind !== 'bits') return { first: offset * 8, end: (offset + layout.size) * 8 };
  const first = offset * 8 + layout.shift;
  return { first, end: first + layout.bits };
}

/** Returns the fields that have a bit in common with another one: members of anonymous unions. */
export function overlapping({ fields }: StructLayout): ReadonlySet<Field> {
  const found = new Set<Field>();
  const ranges = fields.map((field) => ({ field, ...bitRange(field) }));
  /** The field that ends last. */
  let longest = { field: undefined as Field | undefined, end: 0 };
  for (const range of ranges.sort((a, b) => a.first - b.first)) {
    if (range.first === range.end) continue;
    if (longest.field !== undefined && range.first < longest.end) found.add(longest.field).add(range.field);
    if (range.end > longest.end) longest = range;
  }
  return found;
}

/** The bits of a field in the bytes of its struct: 1 for each. */
export function maskOf(size: number, { offset, layout }: Field): Uint8Array {
  const mask = new Uint8Array(size);
  if (layout.kind !== 'bits') return mask.fill(0xff, offset, offset + layout.size);
  for (let bit = layout.shift; bit < layout.shift + layout.bits; bit++)
    mask[offset + (bit >> 3)]! |= 1 << (bit & 7);
  return mask;
}
