import { isWide } from '../view/field-reader.js';
import type { EventField, EventShape } from '../view/layouts.js';
import type { EventMemory } from '../view/memory.js';
import { lastWord } from '../view/text.js';
import type { EventView } from '../view/view.js';
import { harmless } from './harmless.js';
import { addHeaderNotes, headOf, type LineContext, lineOf } from './line.js';
import { type LineBuffer, type Literal, literal } from './line-buffer.js';
import { LineTimes } from './time.js';

/**
 * Offsets in the event header, in 32-bit words: those of the fields that a line shows, and all
 * others.
 */
interface HeaderWords {
  readonly time: number;
  readonly cpu: number;
  readonly tid: number;
  readonly exe: number;
  /** Undefined in the layouts of versions that did not record it. */
  readonly container: number | undefined;
  /** That of the kind and the flags. */
  readonly kind: number;
  readonly others: readonly number[];
  /** The texts of processes, by their headers. */
  readonly processes: (ProcessText | undefined)[];
}

/** The text of a process, with the words and the binary of its records. */
interface ProcessText {
  readonly words: Uint32Array;
  readonly exe: PartBytes;
  readonly container: PartBytes;
  /** `,"tgid":… "origin":"…",` */
  readonly text: Uint8Array;
  /** `}`, with what was not UTF-8 or whole before it. */
  readonly end: Literal;
}

/** The bytes of a variable part. */
interface PartBytes {
  readonly length: number;
  readonly words: Int32Array;
  /** The last bytes, which fill no word. */
  readonly tail: number;
}

interface KindText {
  /** `{"event":"open",` */
  readonly begin: Literal;
  /** `"flags":[…],"data":` */
  readonly flags: Literal;
}

const SLOT_BITS = 8;
/** Kinds and flags that come are a few dozen; a file may say anything. */
const mostKinds = 1024;

const cpuText = literal('","cpu":');

/**
 * Lines of JSON, without the objects and the strings in between. Events come in runs of one
 * process: what lines say of it is made once, and said again of records whose header and binary are
 * the same, byte for byte. It is kept of 256 processes at most.
 */
export class LineWriter {
  readonly #context: LineContext;
  readonly #times: LineTimes;
  readonly #headers = new Map<EventShape, HeaderWords | undefined>();
  /** By the contents of the header: all kinds have an equal one, unless a file differs. */
  readonly #shared = new Map<string, HeaderWords | undefined>();
  readonly #kinds = new Map<number, KindText>();
  #shape: EventShape | undefined;
  #header: HeaderWords | undefined;

  constructor(context: LineContext) {
    this.#context = context;
    this.#times = new LineTimes(context.given.clockOffsetNs);
  }

