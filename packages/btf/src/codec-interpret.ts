import { putBits, readBits } from './codec-bits.js';
import { overlapping, paddingOf, rootName } from './codec-fields.js';
import type { RawCodec } from './codec-generate.js';
import { remember, rememberAs, type UnionField, unionBytes } from './codec-union.js';
import {
  describeExpected,
  failBounds,
  failValue,
  putBytes,
  putChars,
  putZeros,
  readBytes,
  readChars,
} from './codec-values.js';
import { fieldNames } from './field-names.js';
import type { ArrayLayout, FloatLayout, Layout, StructLayout } from './layout.js';

/**
 * A codec of closures, for processes that run with `--disallow-code-generation-from-strings`, and
 * for the layouts that no code is generated for. It answers exactly as the generated one does,
 * several times slower.
 */
export function interpretCodec(layout: Layout): RawCodec {
  const { read, write } = node(layout);
  const readInto = layout.kind === 'struct' ? fillStruct(layout) : read;
  const root: Path = { parent: undefined, key: rootName(layout) };
  const check = (view: DataView, offset: number) => {
    if (!(offset >= 0 && offset + layout.size <= view.byteLength)) failBounds(view, offset, layout);
  };
  return {
    read(view, offset = 0) {
      check(view, offset);
      return read(view, offset);
    },
    readInto(view, offset, target) {
      check(view, offset);
      return readInto(view, offset, target);
    },
    write(view, offset, value) {
      check(view, offset);
      write(view, offset, value, root);
    },
  };
}

interface Path {
  readonly parent: Path | undefined;
  readonly key: string;
}

const pathText = (path: Path): string => (path.parent === undefined ? '' : pathText(path.parent)) + path.key;

interface Node {
  read(view: DataView, offset: number): unknown;
  write(view: DataView, offset: number, value: unknown, path: Path): void;
}

function node(layout: Layout): Node {
  switch (layout.kind) {
    case 'struct':
      return overlapping(layout).size === 0 ? structNode(layout) : unionNode(layout);
    case 'array':
      return arrayNode(layout);
    default:
      return leaf(layout);
  }
}

type LeafLayout = Exclude<Layout, StructLayout | ArrayLayout>;

function leaf(layout: LeafLayout): Node {
  const { read, put } = leafAccess(layout);
  const expected = describeExpected(layout);
  return {
    read,
    write: (view, offset, value, path) => {
      if (!put(view, offset, value)) failValue(value, expected, pathText(path));
    },
  };
}

interface LeafAccess {
  read(view: DataView, offset: number): unknown;
  /** False when the value cannot be written. */
  put(view: DataView, offset: number, value: unknown): boolean;
}

function leafAccess(layout: LeafLayout): LeafAccess {
  const { size } = layout;
  switch (layout.kind) {
    case 'chars':
      return {
        read: (view, offset) => readChars(view, offset, size),
        put: (view, offset, value) => putChars(view, offset, size, value),
      };
    case 'bytes':
    case 'union':
      return {
        read: (view, offset) => readBytes(view, offset, size),
        put: (view, offset, value) => putBytes(view, offset, size, value),
      };
    case 'bool':
      return { read: (view, offset) => view.getUint8(offset) !== 0, put: putBool };
    case 'bits':
      return {
        read: (view, offset) => readBits(view, offset, layout),
        put: (view, offset, value) => putBits(view, offset, layout, value),
      };
    case 'float':
      return floatAccess(layout);
    case 'pointer':
      return wideAccess(false);
    default:
      if (layout.size === 16) return widestAccess(layout.signed);
      return layout.size === 8 ? wideAccess(layout.signed) : numberAccess(layout.size, layout.signed);
  }
}

function putBool(view: DataView, offset: number, value: unknown): boolean {
  if (typeof value !== 'boolean') return false;
  view.setUint8(offset, value ? 1 : 0);
  return true;
}

function wideAccess(signed: boolean): LeafAccess {
  return {
    read: (view, offset) => (signed ? view.getBigInt64(offset, true) : view.getBigUint64(offset, true)),
    put: (view, offset, value) => {
      if (typeof value !== 'bigint') return false;
      if ((signed ? BigInt.asIntN(64, value) : BigInt.asUintN(64, value)) !== value) return false;
      view.setBigUint64(offset, value, true);
      return true;
    },
  };
}

function widestAccess(signed: boolean): LeafAccess {
  const high = wideAccess(signed);
  return {
    read: (view, offset) =>
      ((high.read(view, offset + 8) as bigint) << 64n) | view.getBigUint64(offset, true),
    put: (view, offset, value) => {
      if (typeof value !== 'bigint' || !high.put(view, offset + 8, value >> 64n)) return false;
      view.setBigUint64(offset, value, true);
      return true;
    },
  };
}

