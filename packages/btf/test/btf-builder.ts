import { btfMagic, headerSize, kinds } from '../src/btf-format.js';

export interface Member {
  readonly name: string;
  readonly type: number;
  readonly bitOffset: number;
  readonly bitSize?: number;
}

interface Part {
  readonly kind: number;
  readonly name?: string;
  readonly parts?: number;
  readonly flag?: boolean;
  readonly sizeOrType?: number;
  readonly extra?: readonly number[];
}

/**
 * Writes BTF by hand, a type a call; each returns the new type's id. Nothing is checked: broken
 * blobs are wanted too.
 */
export class BtfBuilder {
  readonly #types: number[][] = [];
  readonly #names = new Map<string, number>([['', 0]]);
  #strings = '\0';

  add({ kind, name = '', parts = 0, flag = false, sizeOrType = 0, extra = [] }: Part): number {
    const info = ((flag ? 0x8000_0000 : 0) | (kind << 24) | parts) >>> 0;
    this.#types.push([this.text(name), info, sizeOrType, ...extra]);
    return this.#types.length;
  }

  text(name: string): number {
    let offset = this.#names.get(name);
    if (offset === undefined) {
      offset = Buffer.byteLength(this.#strings);
      this.#names.set(name, offset);
      this.#strings += `${name}\0`;
    }
    return offset;
  }

  int(name: string, size: number, encoding: 'unsigned' | 'signed' | 'bool' = 'unsigned'): number {
    const bits = { unsigned: 0, signed: 1, bool: 4 }[encoding];
    return this.add({ kind: kinds.int, name, sizeOrType: size, extra: [(bits << 24) | (size * 8)] });
  }

  pointer(type: number): number {
    return this.add({ kind: kinds.pointer, sizeOrType: type });
  }

  array(element: number, length: number): number {
    return this.add({ kind: kinds.array, extra: [element, element, length] });
  }

  struct(
    name: string,
    size: number,
    members: readonly Member[],
    kind: 'struct' | 'union' = 'struct',
  ): number {
    const flag = members.some(({ bitSize }) => bitSize !== undefined);
    const extra = members.flatMap((member) => [
      this.text(member.name),
      member.type,
      (((member.bitSize ?? 0) << 24) | member.bitOffset) >>> 0,
    ]);
    return this.add({ kind: kinds[kind], name, parts: members.length, flag, sizeOrType: size, extra });
  }

  enum(name: string, size: number, values: Readonly<Record<string, number>>, signed = false): number {
    const extra = Object.entries(values).flatMap(([key, value]) => [this.text(key), value]);
    return this.add({
      kind: kinds.enum,
      name,
      parts: extra.length / 2,
      flag: signed,
      sizeOrType: size,
      extra,
    });
  }

  enum64(name: string, values: Readonly<Record<string, bigint>>, signed = false): number {
    const extra = Object.entries(values).flatMap(([key, value]) => {
      const bits = BigInt.asUintN(64, value);
      return [this.text(key), Number(bits & 0xffff_ffffn), Number(bits >> 32n)];
    });
    return this.add({
      kind: kinds.enum64,
      name,
      parts: extra.length / 3,
      flag: signed,
      sizeOrType: 8,
      extra,
    });
  }

  /** Typedefs, qualifiers and type tags. */
  refer(kind: 'typedef' | 'volatile' | 'const' | 'restrict' | 'typeTag', type: number, name = ''): number {
    return this.add({ kind: kinds[kind], name, sizeOrType: type });
  }

  forward(name: string, of: 'struct' | 'union'): number {
    return this.add({ kind: kinds.forward, name, flag: of === 'union' });
  }

  functionProto(returns: number, parameters: readonly (readonly [name: string, type: number])[]): number {
    const extra = parameters.flatMap(([name, type]) => [this.text(name), type]);
    return this.add({ kind: kinds.functionProto, parts: parameters.length, sizeOrType: returns, extra });
  }

  function(name: string, proto: number, linkage = 1): number {
    return this.add({ kind: kinds.function, name, parts: linkage, sizeOrType: proto });
  }

  variable(name: string, type: number, linkage = 1): number {
    return this.add({ kind: kinds.variable, name, sizeOrType: type, extra: [linkage] });
  }

  datasec(
    name: string,
    variables: readonly (readonly [variable: number, offset: number, size: number])[],
  ): number {
    return this.add({ kind: kinds.datasec, name, parts: variables.length, extra: variables.flat() });
  }

  float(name: string, size: number): number {
    return this.add({ kind: kinds.float, name, sizeOrType: size });
  }

  declTag(name: string, type: number, component: number): number {
    return this.add({ kind: kinds.declTag, name, sizeOrType: type, extra: [component >>> 0] });
  }

  build(): Uint8Array {
    const types = Buffer.from(Uint32Array.from(this.#types.flat()).buffer);
    const strings = Buffer.from(this.#strings);
    const header = Buffer.alloc(headerSize);
    header.writeUInt16LE(btfMagic, 0);
    header.writeUInt8(1, 2);
    const words = [headerSize, 0, types.length, types.length, strings.length];
    for (const [index, word] of words.entries()) header.writeUInt32LE(word, 4 + index * 4);
    return new Uint8Array(Buffer.concat([header, types, strings]));
  }
}
