import { SpoorError } from '@spoor/core';
import type { Btf } from '../btf.js';
import type { EnumLayout, Layout, StructLayout, UnionLayout } from '../layout.js';
import { layoutOf } from '../layout-of.js';
import { mapsOf } from '../map-definitions.js';
import type { ObjectFile } from '../parse-object.js';
import { compareText, kebabCase, pascalCase, shortName } from './names.js';

/** All that the printers print, each list in the order in which it is printed. */
export interface Collected {
  /** Named structs and unions, each after those that it contains. */
  readonly structs: readonly (StructLayout | UnionLayout)[];
  readonly enums: readonly EnumLayout[];
  readonly maps: readonly CollectedMap[];
  readonly programs: readonly { readonly name: string; readonly section: string }[];
  readonly constants: readonly { readonly name: string; readonly layout: Layout }[];
  readonly events: readonly CollectedEvent[];
  readonly filterKinds: readonly string[];
}

export interface CollectedMap {
  readonly name: string;
  readonly key: Layout | undefined;
  readonly value: Layout | undefined;
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
  const maps = mapsOf(object).map(({ name, keyType, valueType }) => ({
    name,
    key: keyType === undefined ? undefined : layoutOf(btf, keyType),
    value: valueType === undefined ? undefined : layoutOf(btf, valueType),
  }));
  const variables = object.variables
    .filter(({ section, linkage }) => linkage === 'global' && !foreign.includes(section))
    .map(({ name, section, type }) => ({
      name,
      section,
      layout: layoutOf(btf, anchored(btf, section, type)),
    }));
  const eventKinds = enumOf(btf, 'event_kind');
  const filterKinds = enumOf(btf, 'filter_kind');
  const events = eventKinds === undefined ? [] : eventsOf(object, eventKinds);

  const named = new NamedLayouts(object.file);
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
    maps: maps.sort(byName),
    programs: object.programs.map(({ name, section }) => ({ name, section })).sort(byName),
    constants: variables.filter(({ section }) => section.startsWith('.rodata')).sort(byName),
    events,
    filterKinds: filterKinds === undefined ? [] : kindsOf(filterKinds).map(({ name }) => name),
  };
}

/** An anchor is a value of the type that it keeps, or a pointer to one, which takes less room. */
function anchored(btf: Btf, section: string, type: number): number {
  const pointer = btf.resolve(type);
  return section === '.btf_anchor' && pointer.kind === 'pointer' ? pointer.type : type;
}

interface Named {
  readonly name: string;
}

const byName = (a: Named, b: Named): number => compareText(a.name, b.name);

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

function eventsOf({ btf, file }: ObjectFile, kinds: EnumLayout): readonly CollectedEvent[] {
  return kindsOf(kinds).map(({ enumerator, name, value }) => {
    const tag = `${name.replaceAll('-', '_')}_event`;
    if (btf.findStruct(tag) === undefined) {
      throw new SpoorError('LAYOUT_UNKNOWN', `${file}: ${enumerator} has no struct ${tag}`, {
        remedy: `Declare it, and name it in a variable in SEC(".btf_anchor") so that clang keeps it.`,
      });
    }
    const layout = layoutOf(btf, `struct ${tag}`) as StructLayout;
    if (layout.fields.some((field) => field.name === 'kind')) {
      throw new SpoorError(
        'LAYOUT_INVALID',
        `${file}: the field kind of struct ${tag} hides the kind of the event`,
        {
          remedy: 'Give the field another name.',
        },
      );
    }
    return { name, kind: value, layout };
  });
}

const identifier = /^[A-Za-z_]\w*$/;

/** Structs and enums by the name that they get, found by walking layouts. */
class NamedLayouts {
  readonly #file: string;
  readonly #found = new Map<string, StructLayout | UnionLayout | EnumLayout>();

  constructor(file: string) {
    this.#file = file;
  }

  /** Sorted first, so that a new variable in C does not move what was there. */
  addAll(layouts: readonly Layout[]): void {
    const named = layouts.map((layout) => ({ name: 'name' in layout ? layout.name : '', layout }));
    for (const { layout } of named.sort(byName)) this.#add(layout);
  }

  #add(layout: Layout): void {
    if (layout.kind === 'array') this.#add(layout.element);
    if (layout.kind !== 'struct' && layout.kind !== 'union' && layout.kind !== 'enum') return;
    const name = pascalCase(layout.name);
    const known = this.#found.get(name);
    if (known !== undefined && JSON.stringify(known) !== JSON.stringify(layout)) {
      throw new SpoorError(
        'LAYOUT_INVALID',
        `${this.#file}: two different types are called ${name} in TypeScript`,
        {
          remedy: 'Rename one of them in C.',
        },
      );
    }
    if (known !== undefined) return;
    // An object file may come from anywhere, and the name becomes code.
    if (layout.name !== '' && !identifier.test(layout.name))
      throw new SpoorError(
        'LAYOUT_INVALID',
        `${this.#file}: ${JSON.stringify(layout.name)} cannot be the name of a type in C`,
        { remedy: 'Compile the object again from its source.' },
      );
    if (layout.kind !== 'enum') for (const field of layout.fields) this.#add(field.layout);
    if (layout.name !== '') this.#found.set(name, layout);
  }

  sorted(): Pick<Collected, 'structs' | 'enums'> {
    const all = [...this.#found.values()];
    return {
      structs: all.filter((layout) => layout.kind !== 'enum'),
      enums: all.filter((layout) => layout.kind === 'enum').sort(byName),
    };
  }
}
