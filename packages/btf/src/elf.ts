import { SpoorError } from '@spoor/core';

/**
 * As much of ELF as a relocatable BPF object needs: sections and symbols, 64-bit and little-endian.
 * Every place in the file is checked against its length before it is read.
 *
 * Source: System V ABI, "Object Files"; Linux `include/uapi/linux/elf.h`.
 */
export interface Elf {
  readonly file: string;
  readonly sections: readonly ElfSection[];
  readonly symbols: readonly ElfSymbol[];
}

/** A section of the file. */
export interface ElfSection {
  readonly index: number;
  readonly name: string;
  readonly executable: boolean;
  /** Bytes in memory; `data` is empty where the file stores none (`.bss`). */
  readonly size: number;
  /** A view of the file. */
  readonly data: Uint8Array;
}

/** A name for a place in a section. */
export interface ElfSymbol {
  readonly name: string;
  /** From the start of its section, in bytes. */
  readonly value: number;
  readonly size: number;
  /** Index of the section; 0 for none, and from 0xff00 on for special ones. */
  readonly section: number;
  readonly type: 'function' | 'object' | 'other';
  readonly global: boolean;
}

const headerSize = 64;
const sectionHeaderSize = 64;
const symbolSize = 24;
const machineBpf = 247;
const typeNoBits = 8;
const typeSymbols = 2;
const flagExecutable = 4;

/** Errors: `OBJECT_INVALID`, naming the file and the place. */
export function readElf(bytes: Uint8Array, file: string): Elf {
  return new ElfReader(bytes, file).read();
}

interface SectionHeader {
  readonly nameOffset: number;
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly size: number;
  readonly link: number;
}

class ElfReader {
  private readonly bytes: Uint8Array;
  private readonly file: string;
  private readonly view: DataView;

  constructor(bytes: Uint8Array, file: string) {
    this.bytes = bytes;
    this.file = file;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  read(): Elf {
    this.checkIdentity();
    const headers = this.sectionHeaders();
    const names = headers[this.view.getUint16(62, true)];
    if (names === undefined) throw this.invalid(62, 'names no section that holds the names of sections');
    const sections = headers.map((header, index) => ({
      index,
      name: this.text(names, header.nameOffset),
      executable: (header.flags & flagExecutable) !== 0,
      size: header.size,
      data: this.data(header),
    }));
    return { file: this.file, sections, symbols: this.symbols(headers) };
  }

  private checkIdentity(): void {
    const { bytes, view } = this;
    const magic = [0x7f, 0x45, 0x4c, 0x46];
    if (!magic.every((byte, index) => bytes[index] === byte)) throw this.invalid(0, 'is not an ELF file');
    if (bytes.length < headerSize) throw this.invalid(bytes.length, 'ends before the ELF header does');
    if (bytes[4] !== 2) throw this.invalid(4, 'is not a 64-bit ELF file');
    if (bytes[5] !== 1) throw this.invalid(5, 'is not a little-endian ELF file');
    const machine = view.getUint16(18, true);
    if (machine !== machineBpf) throw this.invalid(18, `is for machine ${machine}; BPF is ${machineBpf}`);
  }

  private sectionHeaders(): readonly SectionHeader[] {
    const { view } = this;
    const start = this.wide(40);
    const entry = view.getUint16(58, true);
    const count = view.getUint16(60, true);
    if (count === 0) throw this.invalid(60, 'has no sections');
    if (entry !== sectionHeaderSize)
      throw this.invalid(58, `has section headers of ${entry} bytes instead of 64`);
    this.checkRange(start, count * entry, 'the section headers');
    return Array.from({ length: count }, (_, index) => {
      const at = start + index * entry;
      return {
        nameOffset: view.getUint32(at, true),
        type: view.getUint32(at + 4, true),
        flags: view.getUint32(at + 8, true),
        offset: this.wide(at + 24),
        size: this.wide(at + 32),
        link: view.getUint32(at + 40, true),
      };
    });
  }

  private data(header: SectionHeader): Uint8Array {
    if (header.type === typeNoBits || header.type === 0) return new Uint8Array(0);
    this.checkRange(header.offset, header.size, 'a section');
    return this.bytes.subarray(header.offset, header.offset + header.size);
  }

  private symbols(headers: readonly SectionHeader[]): readonly ElfSymbol[] {
    const table = headers.find((header) => header.type === typeSymbols);
    if (table === undefined) return [];
    const names = headers[table.link];
    if (names === undefined) throw this.invalid(table.offset, 'has symbols without a section of names');
    return Array.from({ length: Math.floor(table.size / symbolSize) }, (_, index) => {
      const at = table.offset + index * symbolSize;
      const info = this.view.getUint8(at + 4);
      const type = info & 0xf;
      return {
        name: this.text(names, this.view.getUint32(at, true)),
        value: this.wide(at + 8),
        size: this.wide(at + 16),
        section: this.view.getUint16(at + 6, true),
        type: type === 2 ? 'function' : type === 1 ? 'object' : 'other',
        global: info >> 4 !== 0,
      };
    });
  }

  private text(section: SectionHeader, offset: number): string {
    const strings = this.data(section);
    const end = offset < strings.length ? strings.indexOf(0, offset) : -1;
    if (end === -1)
      throw this.invalid(section.offset + offset, 'has a name that lies outside of its strings');
    return Buffer.from(strings.buffer, strings.byteOffset + offset, end - offset).toString('utf8');
  }

  /** A 64-bit number; beyond 2^53 it is rounded, and no file is that long. */
  private wide(at: number): number {
    return this.view.getUint32(at, true) + this.view.getUint32(at + 4, true) * 2 ** 32;
  }

  private checkRange(start: number, size: number, what: string): void {
    if (start + size <= this.bytes.length) return;
    throw this.invalid(start, `ends at byte ${this.bytes.length}, before ${what} of ${size} bytes does`);
  }

  private invalid(offset: number, problem: string): SpoorError {
    return new SpoorError('OBJECT_INVALID', `${this.file}: ${problem} (at byte ${offset})`, {
      remedy: 'Give a BPF object that clang -g -O2 -target bpf -c compiled, as a whole.',
      details: { file: this.file, offset },
    });
  }
}
