import { type MapType, mapTypeOf, SpoorError } from '@spoor/core';
import type { Btf } from '../btf.js';
import type { EnumLayout, Layout, StructLayout, UnionLayout } from '../layout.js';
import { layoutOf } from '../layout-of.js';
import { mapsOf } from '../map-definitions.js';
import type { ObjectFile } from '../parse-object.js';
import { compareText, kebabCase, shortName } from './names.js';
import { asNamed, identityOf, type NamedLayout } from './type-names.js';

/** All that the printers print, each list in the order in which it is printed. */
export interface Collected {
  /** Named structs and unions, each after those that it contains. */
  readonly structs: readonly (StructLayout | UnionLayout)[];
  readonly enums: readonly EnumLayout[];
  readonly maps: readonly CollectedMap[];
  readonly programs: readonly CollectedProgram[];
  readonly constants: readonly { readonly name: string; readonly layout: Layout }[];
  readonly events: readonly CollectedEvent[];
  readonly filterKinds: readonly string[];
  /** A sentence for each thing that has no place in the text. */
  readonly leftOut: readonly string[];
}

export interface CollectedMap {
  readonly name: string;
  readonly type: MapType;
  /** Undefined without a type in C, or if that has no layout. */
  readonly key: Layout | undefined;
  readonly value: Layout | undefined;
  /** Bytes. */
  readonly keySize: number;
  readonly valueSize: number;
}

export interface CollectedProgram {
  readonly name: string;
  readonly section: string;
}

export interface CollectedEvent {
  /** `module-load`, of `EVENT_MODULE_LOAD`. */
  readonly name: string;
  readonly kind: number;
  /** `struct module_load_event`. */
  readonly layout: StructLayout;
}

/** Sections whose variables are not ours to describe. */
const foreign: readonly string[] = ['.maps', 'license', 'version', '.kconfig', '.ksyms'];

export function collect(object: ObjectFile): Collected {
  const { btf } = object;
  const reader = new LayoutReader(btf);
  const maps = collectMaps(object, reader);
  const variables = object.variables
    .filter(({ section, linkage }) => linkage === 'global' && !foreign.includes(section))
    .flatMap(({ name, section, type }) => {
      const layout = reader.read(name, anchored(btf, section, type));
      return layout === undefined ? [] : [{ name, section, layout }];
    });
  const eventKinds = enumOf(btf, 'event_kind');
  const filterKinds = enumOf(btf, 'filter_kind');
  const events = eventKinds === undefined ? [] : eventsOf(object, eventKinds, reader);

  const named = new NamedLayouts();
  const roots = [
    ...maps.flatMap(({ key, value }) => [key, value]),
    ...variables.map(({ layout }) => layout),
    ...events.map(({ layout }) => layout),
    eventKinds,
    filterKinds,
  ];
  named.addAll(roots.filter((layout) => layout !== undefined));
  return {
    ...named.sorted(),
    maps,
    programs: collectPrograms(object),
    constants: variables.filter(({ section }) => section.startsWith('.rodata')).sort(byName),
    events,
    filterKinds: filterKinds === undefined ? [] : kindsOf(filterKinds).map(({ name }) => name),
    leftOut: reader.leftOut,
  };
}

/** Reads layouts, and keeps a sentence for each type that has none. */
export class LayoutReader {
  readonly leftOut: string[] = [];
  readonly #btf: Btf;

  constructor(btf: Btf) {
    this.#btf = btf;
  }

