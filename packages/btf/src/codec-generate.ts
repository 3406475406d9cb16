import { paddingOf, rootName } from './codec-fields.js';
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
import type { ArrayLayout, Layout, StructLayout } from './layout.js';

/** The memory operations of a codec. */
export interface RawCodec {
  read(view: DataView, offset?: number): unknown;
  readInto(view: DataView, offset: number, target: unknown): unknown;
  write(view: DataView, offset: number, value: unknown): void;
}

/**
 * True if V8 reads and writes the bigints of a DataView inline, as on Node 24 and 26. Before, each
 * is a call, and two words through the arrays below are quicker. Little-endian machines only.
 */
const bigintsInline = Number.parseInt(process.versions.v8, 10) >= 13;
const big = new BigUint64Array(new ArrayBuffer(8));
const signedBig = new BigInt64Array(big.buffer);
const half = new Uint32Array(big.buffer);

const helpers = { big, signedBig, half, readChars, readBytes, putChars, putBytes, putZeros, failValue };

/**
 * A codec as straight-line JavaScript, bounds checked. Codecs share no function, because V8 inlines
 * neither of two codecs behind one call. Each function is short, because V8 does not inline a long
 * one. The layout is valid, so its numbers are numbers. Names come from an object file and reach
 * the text only as JSON strings.
 *
 * Throws EvalError where code generation is forbidden.
 */
export function generateCodec(layout: Layout): RawCodec {
  const names = ['failBounds', ...Object.keys(helpers)];
  const outside = (view: DataView, offset: number) => failBounds(view, offset, layout);
  return new Function(...names, codecSource(layout))(outside, ...Object.values(helpers));
}

function codecSource(layout: Layout): string {
  const plain = texts(layout, false);
  const words = bigintsInline ? plain : texts(layout, true);
  const { size } = layout;
  const functions = words.read === plain.read ? bySize(plain, size) : byWordsOrSize(words, plain, size);
  return `"use strict";${functions}
return {read,readInto,write};`;
}

/** `length` is inline where `byteLength` is a call: before Node 24. */
const inWords = (size: number) => `w!==undefined&&o+${size}<=8*w.length`;
const inBytes = (size: number) => `o+${size}<=v.byteLength`;

function bySize({ read, fill, write }: Texts, size: number): string {
  const check = `const w=v.words;if(!(o>=0&&(${inWords(size)}||${inBytes(size)})))failBounds(v,o);`;
  return `
function read(v,o=0){${check}${read}}
function readInto(v,o,t){${check}${fill}}
function write(v,o,x){${check}${write}}`;
}

/** Those by words are for what lies in the words of a `WordView`. */
function byWordsOrSize(words: Texts, plain: Texts, size: number): string {
  const check = `if(!(o>=0&&${inBytes(size)}))failBounds(v,o);`;
  const choose = (quick: string, other: string) =>
    `{const w=v.words;return (o>>>0)===o&&(o&7)===0&&${inWords(size)}?${quick}:${other}}`;
  return `
function readWords(v,o,w,p){${words.read}}
function fillWords(v,o,w,p,t){${words.fill}}
function writeWords(v,o,w,p,x){${words.write}}
function readPlain(v,o){${check}${plain.read}}
function fillPlain(v,o,t){${check}${plain.fill}}
function writePlain(v,o,x){${check}${plain.write}}
function read(v,o=0)${choose('readWords(v,o,w,o>>>3)', 'readPlain(v,o)')}
function readInto(v,o,t)${choose('fillWords(v,o,w,o>>>3,t)', 'fillPlain(v,o,t)')}
function write(v,o,x)${choose('writeWords(v,o,w,o>>>3,x)', 'writePlain(v,o,x)')}`;
}

/** The bodies of the three functions, without their checks of bounds. */
type Texts = Readonly<Record<'read' | 'fill' | 'write', string>>;

