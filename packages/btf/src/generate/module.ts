import { SpoorError } from '@spoor/core';
import { describeLayout } from '../layout.js';
import { parseObject } from '../parse-object.js';
import { collectModule, type ModuleContent, type ModuleMap, type ModuleVariable } from './collect-module.js';
import { withoutDebugInfo } from './debug-info.js';
import { commentText } from './names.js';
import { imports, key, object, quote } from './print.js';
import { leftOutComment } from './print-files.js';
import type { Records } from './ring-records.js';
import { type NamedLayout, TypeNames } from './type-names.js';
import { LayoutPrinter, TypePrinter } from './type-text.js';
import { isReserved, objectName, valueName } from './value-name.js';
import { marker } from './write-generated.js';

/** Options of `generateModule`. */
export interface ModuleOptions {
  /** The object's file, as the first line and errors name it: a path relative to the repository. */
  readonly file: string;
  /**
   * The name of the exported value. Default: of the file. `packet-counter.bpf.o` is
   * `packetCounter`.
   */
  readonly name?: string;
  /**
   * The C structs that the records of a ring buffer or a perf event array have, by the name of the
   * map. If a field tells them apart: `{ events: { tag: 'kind', structs: { 1: 'fork' } } }`.
   * Default: each struct that a global variable points to, such as
   * `const struct alert *unused_alert`.
   */
  readonly records?: Records;
}

/** Types that the text uses. */
const ownNames = [
  'KeyedMap',
  'LayoutOf',
  'PerCpuMap',
  'QueueMap',
  'RingMap',
  'TaggedRingMap',
  'Uint8Array',
  'UntypedMap',
  'VariableOf',
];

/**
 * Generates a TypeScript module from a compiled BPF object. It exports the type and the layout of
 * each struct, the enums, and one value for `openObject` of `@spoor/object`. The value has the
 * object itself, its programs, maps, constants and globals. The module only imports types.
 *
 * `struct proc_info` is `ProcInfo`, and its field `start_time_ns` is `startTimeNs`. Two types with
 * one such name, and those that the module could not name so, are called as in C: `struct_a_b`.
 * A type without a layout becomes bytes, with a comment. Debugging sections are left out.
 *
 * @param bytes of the object
 * @returns the text of the module: equal for equal objects
 * @throws {SpoorError} the errors of `parseObject`
 * @throws {SpoorError} INVALID_VALUE when `name` is not an identifier that can be exported
 * @throws {SpoorError} MAP_UNKNOWN, LAYOUT_UNKNOWN when `records` has a wrong name
 *
 * @example
 * ```ts
 * const text = generateModule(readFileSync('trace.bpf.o'), { file: 'trace.bpf.o' });
 * writeGenerated('trace.ts', text);
 * ```
 */
export function generateModule(bytes: Uint8Array, options: ModuleOptions): string {
  const { file, name = valueName(file), records = {} } = options;
  if (isReserved(name) || ownNames.includes(name)) {
    throw new SpoorError('INVALID_VALUE', `${JSON.stringify(name)} cannot be the name of an exported value`, {
      remedy: 'Give an identifier of TypeScript that is not a reserved word.',
    });
  }
  const content = collectModule(parseObject(bytes, { file }), records);
  const head = `${marker}${commentText(file)}; do not edit.\n\n`;
  return `${head}${new ModulePrinter(content, { file, name }).print(withoutDebugInfo(bytes))}`;
}

class ModulePrinter {
  readonly #content: ModuleContent;
  readonly #file: string;
  readonly #name: string;
  readonly #names: TypeNames;
  readonly #types: TypePrinter;
  readonly #layouts: LayoutPrinter;
  /** Types of `@spoor/btf` that the text uses. */
  readonly #imports = new Set<string>();

