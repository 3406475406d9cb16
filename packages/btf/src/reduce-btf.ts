import { btfMagic, extraSizes, headerSize, kinds } from './btf-format.js';
import type { RelocationTypes } from './relocation-types.js';

/** BTF as 32-bit words, which is what all of it but its strings consists of. */
interface Words {
  readonly words: Uint32Array;
  /** Words: where the first type begins, and where the last one ends. */
  readonly first: number;
  readonly end: number;
  readonly strings: Buffer;
}

const unknown = 255;
/** By kind: words that follow `struct btf_type` once, and per part. */
const once = new Uint8Array(32).fill(unknown);
const each = new Uint8Array(32);
for (const [kind, [ownBytes, partBytes]] of extraSizes.entries()) {
  if (kind !== 0) once[kind] = ownBytes / 4;
  each[kind] = partBytes / 4;
}

/**
 * Copies the types that relocations look up out of a kernel's BTF: the structs of these names with
 * the members of these names, and the types inside of those. Pointers lead to `void`. libbpf
 * compares each type of an object with each type of the kernel, more than 100,000. In a copy it
 * finds equal offsets at once.
 *
 * @param kernel raw BTF, aligned to 4 bytes
 * @returns raw BTF; undefined if a struct is missing, which may be one of a kernel module, or if
 *   `kernel` has a form that this function does not know
 *
 * @example
 * ```ts
 * const types = relocationTypes(readObject('trace.bpf.o'));
 * const reduced = types && reduceBtf(readFileSync(kernelBtfPath), types);
 * if (reduced !== undefined) writeFileSync('reduced.btf', reduced);
 * ```
 */
export function reduceBtf(kernel: Uint8Array, types: RelocationTypes): Uint8Array | undefined {
  const source = wordsOf(kernel);
  const index = source && indexTypes(source, types);
  if (index === undefined) return undefined;
  const copy = new Copy(source!, index.places, types.members);
  for (const id of index.found) copy.add(id);
  return copy.finish();
}

function wordsOf(bytes: Uint8Array): Words | undefined {
  if (bytes.byteOffset % 4 !== 0 || bytes.byteLength < headerSize) return undefined;
  const words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
  const [start, header, typesOffset, typesSize, stringsOffset, stringsSize] = words as unknown as number[];
  // The byte order, and the version, which is 1.
  if ((start! & 0xff_ffff) !== (0x1_0000 | btfMagic)) return undefined;
  const first = header! + typesOffset!;
  const end = first + typesSize!;
  const strings = header! + stringsOffset!;
  if (first % 4 !== 0 || end % 4 !== 0) return undefined;
  if (end > bytes.byteLength || strings + stringsSize! > bytes.byteLength) return undefined;
  return {
    words,
    first: first / 4,
    end: end / 4,
    strings: Buffer.from(bytes.buffer, bytes.byteOffset + strings, stringsSize),
  };
}

interface Index {
  /** By id: the word where the type begins; 0 for no type. */
  readonly places: Uint32Array;
  /** Ids of the structs that are looked for. */
  readonly found: readonly number[];
}

/** Undefined where a kind is unknown, or where one of the structs is missing. */
function indexTypes(source: Words, { structs, optional }: RelocationTypes): Index | undefined {
  const wanted = new Map<string, Set<number>>();
  for (const [name, of] of structs) wanted.set(name, new Set([...of].map((kind) => kinds[kind])));
  const places = new Uint32Array(Math.floor((source.end - source.first) / 3) + 1);
  const candidates = scanTypes(source, startsOf(structs.keys()), places);
  if (candidates === undefined) return undefined;
  const missing = new Set([...wanted.keys()].filter((name) => !optional.has(name)));
  const found = candidates.filter((id) => {
    const at = places[id]!;
    const name = textAt(source.strings, source.words[at]!);
    if (wanted.get(name)?.has(kindOf(source.words[at + 1]!)) !== true) return false;
    missing.delete(name);
    return true;
  });
  return missing.size === 0 ? { places, found } : undefined;
}

/**
 * Notes the place of each type. A loop so plain that V8 soon compiles it.
 *
 * @returns the ids of structs and unions whose names start as those that are looked for
 */
function scanTypes(source: Words, starts: Uint8Array, places: Uint32Array): readonly number[] | undefined {
  const { words, first, end, strings } = source;
  const onceOf = once;
  const eachOf = each;
  const candidates: number[] = [];
  let at = first;
  for (let id = 1; at < end; id++) {
    const info = words[at + 1]!;
    const kind = (info >>> 24) & 0x1f;
    const size = onceOf[kind]!;
    if (size === unknown) return undefined;
    places[id] = at;
    // Struct or union.
    if ((kind & 0x1e) === 4) {
      const name = words[at]!;
      // startOf, written out: a call takes longer than all else until V8 has compiled the loop.
      const start = strings[name]! ^ (strings[name + 1]! << 4) ^ (strings[name + 2]! << 8);
      if (starts[start] === 1) candidates.push(id);
    }
    at += 3 + size + eachOf[kind]! * (info & 0xffff);
  }
  return at === end ? candidates : undefined;
}

const kindOf = (info: number): number => (info >>> 24) & 0x1f;

/** Of three bytes: few other names have the number. */
const startOf = (strings: Uint8Array, offset: number): number =>
  strings[offset]! ^ (strings[offset + 1]! << 4) ^ (strings[offset + 2]! << 8);