  /** Adds what `JSON.stringify` makes of the view's line, made harmless. */
  write(view: EventView, out: LineBuffer): void {
    const header = this.#headerOf(view._shape);
    if (header === undefined) return out.add(harmless(JSON.stringify(lineOf(view, this.#context))));
    const { u32 } = view._memory;
    const at = view._offset >>> 2;
    const kind = this.#kindText(view, u32[at + header.kind]!);
    const process = this.#processText(view, header);
    out._literal(kind.begin);
    this.#times.write(out, u32[at + header.time]!, u32[at + header.time + 1]!);
    out._literal(cpuText);
    out._decimal(u32[at + header.cpu]!);
    out._bytes(process.text);
    out._literal(kind.flags);
    this.#context.dataOf(view._shape).write(view, out);
    out._literal(process.end);
  }

  #headerOf(shape: EventShape): HeaderWords | undefined {
    if (shape === this.#shape) return this.#header;
    if (!this.#headers.has(shape)) this.#headers.set(shape, this.#sharedHeader(shape));
    this.#shape = shape;
    this.#header = this.#headers.get(shape);
    return this.#header;
  }

  #sharedHeader(shape: EventShape): HeaderWords | undefined {
    const key = headerKey(shape);
    if (!this.#shared.has(key)) this.#shared.set(key, headerWords(shape));
    return this.#shared.get(key);
  }

  #kindText(view: EventView, word: number): KindText {
    const known = this.#kinds.get(word);
    if (known !== undefined) return known;
    const { event, flags } = headOf(view, this.#context);
    const made = {
      begin: literal(`{${members({ event })},`),
      flags: literal(`${members({ flags })},"data":`),
    };
    if (this.#kinds.size >= mostKinds) this.#kinds.clear();
    this.#kinds.set(word, made);
    return made;
  }

  #processText(view: EventView, header: HeaderWords): ProcessText {
    const { _memory: memory, _offset: offset } = view;
    const tid = memory.u32[(offset >>> 2) + header.tid]!;
    const slot = Math.imul(tid, 0x45d9f3b) >>> (32 - SLOT_BITS);
    const known = header.processes[slot];
    if (known !== undefined && isOf(known, memory, offset, header)) return known;
    const made = processText(view, header, this.#context);
    header.processes[slot] = made;
    return made;
  }
}

function headerKey({ fields, absent, sizeOffset, kindOffset }: EventShape): string {
  const inHeader = ({ role }: EventField) => role === 'header';
  return JSON.stringify([fields.filter(inHeader), absent.filter(inHeader), sizeOffset, kindOffset]);
}

/**
 * Undefined for a layout, of an old recording say, whose times and numbers lie or read in another
 * way.
 */
function headerWords({ fields, sizeOffset, kindOffset }: EventShape): HeaderWords | undefined {
  const inHeader = fields.filter(({ role }) => role === 'header');
  const find = (name: string) => inHeader.find((field) => field.name === name);
  const [time, cpu, tid, flags, exe] = ['timeNs', 'cpu', 'tid', 'headerFlags', 'exe'].map(find);
  const container = find('container');
  const kind = kindOffset >>> 2;
  if (time === undefined || !isWide(time) || !isWord(cpu) || !isWord(tid) || exe?.variable !== true)
    return undefined;
  if (container?.variable === false) return undefined;
  if (flags === undefined || flags.offset >>> 2 !== kind || flags.layout.size !== 2) return undefined;
  const words = {
    time: time.offset >>> 2,
    cpu: cpu.offset >>> 2,
    tid: tid.offset >>> 2,
    exe: exe.offset >>> 2,
    container: container && container.offset >>> 2,
    kind,
  };
  const { time: timeWord, cpu: cpuWord, exe: exeWord, container: containerWord } = words;
  const apart = new Set([sizeOffset >>> 2, timeWord, timeWord + 1, cpuWord, exeWord, containerWord, kind]);
  const end = Math.max(...inHeader.map(({ offset, layout }) => offset + layout.size));
  const all = Array.from({ length: (end + 3) >>> 2 }, (_, word) => word);
  const processes = new Array<undefined>(2 ** SLOT_BITS).fill(undefined);
  return { ...words, others: all.filter((word) => !apart.has(word)), processes };
}

function isWord(field: EventField | undefined): field is EventField {
  if (field === undefined) return false;
  const { layout, offset, readAs } = field;
  return (
    layout.kind === 'int' && !layout.signed && layout.size === 4 && offset % 4 === 0 && readAs === undefined
  );
}

/** Returns true if the text fits the process of a record. */
function isOf(known: ProcessText, memory: EventMemory, offset: number, header: HeaderWords): boolean {
  const { u32 } = memory;
  const { words } = known;
  const { others, container } = header;
  const at = offset >>> 2;
  for (let index = 0; index < others.length; index++)
    if (u32[at + others[index]!] !== words[index]) return false;
  if (container !== undefined && !isPart(known.container, memory, offset, u32[at + container]!)) return false;
  return isPart(known.exe, memory, offset, u32[at + header.exe]!);
}

/** Returns true if the part of a record at this place has the bytes. */
function isPart(known: PartBytes, memory: EventMemory, offset: number, place: number): boolean {
  const { length, words, tail } = known;
  if (place >>> 16 !== length) return false;
  const start = offset + (place & 0xffff);
  for (let index = 0; index < words.length; index++)
    if (memory.view.getInt32(start + 4 * index, true) !== words[index]) return false;
  return lastWord(memory, start + 4 * words.length, length & 3) === tail;
}

function partBytes(memory: EventMemory, offset: number, place: number): PartBytes {
  const length = place >>> 16;
  const start = offset + (place & 0xffff);
  const words = new Int32Array(length >>> 2);
  for (let index = 0; index < words.length; index++)
    words[index] = memory.view.getInt32(start + 4 * index, true);
  return { length, words, tail: lastWord(memory, start + 4 * words.length, length & 3) };
}

function processText(view: EventView, header: HeaderWords, context: LineContext): ProcessText {
  const { _memory: memory, _offset: offset } = view;
  const at = offset >>> 2;
  const words = new Uint32Array(header.others.length);
  for (const [index, word] of header.others.entries()) words[index] = memory.u32[at + word]!;
  const head = headOf(view, context);
  const { tgid, tid, ppid, uid, comm, exe, cgroupId, container, startTimeNs } = head;
  const { processId, parentProcessId, scopes, origin } = head;
  const process = {
    tgid,
    tid,
    ppid,
    uid,
    comm,
    exe,
    cgroupId,
    container,
    startTimeNs,
    processId,
    parentProcessId,
    scopes,
    origin,
  };
  const noted = {};
  addHeaderNotes(noted, view, head);
  const notes = members(noted);
  return {
    words,
    exe: partBytes(memory, offset, memory.u32[at + header.exe]!),
    container: partBytes(
      memory,
      offset,
      header.container === undefined ? 0 : memory.u32[at + header.container]!,
    ),
    text: Buffer.from(`,${members(process)},`),
    end: literal(notes === '' ? '}' : `,${notes}}`),
  };
}

/** Of an object's text, what is between the braces. */
function members(part: object): string {
  return harmless(JSON.stringify(part)).slice(1, -1);
}