function texts(layout: Layout, byWords: boolean): Texts {
  const reader = new Emitter(byWords);
  const result = reader.read(layout, start);
  const filler = new Emitter(byWords);
  if (layout.kind === 'struct') filler.fill(layout, start, 't');
  const writer = new Emitter(byWords);
  writer.write(layout, start, { value: 'x', path: JSON.stringify(rootName(layout)) });
  return {
    read: `${reader.text}return ${result};`,
    fill: layout.kind === 'struct' ? `${filler.text}return t;` : 'return read(v,o);',
    write: writer.text,
  };
}

/** A place in the view: a variable, and a constant distance from it. */
interface Place {
  readonly base: string;
  readonly offset: number;
}

/**
 * A value to write: the variable that holds it, and a JavaScript expression of its name for errors.
 */
interface Source {
  readonly value: string;
  readonly path: string;
}

const start: Place = { base: 'o', offset: 0 };
const at = (place: Place): string => (place.offset === 0 ? place.base : `${place.base}+${place.offset}`);
const later = (place: Place, distance: number): Place => ({
  base: place.base,
  offset: place.offset + distance,
});

class Emitter {
  text = '';
  private names = 0;
  /**
   * True if the code declares `w` and `p`, the words of the view and the index of the first one.
   */
  private readonly byWords: boolean;

  constructor(byWords: boolean) {
    this.byWords = byWords;
  }

  private fresh(prefix: string): string {
    return prefix + this.names++;
  }

  /** An expression of the value; statements that it needs first go to the text. */
  read(layout: Layout, place: Place): string {
    switch (layout.kind) {
      case 'struct':
        return this.readStruct(layout, place);
      case 'array':
        return this.readArray(layout, place);
      case 'chars':
        return `readChars(v,${at(place)},${layout.size})`;
      case 'bytes':
      case 'union':
        return `readBytes(v,${at(place)},${layout.size})`;
      case 'bool':
        return `v.getUint8(${at(place)})!==0`;
      default:
        return this.readInteger(place, layout.size, isSigned(layout));
    }
  }

  private readInteger(place: Place, size: number, signed: boolean): string {
    if (!this.byWords || !isWord(place, size)) return integerRead(place, size, signed);
    return signed ? `BigInt.asIntN(64,${wordAt(place)})` : wordAt(place);
  }

  private readStruct(layout: StructLayout, place: Place): string {
    const names = fieldNames(layout);
    const fields = layout.fields.map(
      (field, index) =>
        `${JSON.stringify(names[index])}:${this.read(field.layout, later(place, field.offset))}`,
    );
    return `{${fields.join(',')}}`;
  }

  private readArray(layout: ArrayLayout, place: Place): string {
    const array = this.fresh('a');
    this.text += `const ${array}=[];`;
    this.loop(layout, place, (element) => {
      const value = this.read(layout.element, element);
      this.text += `${array}.push(${value});`;
    });
    return array;
  }

  /** Assigns the fields of `target`, those of nested structs in place. */
  fill(layout: StructLayout, place: Place, target: string): void {
    const names = fieldNames(layout);
    layout.fields.forEach((field, index) => {
      const member = `${target}[${JSON.stringify(names[index])}]`;
      if (field.layout.kind === 'struct') {
        const inner = this.fresh('t');
        this.text += `const ${inner}=${member};`;
        this.fill(field.layout, later(place, field.offset), inner);
      } else {
        const value = this.read(field.layout, later(place, field.offset));
        this.text += `${member}=${value};`;
      }
    });
  }

  write(layout: Layout, place: Place, source: Source): void {
    const x = source.value;
    switch (layout.kind) {
      case 'struct':
        return this.writeStruct(layout, place, source);
      case 'array':
        return this.writeArray(layout, place, source);
      case 'chars':
        return this.refuse(`!putChars(v,${at(place)},${layout.size},${x})`, layout, source);
      case 'bytes':
      case 'union':
        return this.refuse(`!putBytes(v,${at(place)},${layout.size},${x})`, layout, source);
      case 'bool':
        this.refuse(`typeof ${x}!=="boolean"`, layout, source);
        this.text += `v.setUint8(${at(place)},${x}?1:0);`;
        return;
      default:
        this.refuse(notAnInteger(x, layout.size * 8, isSigned(layout)), layout, source);
        this.text +=
          this.byWords && isWord(place, layout.size)
            ? `${wordAt(place)}=${x};`
            : integerWrite(place, layout.size, x);
    }
  }

