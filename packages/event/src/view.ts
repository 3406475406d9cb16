import { inspect } from 'node:util';
import { compileCodec, SpoorError } from '@spoor/btf';
import type { EventField, EventShape } from './layouts.js';
import type { MatchedScopes } from './line.js';
import { type EventMemory, eventMemory } from './memory.js';
import { charsLength, readName, readText } from './text.js';

/** What a view asks of the decoder that made it. */
export interface ViewOwner {
  own(view: EventView): EventView;
  line(view: EventView): object;
  scopeNames(matched: MatchedScopes): string[];
  originName(number: number): string;
}

/** What a view is set to once its record is gone: every access throws. */
const expired = {} as EventMemory;
for (const name of ['u8', 'u32', 'view', 'text'])
  Object.defineProperty(expired, name, {
    get() {
      throw new SpoorError('VIEW_EXPIRED', 'An event was used after the call that it was lent to', {
        remedy: 'Keep event.copy() or event.toObject() instead of the event.',
      });
    },
  });

const nowhere = eventMemory({
  u8: new Uint8Array(0),
  u32: new Uint32Array(0),
  view: new DataView(new ArrayBuffer(0)),
});

/** The bytes that one variable part has, and had. */
interface Part {
  readonly start: number;
  readonly length: number;
  readonly fullLength: number;
}

/**
 * What the events of all kinds share; the fields themselves are getters of the class made for each layout. A field
 * is decoded when it is read, every time it is read.
 */
export abstract class EventView {
  declare readonly kind: string;
  /** @internal */
  declare readonly shape: EventShape;
  // biome-ignore lint/style/useReadonlyClassProperties: the static methods below reassign it
  #memory = nowhere;
  // biome-ignore lint/style/useReadonlyClassProperties: the same
  #offset = 0;
  readonly #owner: ViewOwner;

  constructor(owner: ViewOwner) {
    this.#owner = owner;
  }

  /** Bytes of the whole record. */
  get size(): number {
    return this.#memory.u32[(this.#offset + this.shape.sizeOffset) >>> 2]!;
  }

  /** The record itself, as the kernel wrote it: in place, with the lifetime of the event. */
  get raw(): Uint8Array {
    return this.#memory.u8.subarray(this.#offset, this.#offset + this.size);
  }

