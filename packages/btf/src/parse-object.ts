import { groupBy, readRegularFile, SpoorError } from '@spoor/core';
import type { Btf } from './btf.js';
import type { BtfDatasec, BtfLinkage } from './btf-types.js';
import { type Elf, type ElfSection, readElf } from './elf.js';
import { type ParseOptions, parseBtf } from './parse-btf.js';

/**
 * A compiled BPF object as it lies on disk. Reading one takes no privilege, no kernel and no
 * libbpf.
 */
export interface ObjectFile {
  /** The name of the input in errors. */
  readonly file: string;
  readonly btf: Btf;
  /** Of the section `license`; empty when there is none. */
  readonly license: string;
  readonly sections: readonly ElfSection[];
  readonly programs: readonly ObjectProgram[];
  readonly variables: readonly ObjectVariable[];
}

/** A function that the kernel can run, and what it attaches to. */
export interface ObjectProgram {
  readonly name: string;
  /** The section, which names type and hook: `tp_btf/sched_process_fork`. */
  readonly section: string;
  /** Bytes of BPF instructions, 8 each but for 64-bit loads, which take 16. */
  readonly size: number;
}

/** A global variable: a constant in `.rodata`, a counter in `.bss`, a map definition in `.maps`. */
export interface ObjectVariable {
  readonly name: string;
  readonly section: string;
  /** BTF id of its type. */
  readonly type: number;
  readonly linkage: BtfLinkage;
  /** Bytes from the start of the section. */
  readonly offset: number;
  readonly size: number;
}

/**
 * Parses a BPF object. `bytes` must not change while the result is in use. Each error names the
 * file.
 *
 * @throws {SpoorError} OBJECT_INVALID when it is not a 64-bit little-endian ELF file for BPF, or is
 *   truncated
 * @throws {SpoorError} OBJECT_NO_BTF when it was compiled without `-g`
 * @throws {SpoorError} BTF_INVALID when its BTF is broken
 *
 * @example
 * ```ts
 * const object = parseObject(await readFile('trace.bpf.o'), { file: 'trace.bpf.o' });
 * ```
 */
export function parseObject(bytes: Uint8Array, options: ParseOptions = {}): ObjectFile {
  const file = options.file ?? 'object';
  const elf = readElf(bytes, file);
  const section = elf.sections.find(({ name }) => name === '.BTF');
  if (section === undefined) {
    throw new SpoorError('OBJECT_NO_BTF', `${file}: has no section .BTF`, {
      remedy: 'Compile it with clang -g -target bpf.',
      details: { file },
    });
  }
  const btf = parseBtf(section.data, { file: `${file} (.BTF)` });
  return {
    file,
    btf,
    license: licenseOf(elf),
    sections: elf.sections,
    programs: programsOf(elf),
    variables: variablesOf(elf, btf),
  };
}

/**
 * Reads and parses a BPF object.
 *
 * @throws {SpoorError} FILE_UNREADABLE when the file cannot be read, and the errors of
 *   `parseObject`
 *
 * @example
 * ```ts
 * for (const { name, section } of readObject('trace.bpf.o').programs) console.log(name, section);
 * ```
 */
export function readObject(path: string): ObjectFile {
  let bytes: Uint8Array;
  try {
    bytes = readRegularFile(path);
  } catch (cause) {
    throw new SpoorError('FILE_UNREADABLE', `${path}: cannot be read: ${(cause as Error).message}`, {
      remedy: 'Give the path of a compiled BPF object (.o).',
      details: { file: path },
      cause,
    });
  }
  return parseObject(bytes, { file: path });
}

function licenseOf(elf: Elf): string {
  const section = elf.sections.find(({ name }) => name === 'license');
  return section === undefined ? '' : (Buffer.from(section.data).toString('latin1').split('\0', 1)[0] ?? '');
}

/** Functions in `.text` are subprograms, which other programs call. */
function programsOf(elf: Elf): readonly ObjectProgram[] {
  const programs: ObjectProgram[] = [];
  for (const symbol of elf.symbols) {
    const section = elf.sections[symbol.section];
    if (
      symbol.type !== 'function' ||
      section === undefined ||
      !section.executable ||
      section.name === '.text'
    )
      continue;
    programs.push({ name: symbol.name, section: section.name, size: symbol.size });
  }
  return programs;
}

/**
 * The variables of every DATASEC. Clang leaves their offsets to relocations of `.BTF`, so they are
 * taken from the symbols, as libbpf does (`btf_fixup_datasec`). A linker fills them in, and leaves
 * several symbols of one name: those of static variables.
 */
function variablesOf(elf: Elf, btf: Btf): readonly ObjectVariable[] {
  const symbols = groupBy(
    elf.symbols.filter(({ type }) => type === 'object'),
    (symbol) => `${symbol.section}/${symbol.name}`,
  );
  return btf.datasecs().flatMap((datasec) => {
    const section: ElfSection | undefined = elf.sections.find(({ name }) => name === datasec.name);
    return namedVariables(btf, datasec).map(({ name, type, linkage, offset, size }) => ({
      name,
      section: datasec.name,
      type,
      linkage,
      offset: offsetOf(symbols.get(`${section?.index}/${name}`) ?? [], offset),
      size,
    }));
  });
}

function offsetOf(symbols: readonly { readonly value: number }[], offset: number): number {
  const [first, ...others] = symbols;
  return first === undefined || others.length > 0 ? offset : first.value;
}

function namedVariables(btf: Btf, datasec: BtfDatasec) {
  return datasec.variables.flatMap(({ variable, offset, size }) => {
    const type = btf.typeById(variable);
    // Functions of the kernel (`.ksyms`) stand here too.
    return type.kind === 'variable'
      ? [{ name: type.name, type: type.type, linkage: type.linkage, offset, size }]
      : [];
  });
}