  private refuse(condition: string, layout: Layout, source: Source): void {
    const expected = JSON.stringify(describeExpected(layout));
    this.text += `if(${condition})failValue(${source.value},${expected},${source.path});`;
  }

  private writeStruct(layout: StructLayout, place: Place, source: Source): void {
    const x = source.value;
    const names = fieldNames(layout);
    this.refuse(`typeof ${x}!=="object"||${x}===null`, layout, source);
    for (const gap of paddingOf(layout)) this.text += zeros(later(place, gap.offset), gap.size);
    layout.fields.forEach((field, index) => {
      const name = names[index] as string;
      const value = this.fresh('x');
      this.text += `const ${value}=${x}[${JSON.stringify(name)}];`;
      const path = `${source.path}+${JSON.stringify(`.${name}`)}`;
      this.write(field.layout, later(place, field.offset), { value, path });
    });
  }

  private writeArray(layout: ArrayLayout, place: Place, source: Source): void {
    const x = source.value;
    this.refuse(`!Array.isArray(${x})||${x}.length!==${layout.length}`, layout, source);
    this.loop(layout, place, (element, index) => {
      const value = this.fresh('x');
      this.text += `const ${value}=${x}[${index}];`;
      this.write(layout.element, element, { value, path: `${source.path}+"["+${index}+"]"` });
    });
  }

  private loop(layout: ArrayLayout, place: Place, body: (element: Place, index: string) => void): void {
    const index = this.fresh('i');
    const base = this.fresh('p');
    this.text += `for(let ${index}=0;${index}<${layout.length};${index}++){`;
    this.text += `const ${base}=${at(place)}+${index}*${layout.element.size};`;
    body({ base, offset: 0 }, index);
    this.text += '}';
  }
}

const isSigned = (layout: Layout) => 'signed' in layout && layout.signed;

/** True if the field is a whole word of a word view that begins at a word. */
const isWord = ({ base, offset }: Place, size: number) => size === 8 && base === 'o' && offset % 8 === 0;
const wordAt = ({ offset }: Place) => `w[p+${offset / 8}]`;

function integerRead(place: Place, size: number, signed: boolean): string {
  const sign = signed ? 'Int' : 'Uint';
  if (size < 8) return `v.get${sign}${size * 8}(${at(place)},true)`;
  if (bigintsInline) return `v.getBig${sign}64(${at(place)},true)`;
  const halves = `half[0]=v.getUint32(${at(place)},true),half[1]=v.getUint32(${at(later(place, 4))},true)`;
  return `(${halves},${signed ? 'signedBig' : 'big'}[0])`;
}

function integerWrite(place: Place, size: number, x: string): string {
  if (size < 8) return `v.setUint${size * 8}(${at(place)},${x},true);`;
  if (bigintsInline) return `v.setBigUint64(${at(place)},${x},true);`;
  return `big[0]=${x};v.setUint32(${at(place)},half[0],true);v.setUint32(${at(later(place, 4))},half[1],true);`;
}

function notAnInteger(x: string, bits: number, signed: boolean): string {
  if (bits === 64) return `typeof ${x}!=="bigint"||BigInt.as${signed ? 'Int' : 'Uint'}N(64,${x})!==${x}`;
  const wrapped = signed ? `${x}<<${32 - bits}>>${32 - bits}` : `${x}<<${32 - bits}>>>${32 - bits}`;
  return `typeof ${x}!=="number"||(${wrapped})!==${x}`;
}

/** Few bytes are cheaper to set one by one than to make a typed array for. */
function zeros(place: Place, size: number): string {
  if (size > 8) return `putZeros(v,${at(place)},${size});`;
  let text = '';
  for (let done = 0; done < size; ) {
    const step = size - done >= 4 ? 4 : size - done >= 2 ? 2 : 1;
    text += `v.setUint${step * 8}(${at(later(place, done))},0,true);`;
    done += step;
  }
  return text;
}