function floatAccess({ size }: FloatLayout): LeafAccess {
  return {
    read: (view, offset) => (size === 4 ? view.getFloat32(offset, true) : view.getFloat64(offset, true)),
    put: (view, offset, value) => {
      if (typeof value !== 'number') return false;
      if (size === 4) view.setFloat32(offset, value, true);
      else view.setFloat64(offset, value, true);
      return true;
    },
  };
}

const getters = {
  1: { true: 'getInt8', false: 'getUint8' },
  2: { true: 'getInt16', false: 'getUint16' },
  4: { true: 'getInt32', false: 'getUint32' },
} as const;
const setters = { 1: 'setUint8', 2: 'setUint16', 4: 'setUint32' } as const;

function numberAccess(size: 1 | 2 | 4, signed: boolean): LeafAccess {
  const getter = getters[size][`${signed}`];
  const setter = setters[size];
  const values = 2 ** (size * 8);
  const least = signed ? -values / 2 : 0;
  return {
    read: (view, offset) => view[getter](offset, true),
    put: (view, offset, value) => {
      if (!Number.isInteger(value) || (value as number) < least || (value as number) >= least + values)
        return false;
      view[setter](offset, value as number, true);
      return true;
    },
  };
}

function structNode(layout: StructLayout): Node {
  const names = fieldNames(layout);
  const fields = layout.fields.map((field, index) => ({
    name: names[index] as string,
    offset: field.offset,
    node: node(field.layout),
  }));
  const padding = paddingOf(layout);
  return {
    read: (view, offset) => {
      const object: Record<string, unknown> = {};
      for (const field of fields) {
        object[field.name] = field.node.read(view, offset + field.offset);
      }
      return object;
    },
    write: (view, offset, value, path) => {
      if (typeof value !== 'object' || value === null)
        failValue(value, describeExpected(layout), pathText(path));
      for (const gap of padding) putZeros(view, offset + gap.offset, gap.size);
      for (const field of fields) {
        const member = (value as Record<string, unknown>)[field.name];
        field.node.write(view, offset + field.offset, member, { parent: path, key: `.${field.name}` });
      }
    },
  };
}

/** A struct with members of anonymous unions. */
function unionNode(layout: StructLayout): Node {
  const names = fieldNames(layout);
  const overlaps = overlapping(layout);
  const plain = structNode(layout);
  const nodes = layout.fields.map((field) => node(field.layout));
  const fieldsAt = (path: Path): UnionField[] =>
    layout.fields.map((field, index) => ({
      field,
      name: names[index]!,
      overlaps: overlaps.has(field),
      write: (view, value) =>
        nodes[index]!.write(view, field.offset, value, { parent: path, key: `.${names[index]}` }),
    }));
  const fields = fieldsAt({ parent: undefined, key: rootName(layout) });
  return {
    read: (view, offset) => {
      const value = plain.read(view, offset) as Record<string, unknown>;
      remember(value, { layout, fields, bytes: readBytes(view, offset, layout.size) });
      return value;
    },
    write: (view, offset, value, path) => {
      if (typeof value !== 'object' || value === null)
        failValue(value, describeExpected(layout), pathText(path));
      const given = { layout, fields: fieldsAt(path), path: pathText(path) };
      putBytes(view, offset, layout.size, unionBytes(value as Record<string, unknown>, given));
    },
  };
}

function fillStruct(layout: StructLayout): RawCodec['readInto'] {
  if (overlapping(layout).size > 0) return fillUnion(layout);
  const names = fieldNames(layout);
  const fields = layout.fields.map((field, index) => ({
    name: names[index] as string,
    offset: field.offset,
    read: field.layout.kind === 'struct' ? undefined : node(field.layout).read,
    fill: field.layout.kind === 'struct' ? fillStruct(field.layout) : undefined,
  }));
  return (view, offset, target) => {
    const object = target as Record<string, unknown>;
    for (const field of fields) {
      if (field.fill !== undefined) field.fill(view, offset + field.offset, object[field.name]);
      else object[field.name] = field.read?.(view, offset + field.offset);
    }
    return object;
  };
}

/** Replaces the members of a value, as of a new one. */
function fillUnion(layout: StructLayout): RawCodec['readInto'] {
  const { read } = unionNode(layout);
  return (view, offset, target) => {
    const value = read(view, offset) as object;
    Object.assign(target as object, value);
    rememberAs(target as object, value);
    return target;
  };
}

function arrayNode(layout: ArrayLayout): Node {
  const element = node(layout.element);
  const stride = layout.element.size;
  return {
    read: (view, offset) => {
      const values: unknown[] = [];
      for (let index = 0; index < layout.length; index++)
        values.push(element.read(view, offset + index * stride));
      return values;
    },
    write: (view, offset, value, path) => {
      if (!Array.isArray(value) || value.length !== layout.length) {
        failValue(value, describeExpected(layout), pathText(path));
      }
      for (let index = 0; index < layout.length; index++) {
        element.write(view, offset + index * stride, value[index], { parent: path, key: `[${index}]` });
      }
    },
  };
}