  constructor(content: ModuleContent, { file, name }: { readonly file: string; readonly name: string }) {
    this.#content = content;
    this.#file = file;
    this.#name = name;
    const declared = (_: NamedLayout, own: string) => [own];
    this.#names = new TypeNames([...content.enums, ...content.structs], {
      taken: [...ownNames, name],
      declared,
    });
    this.#types = new TypePrinter(this.#names);
    this.#layouts = new LayoutPrinter(this.#names);
  }

  print(bytes: Uint8Array): string {
    const types = [...this.#enums(), ...this.#structs()].map((text) => `${text}\n\n`).join('');
    const value = this.#value(bytes);
    const used = imports(this.#imports, '@spoor/btf').replace('import ', 'import type ');
    const { leftOut } = this.#content;
    return `${used === '' ? '' : `${used}\n`}${leftOutComment(leftOut)}${types}${value}`;
  }

  #enums(): readonly string[] {
    return this.#content.enums.map((layout) => {
      const name = this.#names.of(layout);
      const values = Object.entries(layout.values).map(([own, value]) => [own, String(value)] as const);
      return `/** \`${commentText(describeLayout(layout))}\` */
export const ${name} = ${object(values)} as const;
export type ${name} = (typeof ${name})[keyof typeof ${name}];`;
    });
  }

  #structs(): readonly string[] {
    return this.#content.structs.map((layout) => {
      const name = this.#names.of(layout);
      const type =
        layout.kind === 'union'
          ? `export type ${name} = Uint8Array;`
          : `export interface ${name} {\n${this.#types.members(layout)}}`;
      return `/** \`${commentText(describeLayout(layout))}\`: ${layout.size} bytes. */
${type}
export const ${name}: ${this.#use('LayoutOf')}<${name}> = ${this.#layouts.define(layout, '')};`;
    });
  }

  #value(bytes: Uint8Array): string {
    const { programs, maps, constants, globals } = this.#content;
    const parts: readonly (readonly [name: string, types: Entries, values: Entries])[] = [
      [
        'programs',
        named(programs, ({ section }) => quote(section)),
        named(programs, (each) => quote(each.section)),
      ],
      ['maps', named(maps, (map) => this.#mapType(map)), named(maps, (map) => this.#mapValue(map))],
      ...Object.entries({ constants, globals }).map(([name, variables]) => {
        const types = named(variables, (variable) => this.#variableType(variable));
        return [name, types, named(variables, ({ layout }) => this.#layouts.print(layout, '    '))] as const;
      }),
    ];
    const types = parts.map(([name, own]) => `  readonly ${name}: ${typeLiteral(own)};\n`);
    const values = parts.map(([name, , own]) => `  ${name}: ${object(own, '  ')},\n`);
    return `/** The object, for \`openObject\`, with the types of what it declares. */
export const ${this.#name}: {
  readonly name: string;
  readonly object: string;
${types.join('')}} = {
  name: ${quote(objectName(this.#file))},
${values.join('')}  object: \`
${inLines(bytes)}\`,
};
`;
  }

  #mapType(map: ModuleMap): string {
    switch (map.form) {
      case 'keyed':
      case 'perCpu': {
        const type = this.#use(map.form === 'keyed' ? 'KeyedMap' : 'PerCpuMap');
        return `${type}<${this.#types.read(map.key)}, ${this.#types.read(map.value)}>`;
      }
      case 'queue':
        return `${this.#use('QueueMap')}<${this.#types.read(map.value)}>`;
      case 'ring': {
        const records = new Set(map.records.map((layout) => this.#types.read(layout)));
        return `${this.#use('RingMap')}<${[...records].join(' | ') || 'Uint8Array'}>`;
      }
      case 'tagged': {
        const records = map.records.map(
          ([value, layout]) =>
            `readonly ${key(String(value))}: ${this.#use('LayoutOf')}<${this.#types.read(layout)}>`,
        );
        return `${this.#use('TaggedRingMap')}<${quote(map.tag)}, { ${records.join('; ')} }>`;
      }
      case 'untyped':
        return this.#use('UntypedMap');
    }
  }

  #mapValue(map: ModuleMap): string {
    const { form } = map;
    if (form === 'untyped') return '{}';
    const print = (layout: Parameters<LayoutPrinter['print']>[0]) => this.#layouts.print(layout, '    ');
    if (form === 'tagged') {
      const records = map.records.map(([tag, layout]) => `${key(String(tag))}: ${print(layout)}`);
      return `{ tag: ${quote(map.tag)}, records: { ${records.join(', ')} } }`;
    }
    if (form === 'ring') return `{ records: [${map.records.map(print).join(', ')}] }`;
    const value = `value: ${print(map.value)}`;
    if (form === 'queue') return `{ ${value} }`;
    return `{ key: ${print(map.key)}, ${value}${form === 'perCpu' ? ', perCpu: true' : ''} }`;
  }

  #variableType({ layout }: ModuleVariable): string {
    const read = this.#types.read(layout);
    const written = this.#types.written(layout);
    return `${this.#use('VariableOf')}<${read === written ? read : `${read}, ${written}`}>`;
  }

  #use(type: string): string {
    this.#imports.add(type);
    return type;
  }
}

type Entries = readonly (readonly [name: string, text: string])[];

const named = <T extends { readonly name: string }>(all: readonly T[], text: (one: T) => string): Entries =>
  all.map((one) => [one.name, text(one)] as const);

/** A type of properties, one per line. */
function typeLiteral(entries: Entries): string {
  const lines = [...new Map(entries)].map(([name, type]) => `    readonly ${key(name)}: ${type};\n`);
  return lines.length === 0 ? '{}' : `{\n${lines.join('')}  }`;
}

/** Bytes in base64, in lines, which decoders skip the ends of. */
const inLines = (bytes: Uint8Array): string =>
  (
    Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
      .toString('base64')
      .match(/.{1,108}/g) ?? []
  )
    .map((line) => `${line}\n`)
    .join('');
