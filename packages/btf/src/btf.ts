import { SpoorError } from '@spoor/core';
import { brokenRemedy } from './broken-remedy.js';
import { type BtfSource, kinds as kindNumbers } from './btf-format.js';
import type { BtfDatasec, BtfEnum, BtfFunctionProto, BtfStruct, BtfType } from './btf-types.js';
import { faultyReference } from './check-references.js';
import { decodeType } from './decode-type.js';

/** The kernel rejects longer chains of typedefs and qualifiers (`MAX_RESOLVE_DEPTH`). */
const maxChain = 32;

/** Bytes of strings up to which a blob keeps them as one text. */
const smallStrings = 256 * 1024;

type KindName = keyof typeof kindNumbers;

/**
 * The types of one BTF blob, as `parseBtf`, `parseObject` and `readKernelBtf` return it. Keeps a
 * reference to the bytes.
 *
 * @throws {SpoorError} BTF_INVALID from any method, when the part of the blob that it reads is
 *   broken
 */
export class Btf {
  /** The name of the input in errors. */
  readonly file: string;
  readonly #source: BtfSource;
  readonly #strings: Buffer;
  /**
   * All strings as one text, if the blob is small and its names are ASCII. Cutting a text takes a
   * fraction of the time of decoding bytes. The types of the kernel have millions of bytes.
   */
  readonly #wholeText: string | undefined;

  /** @internal */
  constructor(source: BtfSource) {
    this.file = source.file;
    this.#source = source;
    this.#strings = Buffer.from(source.strings.buffer, source.strings.byteOffset, source.strings.length);
    if (this.#strings.length <= smallStrings) {
      const text = this.#strings.toString('latin1');
      if (!/[\u0080-\u00ff]/.test(text)) this.#wholeText = text;
    }
  }

  /** Number of types, with `void`. Ids are 0 to `typeCount - 1`. */
  get typeCount(): number {
    return this.#source.count;
  }

  /** All types in the order of their ids. The iteration decodes them one by one. */
  get types(): Iterable<BtfType> {
    return this.#iterate();
  }

  *#iterate(): Iterable<BtfType> {
    for (let id = 0; id < this.#source.count; id++) yield this.typeById(id);
  }

