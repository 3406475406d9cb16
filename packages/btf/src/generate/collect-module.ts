import type { Layout } from '../layout.js';
import type { ObjectFile } from '../parse-object.js';
import { namedVariables } from '../variable-names.js';
import {
  byName,
  type Collected,
  type CollectedMap,
  collectMaps,
  collectPrograms,
  isPerCpu,
  LayoutReader,
  NamedLayouts,
} from './collect.js';
import { type Records, RingRecords, type TaggedLayouts } from './ring-records.js';
import { asNamed, identityOf, type NamedLayout } from './type-names.js';

/** All that a module has. Each list is in the order in which it is printed. */
export interface ModuleContent extends Pick<Collected, 'structs' | 'enums' | 'programs' | 'leftOut'> {
  readonly maps: readonly ModuleMap[];
  readonly constants: readonly ModuleVariable[];
  readonly globals: readonly ModuleVariable[];
}

export interface ModuleVariable {
  readonly name: string;
  readonly layout: Layout;
}

export type ModuleMap = { readonly name: string } & (
  | { readonly form: 'keyed' | 'perCpu'; readonly key: Layout; readonly value: Layout }
  | { readonly form: 'queue'; readonly value: Layout }
  | { readonly form: 'ring'; readonly records: readonly Layout[] }
  | ({ readonly form: 'tagged' } & TaggedLayouts)
  | { readonly form: 'untyped' }
);

export function collectModule(object: ObjectFile, records: Records): ModuleContent {
  const reader = new LayoutReader(object.btf);
  const declared = collectMaps(object, reader);
  const anchored = anchoredLayouts(object);
  const rings = new RingRecords(object, records, anchored);
  rings.requireRings(declared.filter(isRing).map(({ name }) => name));
  const maps = declared.map((map) => moduleMap(map, { reader, rings }));
  const constants = variablesIn(object, ['.rodata'], reader);
  const globals = variablesIn(object, ['.data', '.bss'], reader);
  const named = new NamedLayouts();
  named.addAll([
    ...maps.flatMap(layoutsOf),
    ...[...constants, ...globals].map(({ layout }) => layout),
    ...anchored,
  ]);
  const programs = collectPrograms(object);
  return { ...named.sorted(), programs, maps, constants, globals, leftOut: reader.leftOut };
}

function layoutsOf(map: ModuleMap): readonly Layout[] {
  switch (map.form) {
    case 'keyed':
    case 'perCpu':
      return [map.key, map.value];
    case 'queue':
      return [map.value];
    case 'ring':
      return map.records;
    case 'tagged':
      return map.records.map(([, layout]) => layout);
    case 'untyped':
      return [];
  }
}

/** Numbers of `enum bpf_map_type`: RINGBUF and PERF_EVENT_ARRAY. */
const isRing = ({ type }: CollectedMap): boolean => type.type === 27 || type.type === 4;

const mapId: Layout = { kind: 'int', size: 4, signed: false };

function moduleMap(
  map: CollectedMap,
  { reader, rings }: { readonly reader: LayoutReader; readonly rings: RingRecords },
): ModuleMap {
  const { name, type } = map;
  if (isRing(map)) {
    const tagged = rings.tagged(name);
    if (tagged !== undefined) return { name, form: 'tagged', ...tagged };
    const records = rings.of(name);
    if (records.length === 0)
      reader.leftOut.push(`the records of ${name}: no variable points to their struct`);
    return { name, form: 'ring', records };
  }
  if (type.access === 'none' && (map.key === undefined || map.value === undefined))
    return { name, form: 'untyped' };
  const key = map.key ?? bytesOf(map.keySize);
  const value = type.ofMaps ? mapId : (map.value ?? bytesOf(map.valueSize));
  if (value === undefined) return { name, form: 'untyped' };
  if (type.access === 'queue') return { name, form: 'queue', value };
  if (key === undefined) return { name, form: 'untyped' };
  return { name, form: isPerCpu(map) ? 'perCpu' : 'keyed', key, value };
}

const bytesOf = (size: number): Layout | undefined => (size === 0 ? undefined : { kind: 'bytes', size });

/**
 * Structs, unions and enums that global variables point to, or that lie in `.btf_anchor`. Such a
 * variable makes clang keep a type: `const struct alert *unused_alert`.
 */
function anchoredLayouts({ btf, variables }: ObjectFile): readonly NamedLayout[] {
  const found = variables
    .filter(({ section, linkage }) => linkage === 'global' && section !== '.maps')
    .flatMap(({ section, type }) => {
      const resolved = btf.resolve(type);
      if (resolved.kind !== 'pointer' && section !== '.btf_anchor') return [];
      const target = resolved.kind === 'pointer' ? resolved.type : type;
      if (!['struct', 'union', 'enum'].includes(btf.resolve(target).kind)) return [];
      // Nobody asked for a type without a layout: the reader's sentence about it is dropped.
      const layout = new LayoutReader(btf).read('', target);
      return (layout === undefined ? undefined : asNamed(layout)) ?? [];
    });
  return [...new Map(found.map((layout) => [identityOf(layout), layout])).values()].sort(byName);
}

/** The variables of some sections, by the names that `openObject` knows them by. */
function variablesIn(
  object: ObjectFile,
  sections: readonly string[],
  reader: LayoutReader,
): readonly ModuleVariable[] {
  const groups = [...namedVariables(object, sections)].filter(([name]) => !isMadeUp(name));
  const found = groups.flatMap(([, all]) =>
    all.map(({ name, variable: { type, size } }) => ({
      name,
      layout: reader.read(name, type) ?? { kind: 'bytes' as const, size },
    })),
  );
  return found.sort(byName);
}

/** `bpf_printk` keeps its formats in variables. */
const isMadeUp = (name: string): boolean => name.endsWith('.____fmt') || name === '____fmt';
