import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { errnoName } from '@spoor/core';

/** The hooks that a program or a library has: an ELF file of 64 bits. */
export interface ProgramFile {
  readonly functions: ReadonlySet<string>;
  /** The USDT probes, as `provider:name`. */
  readonly probes: ReadonlySet<string>;
}

/** Why a file cannot have hooks. It follows the name of the file. */
export interface FileFault {
  readonly fault: string;
}

/** Larger tables are not read. */
const mostBytes = 256 * 1024 * 1024;
const headerSize = 64;
const sectionHeaderSize = 64;
const symbolSize = 24;
/** `sh_type`: SHT_SYMTAB and SHT_DYNSYM. */
const symbolTables: readonly number[] = [2, 11];
/** The type of a symbol: STT_FUNC and STT_GNU_IFUNC. */
const functionTypes: readonly number[] = [2, 10];
/** `n_type` of a note about a probe, whose owner is "stapsdt". */
const probeNote = 3;
const owner = 'stapsdt';

/**
 * Reads the names of the functions and the USDT probes of a file. Slow: only for explaining that a
 * hook is missing.
 *
 * Source: System V ABI, "Object Files"; the wiki of SystemTap, "UserSpaceProbeImplementation".
 */
export function readProgramFile(path: string): ProgramFile | FileFault {
  try {
    // Opening a pipe would wait for its writer.
    const fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    try {
      if (!fstatSync(fd).isFile()) return { fault: 'is not a regular file' };
      return new Reader(fd).read();
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    const { code, errno } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return { fault: 'does not exist' };
    if (errno !== undefined) return { fault: `cannot be read (${errnoName(errno)})` };
    return { fault: 'is a damaged ELF file' };
  }
}

interface Section {
  readonly name: number;
  readonly type: number;
  readonly link: number;
  readonly offset: number;
  readonly size: number;
}

/** A place outside of the file throws a RangeError. */
class Reader {
  readonly #fd: number;

  constructor(fd: number) {
    this.#fd = fd;
  }

  read(): ProgramFile | FileFault {
    const header = this.#bytes(0, headerSize, 'short');
    if (header.toString('latin1', 0, 4) !== '\x7fELF') return { fault: 'is not an ELF file' };
    if (header.length < headerSize || header[4] !== 2 || header[5] !== 1)
      return { fault: 'is not an ELF file of 64 bits' };
    const sections = this.#sections(header);
    const functions = new Set<string>();
    for (const table of sections.filter(({ type }) => symbolTables.includes(type))) {
      for (const name of this.#functions(table, sections[table.link])) functions.add(name);
    }
    const names = this.#data(sections[header.readUInt16LE(62)]);
    const notes = sections.find(({ name }) => text(names, name) === '.note.stapsdt');
    return { functions, probes: new Set(notes === undefined ? [] : probesOf(this.#data(notes))) };
  }

  #sections(header: Buffer): readonly Section[] {
    const table = this.#bytes(
      Number(header.readBigUInt64LE(40)),
      header.readUInt16LE(60) * sectionHeaderSize,
    );
    return Array.from({ length: table.length / sectionHeaderSize }, (_, index) => {
      const at = index * sectionHeaderSize;
      return {
        name: table.readUInt32LE(at),
        type: table.readUInt32LE(at + 4),
        offset: Number(table.readBigUInt64LE(at + 24)),
        size: Number(table.readBigUInt64LE(at + 32)),
        link: table.readUInt32LE(at + 40),
      };
    });
  }

  *#functions(table: Section, strings: Section | undefined): Generator<string> {
    const symbols = this.#data(table);
    const names = this.#data(strings);
    for (let at = 0; at + symbolSize <= symbols.length; at += symbolSize) {
      const isDefined = symbols.readUInt16LE(at + 6) !== 0;
      if (isDefined && functionTypes.includes(symbols[at + 4]! & 0xf))
        yield text(names, symbols.readUInt32LE(at));
    }
  }

  #data(section: Section | undefined): Buffer {
    return section === undefined ? Buffer.alloc(0) : this.#bytes(section.offset, section.size);
  }

  #bytes(offset: number, length: number, short?: 'short'): Buffer {
    if (length > mostBytes) throw new RangeError('too long');
    const bytes = Buffer.alloc(length);
    const read = length === 0 ? 0 : readSync(this.#fd, bytes, 0, length, offset);
    if (read < length && short === undefined) throw new RangeError('beyond the end of the file');
    return bytes.subarray(0, read);
  }
}

function* probesOf(notes: Buffer): Generator<string> {
  const aligned = (length: number) => Math.ceil(length / 4) * 4;
  for (let at = 0; at + 12 <= notes.length; ) {
    const [nameSize, size] = [notes.readUInt32LE(at), notes.readUInt32LE(at + 4)];
    const content = at + 12 + aligned(nameSize);
    if (notes.readUInt32LE(at + 8) === probeNote && text(notes, at + 12) === owner) {
      // Three addresses, then the provider, the name and the arguments.
      const provider = text(notes, content + 24);
      yield `${provider}:${text(notes, content + 24 + Buffer.byteLength(provider) + 1)}`;
    }
    at = content + aligned(size);
  }
}

function text(strings: Buffer, offset: number): string {
  const end = strings.indexOf(0, offset);
  return strings.toString('utf8', offset, end === -1 ? strings.length : end);
}