/** 1 at the start of each name. Behind a name of one letter any byte can follow its NUL. */
function startsOf(names: Iterable<string>): Uint8Array {
  const starts = new Uint8Array(0x1_0000);
  for (const name of names) {
    const text = Buffer.from(`${name}\0\0`);
    for (let next = 0; next < (name.length > 1 ? 1 : 0x100); next++) {
      if (name.length === 1) text[2] = next;
      starts[startOf(text, 0)] = 1;
    }
  }
  return starts;
}

function textAt(strings: Buffer, offset: number): string {
  return offset === 0 ? '' : strings.toString('latin1', offset, strings.indexOf(0, offset));
}

const qualifiers: ReadonlySet<number> = new Set([
  kinds.typedef,
  kinds.volatile,
  kinds.const,
  kinds.restrict,
  kinds.typeTag,
]);
/** Longer chains of typedefs and qualifiers do not end. */
const maxChain = 32;
const voidPointer = -1;
const composite: ReadonlySet<number> = new Set([kinds.struct, kinds.union]);

/** The types of the copy, which get ids in the order in which they are first referred to. */
class Copy {
  readonly #source: Words;
  readonly #places: Uint32Array;
  readonly #members: ReadonlySet<string>;
  readonly #memberStarts: Uint8Array;
  readonly #ids = new Map<number, number>();
  /** Ids of the source, to be written in this order. */
  readonly #queue: number[] = [];
  readonly #types: number[] = [];
  readonly #strings = new Map<string, number>([['', 0]]);
  #stringsSize = 1;

  constructor(source: Words, places: Uint32Array, members: ReadonlySet<string>) {
    this.#source = source;
    this.#places = places;
    this.#members = members;
    this.#memberStarts = startsOf(members);
  }

  /** Returns the id in the copy of a type of the source. */
  add(id: number): number {
    const target = this.#resolve(id);
    if (target === 0) return 0;
    const key = this.#kindOf(target) === kinds.pointer ? voidPointer : target;
    let own = this.#ids.get(key);
    if (own === undefined) {
      this.#queue.push(key);
      own = this.#queue.length;
      this.#ids.set(key, own);
    }
    return own;
  }

  finish(): Uint8Array {
    // The queue grows meanwhile.
    for (const id of this.#queue) this.#write(id);
    const strings = Buffer.from(`${[...this.#strings.keys()].join('\0')}\0`, 'latin1');
    const types = Uint32Array.from(this.#types);
    const bytes = new Uint8Array(headerSize + types.byteLength + strings.length);
    const header = [0x1_0000 | btfMagic, headerSize, 0, types.byteLength, types.byteLength, strings.length];
    new Uint32Array(bytes.buffer, 0, 6).set(header);
    bytes.set(new Uint8Array(types.buffer), headerSize);
    bytes.set(strings, headerSize + types.byteLength);
    return bytes;
  }

  /** Resolves typedefs and qualifiers, which do not move a field; 0 for void and broken types. */
  #resolve(id: number): number {
    let target = id;
    for (let steps = 0; steps < maxChain; steps++) {
      if (!qualifiers.has(this.#kindOf(target))) return this.#kindOf(target) === 0 ? 0 : target;
      target = this.#source.words[this.#places[target]! + 2]!;
    }
    return 0;
  }

  #kindOf(id: number): number {
    const place = this.#places[id] ?? 0;
    return place === 0 ? 0 : kindOf(this.#source.words[place + 1]!);
  }

  #write(id: number): void {
    const out = this.#types;
    if (id === voidPointer) {
      out.push(0, kinds.pointer << 24, 0);
      return;
    }
    const { words } = this.#source;
    const at = this.#places[id]!;
    const info = words[at + 1]!;
    const kind = kindOf(info);
    const name = this.#name(words[at]!);
    if (composite.has(kind)) {
      this.#writeStruct(at, name);
    } else if (kind === kinds.array) {
      out.push(0, info, 0, this.add(words[at + 3]!), this.add(words[at + 4]!), words[at + 5]!);
    } else if (kind === kinds.int) {
      out.push(name, info, words[at + 2]!, words[at + 3]!);
    } else {
      // Enums without values, floats, forward declarations. Functions only occur as pointers.
      out.push(name, (info & 0xff00_0000) >>> 0, words[at + 2]!);
    }
  }

  #writeStruct(at: number, ownName: number): void {
    const { words, strings } = this.#source;
    const starts = this.#memberStarts;
    const out = this.#types;
    const info = words[at + 1]!;
    const start = out.push(ownName, 0, words[at + 2]!) - 2;
    let count = 0;
    for (let part = 0; part < (info & 0xffff); part++) {
      const member = at + 3 + 3 * part;
      const name = words[member]!;
      const type = words[member + 1]!;
      if (name === 0 ? !composite.has(this.#kindOf(type)) : starts[startOf(strings, name)] === 0) continue;
      const text = textAt(strings, name);
      if (name !== 0 && !this.#members.has(text)) continue;
      out.push(this.#string(text), this.add(type), words[member + 2]!);
      count++;
    }
    out[start] = ((info & 0xffff_0000) | count) >>> 0;
  }

  #name(offset: number): number {
    return this.#string(textAt(this.#source.strings, offset));
  }

  #string(text: string): number {
    const known = this.#strings.get(text);
    if (known !== undefined) return known;
    const offset = this.#stringsSize;
    this.#strings.set(text, offset);
    this.#stringsSize += text.length + 1;
    return offset;
  }
}
