import { kinds, typeSize } from './btf-format.js';
import type { BtfLinkage, BtfMember, BtfType } from './btf-types.js';

/** The parts of the blob that the decoder needs. */
export interface TypeSource {
  readonly view: DataView;
  /** The string at an offset into the string section. */
  text(nameOffset: number): string;
}

/**
 * `struct btf_type` at `at`, which the index has found to be whole. Undefined for kinds that are
 * not known.
 */
export function decodeType(source: TypeSource, id: number, at: number): BtfType | undefined {
  const { view } = source;
  const info = view.getUint32(at + 4, true);
  const record: TypeRecord = {
    source,
    id,
    name: source.text(view.getUint32(at, true)),
    parts: info & 0xffff,
    flag: info >>> 31 === 1,
    sizeOrType: view.getUint32(at + 8, true),
    extra: at + typeSize,
  };
  return decoders[(info >>> 24) & 0x1f]?.(record);
}

interface TypeRecord {
  readonly source: TypeSource;
  readonly id: number;
  readonly name: string;
  /** `vlen` */
  readonly parts: number;
  /** `kind_flag` */
  readonly flag: boolean;
  readonly sizeOrType: number;
  /** Offset of the data behind `struct btf_type`. */
  readonly extra: number;
}

const linkages: readonly BtfLinkage[] = ['static', 'global', 'extern'];
const linkage = (value: number): BtfLinkage => linkages[value] ?? 'static';

const decoders: Readonly<Record<number, (record: TypeRecord) => BtfType>> = {
  [kinds.int]: ({ source, id, name, sizeOrType, extra }) => {
    const word = source.view.getUint32(extra, true);
    const encoding = (word >>> 24) & 0xf;
    return {
      kind: 'int',
      id,
      name,
      size: sizeOrType,
      signed: (encoding & 1) !== 0,
      bool: (encoding & 4) !== 0,
      bits: word & 0xff,
      bitOffset: (word >>> 16) & 0xff,
    };
  },
  [kinds.pointer]: ({ id, sizeOrType }) => ({ kind: 'pointer', id, type: sizeOrType }),
  [kinds.array]: ({ source: { view }, id, extra }) => ({
    kind: 'array',
    id,
    element: view.getUint32(extra, true),
    index: view.getUint32(extra + 4, true),
    length: view.getUint32(extra + 8, true),
  }),
  [kinds.struct]: (record) => structOrUnion(record, 'struct'),
  [kinds.union]: (record) => structOrUnion(record, 'union'),
  [kinds.enum]: (record) => {
    const { source, id, name, flag } = record;
    const values = decodeParts(record, 8, (at) => ({
      name: source.text(source.view.getUint32(at, true)),
      value: flag ? source.view.getInt32(at + 4, true) : source.view.getUint32(at + 4, true),
    }));
    return { kind: 'enum', id, name, size: record.sizeOrType, signed: flag, values };
  },
  [kinds.enum64]: (record) => {
    const { source, id, name, flag } = record;
    const values = decodeParts(record, 12, (at) => ({
      name: source.text(source.view.getUint32(at, true)),
      // Two 32-bit halves, low first: the same as one 64-bit number.
      value: flag ? source.view.getBigInt64(at + 4, true) : source.view.getBigUint64(at + 4, true),
    }));
    return { kind: 'enum', id, name, size: record.sizeOrType, signed: flag, values };
  },
  [kinds.forward]: ({ id, name, flag }) => ({ kind: 'forward', id, name, of: flag ? 'union' : 'struct' }),
  [kinds.typedef]: ({ id, name, sizeOrType }) => ({ kind: 'typedef', id, name, type: sizeOrType }),
  [kinds.volatile]: ({ id, sizeOrType }) => ({ kind: 'volatile', id, type: sizeOrType }),
  [kinds.const]: ({ id, sizeOrType }) => ({ kind: 'const', id, type: sizeOrType }),
  [kinds.restrict]: ({ id, sizeOrType }) => ({ kind: 'restrict', id, type: sizeOrType }),
  [kinds.function]: ({ id, name, sizeOrType, parts }) => ({
    kind: 'function',
    id,
    name,
    type: sizeOrType,
    linkage: linkage(parts),
  }),
  [kinds.functionProto]: (record) => {
    const { source, id } = record;
    const parameters = decodeParts(record, 8, (at) => ({
      name: source.text(source.view.getUint32(at, true)),
      type: source.view.getUint32(at + 4, true),
    }));
    return { kind: 'function-proto', id, returns: record.sizeOrType, parameters };
  },
  [kinds.variable]: ({ source, id, name, sizeOrType, extra }) => ({
    kind: 'variable',
    id,
    name,
    type: sizeOrType,
    linkage: linkage(source.view.getUint32(extra, true)),
  }),
  [kinds.datasec]: (record) => {
    const { view } = record.source;
    const variables = decodeParts(record, 12, (at) => ({
      variable: view.getUint32(at, true),
      offset: view.getUint32(at + 4, true),
      size: view.getUint32(at + 8, true),
    }));
    return { kind: 'datasec', id: record.id, name: record.name, size: record.sizeOrType, variables };
  },
  [kinds.float]: ({ id, name, sizeOrType }) => ({ kind: 'float', id, name, size: sizeOrType }),
  [kinds.declTag]: ({ source, id, name, sizeOrType, extra }) => ({
    kind: 'decl-tag',
    id,
    name,
    type: sizeOrType,
    component: source.view.getInt32(extra, true),
  }),
  [kinds.typeTag]: ({ id, name, sizeOrType }) => ({ kind: 'type-tag', id, name, type: sizeOrType }),
};

function structOrUnion(record: TypeRecord, kind: 'struct' | 'union'): BtfType {
  const { source, id, name, flag } = record;
  const members = decodeParts(record, 12, (at): BtfMember => {
    const word = source.view.getUint32(at + 8, true);
    return {
      name: source.text(source.view.getUint32(at, true)),
      type: source.view.getUint32(at + 4, true),
      // With kind_flag the top 8 bits are the size of a bitfield.
      bitOffset: flag ? word & 0xffffff : word,
      bitSize: flag ? word >>> 24 : 0,
    };
  });
  return { kind, id, name, size: record.sizeOrType, members };
}

function decodeParts<T>(record: TypeRecord, size: number, decode: (at: number) => T): T[] {
  return Array.from({ length: record.parts }, (_, index) => decode(record.extra + index * size));
}