  /** Decodes one type. */
  typeById(id: number): BtfType {
    if (id === 0) return { kind: 'void', id: 0 };
    const { count, offsets, view } = this.#source;
    if (!Number.isInteger(id) || id < 0 || id >= count)
      throw this.invalid(`there is no type ${id} of ${count}`);
    const type = decodeType({ view, text: (offset) => this.#text(offset) }, id, offsets[id] as number);
    if (type === undefined) throw this.invalid(`type ${id} has an unknown kind`);
    return type;
  }

  /** The type behind typedefs, const, volatile, restrict and type tags. */
  resolve(id: number): BtfType {
    let type = this.typeById(id);
    for (let steps = 0; steps < maxChain; steps++) {
      switch (type.kind) {
        case 'typedef':
        case 'const':
        case 'volatile':
        case 'restrict':
        case 'type-tag':
          type = this.typeById(type.type);
          break;
        default:
          return type;
      }
    }
    throw this.invalid(`the typedefs and qualifiers from type ${id} on do not end`);
  }

  /**
   * Checks that every reference leads to a type of the right kind, and that every chain of typedefs
   * ends. libbpf before
   * 1.3 follows a wrong reference and ends the process by SIGSEGV.
   *
   * @throws {SpoorError} BTF_INVALID with the name of the type, when a reference is wrong
   */
  checkReferences(): void {
    const fault = faultyReference(this.#source);
    if (fault !== undefined) throw this.invalid(fault);
  }

  /** Bytes of a value of the type; undefined for `void`, functions and forward declarations. */
  sizeOf(id: number): number | undefined {
    let count = 1;
    let type = this.resolve(id);
    for (let depth = 0; type.kind === 'array'; depth++) {
      if (depth === maxChain) throw this.invalid(`the arrays from type ${id} on do not end`);
      count *= type.length;
      type = this.resolve(type.element);
    }
    if (type.kind === 'pointer') return count * 8;
    return 'size' in type ? count * type.size : undefined;
  }

  /** The first struct of that tag. */
  findStruct(name: string): BtfStruct | undefined {
    return this.#find(name, 'struct') as BtfStruct | undefined;
  }

  /** The first union of that tag. */
  findUnion(name: string): BtfStruct | undefined {
    return this.#find(name, 'union') as BtfStruct | undefined;
  }

  /** The first enum of that tag, of any size. */
  findEnum(name: string): BtfEnum | undefined {
    return this.#find(name, 'enum', 'enum64') as BtfEnum | undefined;
  }

  /** The first typedef of that name. */
  findTypedef(name: string): Extract<BtfType, { kind: 'typedef' }> | undefined {
    return this.#find(name, 'typedef') as Extract<BtfType, { kind: 'typedef' }> | undefined;
  }

  /** The integer of that name, as the compiler calls it: `unsigned int`, `char`, `_Bool`. */
  findInt(name: string): Extract<BtfType, { kind: 'int' }> | undefined {
    return this.#find(name, 'int') as Extract<BtfType, { kind: 'int' }> | undefined;
  }

  /** The variables of the section of that name. */
  datasec(name: string): BtfDatasec | undefined {
    return this.#find(name, 'datasec') as BtfDatasec | undefined;
  }

  /** All sections that have variables. */
  datasecs(): readonly BtfDatasec[] {
    const found: BtfDatasec[] = [];
    for (const id of this.#idsOf('datasec')) found.push(this.typeById(id) as BtfDatasec);
    return found;
  }

  /**
   * The parameters and result of a function, or of the function that a typedef points to:
   * tracepoints of the kernel are typedefs such as `btf_trace_sched_process_fork`.
   */
  functionPrototype(name: string): BtfFunctionProto | undefined {
    const found = this.#find(name, 'function') ?? this.#find(name, 'typedef');
    if (found === undefined || !('type' in found)) return undefined;
    const target = this.resolve(found.type);
    const type = target.kind === 'pointer' ? this.resolve(target.type) : target;
    return type.kind === 'function-proto' ? type : undefined;
  }

  /** @internal */
  invalid(problem: string): SpoorError {
    return new SpoorError('BTF_INVALID', `${this.file}: ${problem}`, {
      remedy: brokenRemedy,
      details: { file: this.file },
    });
  }

  #text(offset: number): string {
    const whole = this.#wholeText;
    if (whole !== undefined && offset < whole.length) return whole.slice(offset, whole.indexOf('\0', offset));
    const end = offset < this.#strings.length ? this.#strings.indexOf(0, offset) : -1;
    if (end === -1) throw this.invalid(`there is no string at ${offset} of ${this.#strings.length}`);
    return this.#strings.toString('utf8', offset, end);
  }

  *#idsOf(...wanted: KindName[]): Iterable<number> {
    const { count, kinds } = this.#source;
    const numbers = wanted.map((kind) => kindNumbers[kind] as number);
    for (let id = 1; id < count; id++) if (numbers.includes(kinds[id] as number)) yield id;
  }

  /** Searches names without decoding any type but the one found. */
  #find(name: string, ...wanted: KindName[]): BtfType | undefined {
    const { count, kinds, names } = this.#source;
    const numbers = wanted.map((kind) => kindNumbers[kind] as number);
    const { whole, tails } = this.#nameOffsets(name);
    for (const offset of whole) {
      for (let id = names.indexOf(offset); id !== -1; id = names.indexOf(offset, id + 1)) {
        if (numbers.includes(kinds[id] as number)) return this.typeById(id);
      }
    }
    if (tails.size === 0) return undefined;
    for (let id = 1; id < count; id++) {
      if (numbers.includes(kinds[id] as number) && tails.has(names[id] as number)) return this.typeById(id);
    }
    return undefined;
  }

  /**
   * Every offset at which the string reads `name`: a linker may let one string be the tail of
   * another.
   */
  #nameOffsets(name: string): { readonly whole: readonly number[]; readonly tails: ReadonlySet<number> } {
    const whole: number[] = [];
    const tails = new Set<number>();
    if (name === '' || name.includes('\0')) return { whole, tails };
    const wanted = Buffer.from(`${name}\0`);
    for (let at = this.#strings.indexOf(wanted); at !== -1; at = this.#strings.indexOf(wanted, at + 1)) {
      if (this.#strings[at - 1] === 0) whole.push(at);
      else tails.add(at);
    }
    return { whole, tails };
  }
}
