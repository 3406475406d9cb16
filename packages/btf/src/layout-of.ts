import { SpoorError } from '@spoor/core';
import type { Btf } from './btf.js';
import type { BtfArray, BtfEnum, BtfInt, BtfMember, BtfStruct, BtfType } from './btf-types.js';
import type { Field, Layout } from './layout.js';

/** Limits of a value in a map or a record. Hostile BTF could repeat structs without end. */
const maxParts = 65_536;
const maxDepth = 64;
const maxSize = 2 ** 31 - 1;

/**
 * Returns the layout of a type, by id or by C name with or without `struct`, `union` or `enum`. A
 * bare name is looked up among structs, unions, typedefs, enums and integers, in this order.
 *
 * `char[N]` is text and `unsigned char[N]` (`__u8[N]`) is bytes. A 64-bit enum is its 64-bit
 * integer, with its names. A member that no other layout describes, a `long double` or an integer
 * of 24 bits, is bytes.
 *
 * @throws {SpoorError} LAYOUT_UNKNOWN when the type does not exist, or with the name of a field
 *   that has no size: a function, or a struct that is only declared
 * @throws {SpoorError} BTF_INVALID when the BTF is broken
 *
 * @example
 * ```ts
 * const layout = layoutOf(readObject('trace.bpf.o').btf, 'struct proc_info');
 * ```
 */
export function layoutOf(btf: Btf, type: string | number): Layout {
  const id = typeof type === 'number' ? type : findType(btf, type);
  let done = builtOf.get(btf);
  if (done === undefined) {
    done = new Map();
    builtOf.set(btf, done);
  }
  return new LayoutBuilder(btf, done).build(id, typeof type === 'string' ? type : nameOf(btf, type)).layout;
}

/** Layouts by BTF. Structs share their parts, and the events of an object share half of theirs. */
const builtOf = new WeakMap<Btf, Map<number, Built>>();

function nameOf(btf: Btf, id: number): string {
  const type = btf.typeById(id);
  return 'name' in type && type.name !== '' ? type.name : `type ${id}`;
}

function findType(btf: Btf, name: string): number {
  const [, tag, bare = ''] = /^(?:(struct|union|enum)\s+)?(.*)$/s.exec(name) ?? [];
  const found =
    tag === 'struct'
      ? btf.findStruct(bare)
      : tag === 'union'
        ? btf.findUnion(bare)
        : tag === 'enum'
          ? btf.findEnum(bare)
          : (btf.findStruct(bare) ??
            btf.findUnion(bare) ??
            btf.findTypedef(bare) ??
            btf.findEnum(bare) ??
            btf.findInt(bare));
  if (found === undefined) throw new SpoorError('LAYOUT_UNKNOWN', `${btf.file}: no type is called ${name}`);
  return found.id;
}

interface Built {
  readonly layout: Layout;
  /** How many layouts it consists of, each counted as often as it occurs. */
  readonly parts: number;
}

class LayoutBuilder {
  private readonly btf: Btf;
  private readonly done: Map<number, Built>;
  private depth = 0;

  constructor(btf: Btf, done: Map<number, Built>) {
    this.btf = btf;
    this.done = done;
  }

  build(id: number, path: string): Built {
    const known = this.done.get(id);
    if (known !== undefined) return known;
    if (++this.depth > maxDepth) throw this.unknown(path, `is nested more than ${maxDepth} deep`);
    const built = this.buildResolved(this.btf.resolve(id), { path, name: this.typedefName(id) });
    this.depth--;
    if (built.parts > maxParts) throw this.unknown(path, `consists of more than ${maxParts} parts`);
    if (built.layout.size > maxSize) throw this.unknown(path, `is larger than ${maxSize} bytes`);
    this.done.set(id, built);
    return built;
  }

  private buildResolved(type: BtfType, context: { path: string; name: string }): Built {
    const { path, name } = context;
    switch (type.kind) {
      case 'int':
        return { layout: this.int(type), parts: 1 };
      case 'enum':
        return { layout: this.enum(type, context), parts: 1 };
      case 'float':
        return { layout: this.float(type.size), parts: 1 };
      case 'pointer':
        return { layout: { kind: 'pointer', size: 8 }, parts: 1 };
      case 'array':
        return this.array(type, path);
      case 'struct':
      case 'union': {
        const { fields, parts } = this.members(type, path, 0);
        return {
          layout: { kind: type.kind, name: type.name || name, size: type.size, fields },
          parts: parts + 1,
        };
      }
      case 'variable':
        return this.build(type.type, path);
      case 'forward':
        throw this.unknown(path, `is the ${type.of} ${type.name}, which is only declared`);
      default:
        throw this.unknown(path, `is a ${type.kind}, which has no layout`);
    }
  }

  /** The name of an anonymous struct or enum: the nearest typedef. */
  private typedefName(id: number): string {
    for (let type = this.btf.typeById(id); ; type = this.btf.typeById(type.type)) {
      if (type.kind === 'typedef') return type.name;
      if (
        type.kind !== 'const' &&
        type.kind !== 'volatile' &&
        type.kind !== 'restrict' &&
        type.kind !== 'type-tag'
      ) {
        return '';
      }
    }
  }

  private int(type: BtfInt): Layout {
    const { size, signed, bits, bitOffset, bool } = type;
    if (bits !== size * 8 || bitOffset !== 0) return { kind: 'bytes', size };
    if (bool && size === 1) return { kind: 'bool', size: 1 };
    if (size === 1 || size === 2 || size === 4 || size === 8 || size === 16)
      return { kind: 'int', size, signed };
    return { kind: 'bytes', size };
  }

