import { overlapping } from '../codec-fields.js';
import { numberBits } from '../codec-values.js';
import { fieldNames } from '../field-names.js';
import type { EnumLayout, Field, Layout, StructLayout } from '../layout.js';
import { key, quote } from './print.js';
import type { TypeNames } from './type-names.js';

/** Prints the types of values in TypeScript. */
export class TypePrinter {
  readonly #names: TypeNames;

  constructor(names: TypeNames) {
    this.#names = names;
  }

  /** The type that a codec reads. */
  read(layout: Layout): string {
    if (layout.kind === 'struct') return this.#names.find(layout) ?? this.#inline(layout);
    if (layout.kind === 'array') return `${this.read(layout.element)}[]`;
    return plainType(layout);
  }

  /** All that `setConstant` takes: names of enumerators, and whole numbers for 64 bits. */
  written(layout: Layout): string {
    switch (layout.kind) {
      case 'struct':
        return this.#inline(layout, (field) => this.written(field), overlapping(layout));
      case 'array':
        return `readonly (${this.written(layout.element)})[]`;
      case 'bytes':
        return 'Uint8Array | readonly number[]';
      case 'enum':
        return ['number', ...this.#enumerators(layout)].join(' | ');
      case 'int': {
        const names = Object.keys(layout.values ?? {}).map(quote);
        return layout.size >= 8 ? ['bigint', 'number', ...names].join(' | ') : 'number';
      }
      default: {
        const plain = plainType(layout);
        return plain === 'bigint' ? 'bigint | number' : plain;
      }
    }
  }

  /** The members of an interface, one per line. */
  members(layout: StructLayout): string {
    const names = fieldNames(layout);
    return layout.fields
      .map((field, index) => `  ${key(names[index]!)}: ${this.read(field.layout)};\n`)
      .join('');
  }

  /** @param optional the members of anonymous unions: one per union is enough to write it */
  #inline(
    layout: StructLayout,
    print = (field: Layout) => this.read(field),
    optional: ReadonlySet<Field> = new Set(),
  ): string {
    const names = fieldNames(layout);
    const members = layout.fields.map((field, index) => {
      const mark = optional.has(field) ? '?' : '';
      return `${key(names[index]!)}${mark}: ${print(field.layout)}`;
    });
    return members.length === 0 ? '{}' : `{ ${members.join('; ')} }`;
  }

  #enumerators(layout: EnumLayout): readonly string[] {
    const name = this.#names.find(layout);
    return name === undefined ? Object.keys(layout.values).map(quote) : [`keyof typeof ${name}`];
  }
}

/** The type of a layout that consists of no others. */
function plainType(layout: Exclude<Layout, { kind: 'struct' | 'array' }>): string {
  switch (layout.kind) {
    case 'int':
      return layout.size >= 8 ? 'bigint' : 'number';
    case 'bits':
      if (layout.bool) return 'boolean';
      return layout.bits > numberBits ? 'bigint' : 'number';
    case 'enum':
    case 'float':
      return 'number';
    case 'bool':
      return 'boolean';
    case 'pointer':
      return 'bigint';
    case 'chars':
      return 'string';
    case 'bytes':
    case 'union':
      return 'Uint8Array';
  }
}

/** Prints layouts as literals. Structs, unions and enums that have a name are referred to by it. */
export class LayoutPrinter {
  readonly #names: TypeNames;

  constructor(names: TypeNames) {
    this.#names = names;
  }

  print(layout: Layout, indent: string): string {
    const name = layout.kind === 'enum' ? undefined : this.#names.find(layout);
    return name ?? this.define(layout, indent);
  }

  /** Prints a layout, and writes a struct out although it has a name. */
  define(layout: Layout, indent: string): string {
    switch (layout.kind) {
      case 'struct':
      case 'union': {
        const inner = `${indent}    `;
        const fields = layout.fields.map(({ name, offset, layout: own }) => {
          return `${inner}{ name: ${quote(name)}, offset: ${offset}, layout: ${this.print(own, inner)} },\n`;
        });
        const head = `kind: '${layout.kind}', name: ${quote(layout.name)}, size: ${layout.size}`;
        const list = fields.length === 0 ? '[]' : `[\n${fields.join('')}${indent}  ]`;
        return `{\n${indent}  ${head},\n${indent}  fields: ${list},\n${indent}}`;
      }
      case 'array': {
        const element = this.print(layout.element, indent);
        return `{ kind: 'array', element: ${element}, length: ${layout.length}, size: ${layout.size} }`;
      }
      case 'enum': {
        const { name, size, signed, values } = layout;
        const enumerators = this.#names.find(layout) ?? literal(values);
        return `{ kind: 'enum', name: ${quote(name)}, size: ${size}, signed: ${signed}, values: ${enumerators} }`;
      }
      default:
        return literal(layout);
    }
  }
}

/** An object of texts, numbers, booleans and such objects. */
function literal(value: object): string {
  const entries = Object.entries(value).map(([name, own]) => {
    const text = typeof own === 'string' ? quote(own) : typeof own === 'object' ? literal(own) : String(own);
    return `${key(name)}: ${text}`;
  });
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`;
}