  /** Names of the scopes that matched, in the order of their bits; `#n` for one without a name. */
  get scopes(): string[] {
    const field = this.#field('matchedScopes');
    const { view } = this.#memory;
    const at = this.#offset + field.offset;
    const { scopesVersion: version } = this as unknown as { readonly scopesVersion: number };
    return this.#owner.scopeNames({
      lo: view.getUint32(at, true),
      hi: view.getUint32(at + 4, true),
      version,
    });
  }

  /** The bytes of a text or bytes field: in place, with the lifetime of the event. */
  bytes(name: string): Uint8Array {
    const field = this.#field(name);
    const at = this.#offset + field.offset;
    if (this.shape.absent.includes(field)) return new Uint8Array(0);
    if (field.variable) {
      const { start, length } = this.#part(at);
      return this.#memory.u8.subarray(start, start + length);
    }
    const size =
      field.layout.kind === 'chars' ? charsLength(this.#memory, at, field.layout.size) : field.layout.size;
    return this.#memory.u8.subarray(at, at + size);
  }

  /** Whether a variable part has fewer bytes than there were. */
  isTruncated(name: string): boolean {
    const { length, fullLength } = this.#variable(name);
    return fullLength > length;
  }

  /** Bytes that a variable part had; where that cannot be known, the least that it can have had. */
  fullLength(name: string): number {
    return this.#variable(name).fullLength;
  }

  /** A 64-bit field as a number where that is exact, else as a bigint. */
  exact(name: string): number | bigint {
    const value = (this as unknown as Record<string, unknown>)[name];
    if (typeof value !== 'bigint') throw this.#unknown(name, '64-bit field');
    return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value;
  }

  /** The same event with memory of its own, which shares a block of 64 KiB with others. */
  copy(): this {
    return this.#owner.own(this) as this;
  }

  /** The object that the JSON output has a line of: see `EventLine`. */
  toJSON(): object {
    return this.#owner.line(this);
  }

  [inspect.custom](): unknown {
    return this.#memory === expired ? `[expired ${this.kind} event]` : this.toObject();
  }

  /** All fields, decoded, in an object of its own. */
  abstract toObject(): object;

  /** Moves the view; for the decoder, which has checked the record. */
  static place(view: EventView, memory: EventMemory, offset: number): void {
    view.#memory = memory;
    view.#offset = offset;
  }

  static expire(view: EventView): void {
    view.#memory = expired;
  }

  static memoryOf(view: EventView): EventMemory {
    return view.#memory;
  }

  static offsetOf(view: EventView): number {
    return view.#offset;
  }

  /** Gives a class the getter of one field. The closures keep the constants: as fast as generated code. */
  static define(prototype: EventView, field: EventField, list: boolean): void {
    const read = EventView.#getter(field, list);
    const convert = field.readAs && { number: Number, bigint: BigInt }[field.readAs];
    const get = convert
      ? function (this: EventView) {
          return convert(read.call(this) as number);
        }
      : read;
    Object.defineProperty(prototype, field.name, { get, configurable: true });
    if (!isWide(field) || field.offset % 4 !== 0) return;
    const word = field.offset >>> 2;
    for (const [half, at] of [
      ['Lo', word],
      ['Hi', word + 1],
    ] as const)
      Object.defineProperty(prototype, field.name + half, {
        get(this: EventView) {
          return this.#memory.u32[(this.#offset >>> 2) + at]!;
        },
      });
  }

  static #getter(
    { name, offset, layout, role, variable }: EventField,
    list: boolean,
  ): (this: EventView) => unknown {
    const word = offset >>> 2;
    if (variable && list)
      return function () {
        const { start, length } = this.#part(this.#offset + offset);
        return splitTexts(this.#memory, start, start + length);
      };
    if (variable)
      return function () {
        const { u32 } = this.#memory;
        const place = u32[(this.#offset >>> 2) + word]!;
        return readText(this.#memory, this.#offset + (place & 0xffff), place >>> 16);
      };
    if (role === 'header' && name === 'origin')
      return function () {
        return this.#owner.originName(this.#memory.u8[this.#offset + offset]!);
      };
    if (layout.kind === 'chars' && layout.size === 16 && offset % 4 === 0)
      return function () {
        return readName(this.#memory, this.#offset + offset);
      };
    if (layout.kind === 'chars')
      return function () {
        const at = this.#offset + offset;
        return readText(this.#memory, at, charsLength(this.#memory, at, layout.size));
      };
    if (layout.kind === 'bytes')
      return function () {
        const at = this.#offset + offset;
        return this.#memory.u8.slice(at, at + layout.size);
      };
    const unsigned = (layout.kind === 'int' || layout.kind === 'enum') && !layout.signed;
    if (unsigned && layout.size === 4 && offset % 4 === 0)
      return function () {
        return this.#memory.u32[(this.#offset >>> 2) + word]!;
      };
    if (unsigned && layout.size === 8 && offset % 4 === 0) {
      // Start times, cgroups and scopes repeat: the same bigint again costs a tenth of a new one.
      let lastLo = 0;
      let lastHi = 0;
      let last = 0n;
      return function () {
        const { u32 } = this.#memory;
        const at = (this.#offset >>> 2) + word;
        const lo = u32[at]!;
        const hi = u32[at + 1]!;
        if (lo === lastLo && hi === lastHi) return last;
        lastLo = lo;
        lastHi = hi;
        last = this.#memory.view.getBigUint64(this.#offset + offset, true);
        return last;
      };
    }
    const codec = compileCodec(layout);
    return function () {
      return codec.read(this.#memory.view, this.#offset + offset);
    };
  }

  #part(at: number): Part {
    const { view } = this.#memory;
    return {
      start: this.#offset + view.getUint16(at, true),
      length: view.getUint16(at + 2, true),
      fullLength: view.getUint32(at + 4, true),
    };
  }

  #variable(name: string): Part {
    const field = this.#field(name);
    if (!field.variable) throw this.#unknown(name, 'variable part');
    return this.shape.absent.includes(field) ? noPart : this.#part(this.#offset + field.offset);
  }

  #field(name: string): EventField {
    const called = (candidate: EventField) => candidate.name === name;
    const field = this.shape.fields.find(called) ?? this.shape.absent.find(called);
    if (field === undefined) throw this.#unknown(name, 'field');
    return field;
  }

  #unknown(name: string, what: string): SpoorError {
    return new SpoorError('INVALID_VALUE', `the event ${this.kind} has no ${what} ${name}`);
  }
}

function isWide({ layout }: EventField): boolean {
  return layout.size === 8 && (layout.kind === 'int' || layout.kind === 'pointer');
}

function splitTexts(memory: EventMemory, start: number, end: number): string[] {
  const texts: string[] = [];
  let from = start;
  for (let index = start; index < end; index++) {
    if (memory.u8[index] !== 0) continue;
    texts.push(readText(memory, from, index - from));
    from = index + 1;
  }
  if (from < end) texts.push(readText(memory, from, end - from));
  return texts;
}

const noPart: Part = { start: 0, length: 0, fullLength: 0 };

export function fieldsOf(view: EventView): readonly EventField[] {
  return view.shape.fields;
}