  private float(size: number): Layout {
    return size === 4 || size === 8 ? { kind: 'float', size } : { kind: 'bytes', size };
  }

  private enum(type: BtfEnum, context: { path: string; name: string }): Layout {
    const { size, signed } = type;
    if (size === 8) {
      // Else the values are cut.
      const isEnum64 = type.values.every(({ value }) => typeof value === 'bigint');
      const names = type.values.map(({ name, value }) => [name, String(value)]);
      return { kind: 'int', size, signed, ...(isEnum64 && { values: Object.fromEntries(names) }) };
    }
    if (size !== 1 && size !== 2 && size !== 4) return { kind: 'bytes', size };
    const values = Object.fromEntries(type.values.map(({ name, value }) => [name, Number(value)]));
    return { kind: 'enum', name: type.name || context.name, size, signed, values };
  }

  private array(type: BtfArray, path: string): Built {
    const element = this.btf.resolve(type.element);
    const { length } = type;
    if (element.kind === 'int' && element.size === 1 && !element.bool) {
      if (element.name === 'char') return { layout: { kind: 'chars', size: length }, parts: 1 };
      if (!element.signed) return { layout: { kind: 'bytes', size: length }, parts: 1 };
    }
    const built = this.build(type.element, `${path}[]`);
    if (built.layout.size === 0 && length > 1)
      throw this.unknown(path, 'is an array of elements without a size');
    const size = built.layout.size * length;
    return { layout: { kind: 'array', element: built.layout, length, size }, parts: built.parts + 1 };
  }

  private members(type: BtfStruct, path: string, start: number): { fields: Field[]; parts: number } {
    const fields: Field[] = [];
    let parts = 0;
    for (const member of type.members) {
      const inner = this.member(type, member, path, start);
      parts += inner.parts;
      if (parts > maxParts) throw this.unknown(path, `consists of more than ${maxParts} parts`);
      fields.push(...inner.fields);
    }
    return { fields, parts };
  }

  private member(
    owner: BtfStruct,
    member: BtfMember,
    outer: string,
    start: number,
  ): { fields: Field[]; parts: number } {
    const path = `${outer}.${member.name || '(anonymous)'}`;
    const type = this.btf.resolve(member.type);
    const bits = bitfieldOf(type, member);
    if (bits !== undefined) {
      // A bitfield without a name only keeps bits free.
      if (member.name === '') return { fields: [], parts: 1 };
      const { offset, layout } = bitsLayout(type, bits);
      if (offset + layout.size > owner.size) throw this.outside(path);
      return { fields: [{ name: member.name, offset: start + offset, layout }], parts: 1 };
    }
    if (member.bitOffset % 8 !== 0) throw this.btf.invalid(`${path} begins within a byte`);
    const offset = start + member.bitOffset / 8;
    if (member.name === '' && (type.kind === 'struct' || type.kind === 'union')) {
      if (member.bitOffset / 8 + type.size > owner.size) throw this.outside(path);
      if (++this.depth > maxDepth) throw this.unknown(path, `is nested more than ${maxDepth} deep`);
      const flat = this.members(type, path, offset);
      this.depth--;
      return { fields: flat.fields, parts: flat.parts + 1 };
    }
    const { layout, parts } = this.build(member.type, path);
    if (member.bitOffset / 8 + layout.size > owner.size) throw this.outside(path);
    return { fields: [{ name: member.name, offset, layout }], parts };
  }

  private outside(path: string): SpoorError {
    return this.btf.invalid(`${path} ends behind the struct that it is in`);
  }

  private unknown(path: string, problem: string): SpoorError {
    return new SpoorError('LAYOUT_UNKNOWN', `${this.btf.file}: ${path} ${problem}`, { details: { path } });
  }
}

interface Bits {
  /** From the start of what the bits are a member of. */
  readonly start: number;
  readonly bits: number;
}

/** Returns the bits of a bitfield, as compilers describe it today and as they did before 2019. */
function bitfieldOf(type: BtfType, { bitOffset, bitSize }: BtfMember): Bits | undefined {
  if (type.kind !== 'int' && type.kind !== 'enum') return undefined;
  if (bitSize !== 0) return { start: bitOffset, bits: bitSize };
  const isWhole = type.kind === 'enum' || (type.bits === type.size * 8 && type.bitOffset === 0);
  if (isWhole && bitOffset % 8 === 0) return undefined;
  return type.kind === 'enum'
    ? { start: bitOffset, bits: type.size * 8 }
    : { start: bitOffset + type.bitOffset, bits: type.bits };
}

/** The most bits of a bitfield: those of the widest type that may have one. */
const mostBits = 64;

/** The layout of bits, and the byte that they begin in. */
function bitsLayout(type: BtfType, { start, bits }: Bits): { offset: number; layout: Layout } {
  const offset = Math.floor(start / 8);
  const shift = start % 8;
  const size = Math.ceil((shift + bits) / 8);
  if (bits === 0 || bits > mostBits) return { offset, layout: { kind: 'bytes', size } };
  const signed = (type.kind === 'int' || type.kind === 'enum') && type.signed;
  const bool = type.kind === 'int' && type.bool ? { bool: true as const } : {};
  return { offset, layout: { kind: 'bits', size, shift, bits, signed, ...bool } };
}