  read(name: string, type: string | number): Layout | undefined {
    try {
      return layoutOf(this.#btf, type);
    } catch (error) {
      if (!(error instanceof SpoorError) || error.code !== 'LAYOUT_UNKNOWN') throw error;
      this.leftOut.push(`${name}: ${error.message}`);
      return undefined;
    }
  }
}

export function collectMaps(object: ObjectFile, reader: LayoutReader): readonly CollectedMap[] {
  const maps = mapsOf(object).map(({ name, type, keyType, valueType, keySize, valueSize }) => ({
    name,
    type: mapTypeOf(type),
    key: keyType === undefined ? undefined : reader.read(`the key of ${name}`, keyType),
    value: valueType === undefined ? undefined : reader.read(`the value of ${name}`, valueType),
    keySize,
    valueSize,
  }));
  return maps.sort(byName);
}

export const collectPrograms = (object: ObjectFile): readonly CollectedProgram[] =>
  object.programs.map(({ name, section }) => ({ name, section })).sort(byName);

/** An anchor is a value of the type that it keeps, or a pointer to one, which takes less room. */
function anchored(btf: Btf, section: string, type: number): number {
  const pointer = btf.resolve(type);
  return section === '.btf_anchor' && pointer.kind === 'pointer' ? pointer.type : type;
}

interface Named {
  readonly name: string;
}

/** A value has one slot per possible CPU. PERCPU_CGROUP_STORAGE has no row of its own. */
export const isPerCpu = ({ type }: CollectedMap): boolean => type.perCpu || type.type === 21;

export const byName = (a: Named, b: Named): number => compareText(a.name, b.name);

function enumOf(btf: Btf, name: string): EnumLayout | undefined {
  if (btf.findEnum(name) === undefined) return undefined;
  const layout = layoutOf(btf, `enum ${name}`);
  return layout.kind === 'enum' ? layout : undefined;
}

/** The enumerators that name a kind: all but the one that counts them (`FILTER_KIND_COUNT`). */
export function kindsOf(layout: EnumLayout): readonly { enumerator: string; name: string; value: number }[] {
  const count = `${layout.name.toUpperCase()}_COUNT`;
  const enumerators = Object.keys(layout.values).filter((name) => name !== count);
  return enumerators.map((enumerator) => ({
    enumerator,
    name: kebabCase(shortName(enumerator, enumerators)),
    value: layout.values[enumerator] as number,
  }));
}

/** An enum of this name that names no events is one of the object's own. */
function eventsOf({ btf }: ObjectFile, kinds: EnumLayout, reader: LayoutReader): readonly CollectedEvent[] {
  return kindsOf(kinds).flatMap(({ enumerator, name, value }) => {
    const tag = `${name.replaceAll('-', '_')}_event`;
    if (btf.findStruct(tag) === undefined) {
      reader.leftOut.push(`the event of ${enumerator}: the object has no struct ${tag}`);
      return [];
    }
    const layout = reader.read(`the event of ${enumerator}`, `struct ${tag}`) as StructLayout | undefined;
    if (layout === undefined) return [];
    if (layout.fields.some((field) => field.name === 'kind')) {
      reader.leftOut.push(`the event of ${enumerator}: the field kind of struct ${tag} hides the kind`);
      return [];
    }
    return [{ name, kind: value, layout }];
  });
}

/** Structs, unions and enums that have a name, found by walking layouts. */
export class NamedLayouts {
  readonly #found = new Map<string, NamedLayout>();

  /** Sorted first, so that a new variable in C does not move what was there. */
  addAll(layouts: readonly Layout[]): void {
    const named = layouts.map((layout) => ({ name: 'name' in layout ? layout.name : '', layout }));
    for (const { layout } of named.sort(byName)) this.#add(layout);
  }

  #add(layout: Layout): void {
    if (layout.kind === 'array') this.#add(layout.element);
    if (layout.kind !== 'struct' && layout.kind !== 'union' && layout.kind !== 'enum') return;
    const identity = identityOf(layout);
    if (this.#found.has(identity)) return;
    if (layout.kind !== 'enum') for (const field of layout.fields) this.#add(field.layout);
    const named = asNamed(layout);
    if (named !== undefined) this.#found.set(identity, named);
  }

  get all(): readonly NamedLayout[] {
    return [...this.#found.values()];
  }

  sorted(): Pick<Collected, 'structs' | 'enums'> {
    return {
      structs: this.all.filter((layout) => layout.kind !== 'enum'),
      enums: this.all.filter((layout) => layout.kind === 'enum').sort(byName),
    };
  }
}
