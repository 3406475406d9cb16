export interface BuiltSection {
  readonly name: string;
  readonly data: Uint8Array;
  readonly executable?: boolean;
}

export interface BuiltSymbol {
  readonly name: string;
  readonly section: string;
  readonly type: 'function' | 'object';
  readonly value: number;
  readonly size: number;
}

/** A relocatable BPF object of the given sections and symbols, as clang would lay it out. */
export function buildElf(
  sections: readonly BuiltSection[],
  symbols: readonly BuiltSymbol[] = [],
): Uint8Array {
  const strings = new Strings();
  const table = Buffer.alloc((symbols.length + 1) * 24);
  for (const [index, symbol] of symbols.entries()) {
    const at = (index + 1) * 24;
    table.writeUInt32LE(strings.add(symbol.name), at);
    table.writeUInt8(0x10 | (symbol.type === 'function' ? 2 : 1), at + 4);
    table.writeUInt16LE(sections.findIndex(({ name }) => name === symbol.section) + 1, at + 6);
    table.writeBigUInt64LE(BigInt(symbol.value), at + 8);
    table.writeBigUInt64LE(BigInt(symbol.size), at + 16);
  }
  const all = [
    ...sections.map(({ name, data, executable }) => ({ name, data, type: 1, flags: executable ? 6 : 2 })),
    { name: '.symtab', data: table, type: 2, flags: 0 },
    { name: '.strtab', data: Buffer.alloc(0), type: 3, flags: 0 },
  ];
  const names = all.map(({ name }) => strings.add(name));
  const bodies = all.map(({ data, type }) => (type === 3 ? strings.bytes() : Buffer.from(data)));

  const headers = [Buffer.alloc(64)];
  let offset = 64;
  for (const [index, section] of all.entries()) {
    const header = Buffer.alloc(64);
    const body = bodies[index] as Buffer;
    header.writeUInt32LE(names[index] as number, 0);
    header.writeUInt32LE(section.type, 4);
    header.writeBigUInt64LE(BigInt(section.flags), 8);
    header.writeBigUInt64LE(BigInt(offset), 24);
    header.writeBigUInt64LE(BigInt(body.length), 32);
    if (section.type === 2) header.writeUInt32LE(all.length, 40);
    headers.push(header);
    offset += body.length;
  }
  return new Uint8Array(Buffer.concat([elfHeader(offset, headers.length), ...bodies, ...headers]));
}

function elfHeader(sectionHeaders: number, count: number): Buffer {
  const header = Buffer.alloc(64);
  header.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  header.writeUInt16LE(1, 16);
  header.writeUInt16LE(247, 18);
  header.writeBigUInt64LE(BigInt(sectionHeaders), 40);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(count, 60);
  header.writeUInt16LE(count - 1, 62);
  return header;
}

class Strings {
  #text = '\0';

  add(text: string): number {
    const offset = Buffer.byteLength(this.#text);
    this.#text += `${text}\0`;
    return offset;
  }

  bytes(): Buffer {
    return Buffer.from(this.#text);
  }
}
