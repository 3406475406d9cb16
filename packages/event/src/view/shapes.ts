import { assertValidLayout, camelCase, type Field, type Layout, type StructLayout } from '@spoor/btf';
import { checkNames, checkSize, quoted, readsAlike, unknown } from './layout-bounds.js';
import type { EventField, EventLayouts, EventShape } from './layouts.js';

/** Names of the other items that iterating yields, and a name that every object has. */
const taken = new Set(['malformed', 'drops', 'gap', 'machine', 'constructor']);

const identifier = /^[A-Za-z][A-Za-z0-9_]*$/;

/** Filling: kept in the struct so that its bytes are said to be zero, of no interest to anyone. */
const filling = /^(unused|_*pad)\d*$/;

/**
 * Names that views need for themselves. A field of the header that has one, or clashes, is
 * `header…`.
 */
const reserved = new Set([
  'kind',
  'size',
  'raw',
  'bytes',
  'isTruncated',
  'isWhole',
  'has',
  'fullLength',
  'exact',
  'copy',
  'scopes',
  'bootId',
  'processId',
  'parentProcessId',
  'jsonData',
  'headerFlags',
  'toObject',
  'toJSON',
  'constructor',
  'hasOwnProperty',
  'toString',
  'valueOf',
]);

/**
 * The shapes of all events, in no order. `expected`: the layouts that this version was built with;
 * what they have and `layouts` do not is `absent`. Throws `LAYOUT_UNKNOWN` when the layouts are not
 * those of events.
 */
export function eventShapes(layouts: EventLayouts, expected: EventLayouts = layouts): EventShape[] {
  checkNames(layouts);
  return Object.entries(layouts.kinds).map(([kind, number]) => {
    if (taken.has(kind)) throw unknown(`an event cannot be called ${kind}`);
    const layout = ownOf(layouts.events, kind);
    if (layout === undefined) throw unknown(`there is no layout of the event ${kind}`);
    const shape = eventShape(kind, number, layout);
    const own = ownOf(expected.events, kind);
    const model = own ?? Object.values(expected.events)[0];
    if (model === undefined || model === layout) return shape;
    const known = eventShape(kind, number, model).fields.filter(
      ({ role }) => role === 'header' || own !== undefined,
    );
    return adapt(shape, known);
  });
}

function ownOf(events: EventLayouts['events'], kind: string): StructLayout | undefined {
  return Object.hasOwn(events, kind) ? events[kind] : undefined;
}

/** A shape whose fields read as this version knows them. */
function adapt(shape: EventShape, known: readonly EventField[]): EventShape {
  const names = new Set(shape.fields.map(({ name }) => name));
  const model = new Map(known.map((field) => [field.name, field]));
  const fields = shape.fields.map((field) => {
    const expected = model.get(field.name);
    if (expected !== undefined && !readsAlike(field, expected))
      throw unknown(`the field ${field.name} of ${shape.kind} has another type than in this version`);
    const wanted = numberType(expected?.layout);
    const has = numberType(field.layout);
    return wanted === undefined || has === undefined || wanted === has ? field : { ...field, readAs: wanted };
  });
  const absent = known.filter(({ name }) => !names.has(name));
  return { ...shape, fields, absent, byName: mapByName([...fields, ...absent]) };
}

function mapByName(fields: readonly EventField[]): ReadonlyMap<string, EventField> {
  return new Map(fields.map((field) => [field.name, field]));
}

function numberType(layout: Layout | undefined): 'number' | 'bigint' | undefined {
  if (layout?.kind !== 'int' && layout?.kind !== 'enum') return undefined;
  return layout.size === 8 ? 'bigint' : 'number';
}

/**
 * The shape of one event.
 *
 * @throws SpoorError `LAYOUT_UNKNOWN` when the layout is not that of an event
 */
export function eventShape(kind: string, number: number, layout: StructLayout): EventShape {
  assertValidLayout(layout);
  const header = layout.kind === 'struct' ? layout.fields[0] : undefined;
  if (header?.name !== 'header' || header.offset !== 0 || header.layout.kind !== 'struct')
    throw unknown(`the layout of ${kind} does not begin with a header`);
  const own = layout.fields.slice(1).filter(({ name }) => !filling.test(name));
  const ownNames = new Set(own.map(({ name }) => camelCase(name)));
  const fields = [
    ...header.layout.fields
      .filter(({ name }) => !filling.test(name) && name !== 'size' && name !== 'kind')
      .map((field) => eventField(field, 'header', headerName(field.name, ownNames))),
    ...own.map((field) => eventField(field, 'own', camelCase(field.name))),
  ];
  const names = new Set<string>();
  for (const { name, role } of fields) {
    const clash = names.has(name) || (reserved.has(name) && !(role === 'header' && name === 'headerFlags'));
    if (clash || !identifier.test(name))
      throw unknown(`${kind}: the field ${quoted(name)} cannot have this name`);
    names.add(name);
  }
  checkSize(kind, layout, fields);
  return {
    kind,
    number,
    size: layout.size,
    fields,
    absent: [],
    byName: mapByName(fields),
    sizeOffset: numberField(header.layout, 'size', 4),
    kindOffset: numberField(header.layout, 'kind', 2),
  };
}

/** The header's `flags` are `headerFlags` everywhere, since some events have flags of their own. */
function headerName(cName: string, ownNames: ReadonlySet<string>): string {
  const name = camelCase(cName);
  if (name !== 'flags' && !reserved.has(name) && !ownNames.has(name)) return name;
  return `header${name.charAt(0).toUpperCase()}${name.slice(1)}`;
}

function eventField(field: Field, role: 'header' | 'own', name: string): EventField {
  const { layout, offset } = field;
  const variable = layout.kind === 'struct' && layout.name === 'var_bytes';
  if (variable && (layout.size !== 8 || offset % 4 !== 0 || partFields(layout) !== '0:2 2:2 4:4'))
    throw unknown(`${quoted(name)} is a struct var_bytes of another shape`);
  return { name, offset, layout, role, variable };
}

const partFields = (layout: StructLayout) =>
  layout.fields.map(({ offset, layout: { size } }) => `${offset}:${size}`).join(' ');

function numberField(header: StructLayout, name: string, size: number): number {
  const field = header.fields.find((candidate) => candidate.name === name);
  if (field?.layout.size === size && field.offset % size === 0) return field.offset;
  throw unknown(`the header has no ${name} of ${size} bytes`);
}
