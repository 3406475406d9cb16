import type { EnumLayout, Field, Layout } from '../layout.js';
import { compareText } from './names.js';
import type { TypeNames } from './type-names.js';

const lineWidth = 110;

/** A string as TypeScript, quoted as the rest of the code is. */
export function quote(text: string): string {
  return `'${JSON.stringify(text).slice(1, -1).replaceAll('\\"', '"').replaceAll("'", "\\'")}'`;
}

/** The name of a property; `__proto__` would set a prototype. */
export function key(name: string): string {
  if (name === '__proto__') return "['__proto__']";
  return /^[A-Za-z_$][\w$]*$|^(0|[1-9]\d*)$/.test(name) ? name : quote(name);
}

/** `open item, item close` on one line where it fits, else an item a line. */
export function list(open: string, items: readonly string[], close: string): string {
  const space = open.endsWith('{') ? ' ' : '';
  const line = `${open}${space}${items.join(', ')}${space}${close}`;
  if (line.length <= lineWidth) return line;
  return `${open}\n${items.map((item) => `  ${item},\n`).join('')}${close}`;
}

/** An object literal with a property a line. */
export function object(properties: readonly (readonly [name: string, value: string])[], indent = ''): string {
  const entries = [...new Map(properties)];
  if (entries.length === 0) return '{}';
  return `{\n${entries.map(([name, value]) => `${indent}  ${key(name)}: ${value},\n`).join('')}${indent}}`;
}

export function imports(names: Iterable<string>, from: string): string {
  const sorted = [...new Set(names)].sort(compareText);
  return sorted.length === 0 ? '' : `${list('import {', sorted, `} from '${from}';`)}\n`;
}

const wideEnumerators = (values: Readonly<Record<string, string>>): string =>
  Object.entries(values)
    .map(([name, value]) => `${key(name)}: ${value}n`)
    .join(', ');

/** The expression of a layout's schema, and what it has to import. */
export class SchemaPrinter {
  /** Names of enums that the expressions mention. */
  readonly enums = new Set<string>();
  /** Names of structs and unions that the expressions mention. */
  readonly structs = new Set<string>();
  /** True once an expression names `ctype`. */
  words = false;
  readonly #names: TypeNames;

  constructor(names: TypeNames) {
    this.#names = names;
  }

  print(layout: Layout, indent = ''): string {
    const name = layout.kind === 'enum' ? undefined : this.#names.find(layout);
    if (name !== undefined) {
      this.structs.add(name);
      return name;
    }
    return this.define(layout, indent);
  }

  /** Prints a layout, and writes a struct out although it has a name. */
  define(layout: Layout, indent = ''): string {
    this.words = true;
    switch (layout.kind) {
      case 'int':
        return layout.values === undefined
          ? `ctype.${layout.signed ? 's' : 'u'}${layout.size * 8}`
          : `ctype.wideEnum(${layout.signed}, { ${wideEnumerators(layout.values)} })`;
      case 'bits': {
        if (layout.bool) return `ctype.boolBit(${layout.shift})`;
        const name = layout.bits > 32 ? 'wideBits' : 'bits';
        return `ctype.${name}(${layout.shift}, ${layout.bits}, ${layout.signed})`;
      }
      case 'float':
        return layout.size === 4 ? 'ctype.float' : 'ctype.double';
      case 'bool':
      case 'pointer':
        return `ctype.${layout.kind}`;
      case 'chars':
      case 'bytes':
        return `ctype.${layout.kind}(${layout.size})`;
      case 'array':
        return `ctype.array(${this.print(layout.element, indent)}, ${layout.length})`;
      case 'enum': {
        const type = `ctype.${layout.signed ? 's' : 'u'}${layout.size * 8}`;
        return `ctype.enum(${quote(layout.name)}, ${type}, ${this.enumerators(layout)})`;
      }
      case 'struct':
      case 'union': {
        const fields = object(
          layout.fields.map((field) => this.field(field, `${indent}  `)),
          indent,
        );
        return `ctype.${layout.kind}(${quote(layout.name)}, ${layout.size}, ${fields})`;
      }
    }
  }

  private field({ name, offset, layout }: Field, indent: string): [string, string] {
    return [name, `[${offset}, ${this.print(layout, indent)}]`];
  }

  private enumerators(layout: EnumLayout): string {
    const name = this.#names.find(layout);
    if (name === undefined) return enumeratorsOf(layout);
    this.enums.add(name);
    return name;
  }
}

/** The enumerators of an enum without a name. */
function enumeratorsOf({ values }: EnumLayout): string {
  const entries = Object.entries(values).map(([enumerator, value]) => `${key(enumerator)}: ${value}`);
  return `{ ${entries.join(', ')} }`;
}
