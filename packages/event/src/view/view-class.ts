import {
  absentValue,
  type FieldReader,
  fieldReader,
  isWide,
  type ReaderOptions,
  readerOfWord,
  wordOf,
} from './field-reader.js';
import type { EventField, EventShape } from './layouts.js';
import type { EventMemory } from './memory.js';
import { EventView, type ViewOwner } from './view.js';

export type ViewClass = new () => EventView;

/** A name that views have, and how it is read. */
interface Entry {
  readonly name: string;
  readonly read: FieldReader;
  /**
   * Of what is one word of the record, which: generated code reads it itself, which is quicker
   * before it is optimised.
   */
  readonly word?: number | undefined;
  /** `field`: what `toObject` takes. `header`: what a line begins with. */
  readonly takenBy: readonly ('field' | 'header')[];
}

export interface ViewClassOptions extends ReaderOptions {
  readonly owner: ViewOwner;
  /**
   * False tests what runs where no code may be generated. Default: generate where the process may.
   */
  readonly generate?: boolean;
}

/**
 * The class of an event's views.
 *
 * Its code is generated where the process may generate code, so that the engine optimises each kind
 * by itself: with code that all kinds share, each access would have to find out first whose it is,
 * at 20 ns and more. The generated code reads plain words and passes all else on; how a field is
 * read is written once, in `field-reader`. Names in it were held to `[A-Za-z][A-Za-z0-9_]*`
 * (`eventShapes`): layouts can come from a file.
 */
export function viewClass(shape: EventShape, options: ViewClassOptions): ViewClass {
  const entries = entriesOf(shape, options);
  const View = (options.generate !== false && generateClass(entries)) || closureClass(entries);
  // On the prototype, where the engine takes them for the constants that they are.
  const constants = { kind: shape.kind, _shape: shape, _owner: options.owner };
  for (const [name, value] of Object.entries(constants))
    Object.defineProperty(View.prototype, name, { value });
  return View;
}

function entriesOf(shape: EventShape, options: ReaderOptions): Entry[] {
  const entries: Entry[] = [];
  for (const field of shape.fields) {
    const header = field.role === 'header';
    const read = fieldReader(field, options);
    const halves = halvesReaders(field, read);
    const takenBy = header && halves === undefined ? (['field', 'header'] as const) : (['field'] as const);
    entries.push({ name: field.name, read, word: wordOf(field), takenBy });
    for (const [half, reader] of Object.entries(halves ?? {}))
      entries.push({ name: field.name + half, ...reader, takenBy: header ? ['header'] : [] });
  }
  for (const field of shape.absent) {
    const value = absentValue(field, options);
    const wide = typeof value === 'bigint';
    const header = field.role === 'header';
    entries.push({
      name: field.name,
      read: () => value,
      takenBy: header && !wide ? ['field', 'header'] : ['field'],
    });
    if (!wide) continue;
    for (const half of ['Lo', 'Hi'])
      entries.push({ name: field.name + half, read: () => 0, takenBy: header ? ['header'] : [] });
  }
  const parts = shape.fields.filter(({ variable }) => variable).map(({ offset }) => offset >>> 2);
  entries.push({ name: 'isWhole', read: wholeReader(parts), takenBy: [] });
  return entries;
}

/** `parts`: words of the variable parts. */
function wholeReader(parts: readonly number[]): FieldReader {
  return ({ u32 }, offset) => {
    const at = offset >>> 2;
    for (const part of parts) if (u32[at + part + 1]! !== u32[at + part]! >>> 16) return false;
    return true;
  };
}

/** The two halves of what reads as a bigint; undefined for all else. */
function halvesReaders(
  field: EventField,
  read: FieldReader,
): Record<'Lo' | 'Hi', Pick<Entry, 'read' | 'word'>> | undefined {
  if (isWide(field)) {
    const half = (at: number) => ({ read: readerOfWord(at), word: at });
    const word = field.offset >>> 2;
    return { Lo: half(word), Hi: half(word + 1) };
  }
  if (field.readAs !== 'bigint') return undefined;
  const half = (memory: EventMemory, offset: number, shift: bigint) =>
    Number(BigInt.asUintN(32, (read(memory, offset) as bigint) >> shift));
  return {
    Lo: { read: (memory, offset) => half(memory, offset, 0n) },
    Hi: { read: (memory, offset) => half(memory, offset, 32n) },
  };
}

function generateClass(entries: readonly Entry[]): ViewClass | undefined {
  const call = (index: number) => {
    const { word } = entries[index]!;
    return word === undefined ? `read${index}(memory, offset)` : `memory.u32[(offset >>> 2) + ${word}]`;
  };
  const getters = entries.map(
    ({ name }, index) =>
      `get ${name}() { const memory = this._memory, offset = this._offset; return ${call(index)}; }`,
  );
  const take = (by: 'field' | 'header') =>
    entries.flatMap(({ name, takenBy }, index) => (takenBy.includes(by) ? [`${name}: ${call(index)}`] : []));
  const source = `
    const [${entries.map((_, index) => `read${index}`).join(', ')}] = readers;
    return class extends Base {
      ${getters.join('\n')}
      _place(memory, offset) { this._memory = memory; this._offset = offset; return this; }
      _header() { const memory = this._memory, offset = this._offset; return { ${take('header').join(', ')} }; }
      toObject() {
        const memory = this._memory, offset = this._offset;
        return { ${['kind: this.kind', ...take('field')].join(', ')} };
      }
    };`;
  try {
    const make = new Function('Base', 'readers', source) as (
      base: unknown,
      readers: FieldReader[],
    ) => ViewClass;
    return make(
      EventView,
      entries.map(({ read }) => read),
    );
  } catch (error) {
    // The process may not generate code.
    if (error instanceof EvalError) return undefined;
    throw error;
  }
}

function closureClass(entries: readonly Entry[]): ViewClass {
  class View extends EventView {
    override _place(memory: EventMemory, offset: number): this {
      this._memory = memory;
      this._offset = offset;
      return this;
    }
    override _header() {
      return this.#take('header') as ReturnType<EventView['_header']>;
    }
    override toObject(): object {
      return { kind: this.kind, ...this.#take('field') };
    }
    #take(by: 'field' | 'header'): object {
      const taken = entries.filter(({ takenBy }) => takenBy.includes(by));
      return Object.fromEntries(taken.map(({ name, read }) => [name, read(this._memory, this._offset)]));
    }
  }
  for (const { name, read } of entries)
    Object.defineProperty(View.prototype, name, {
      get(this: EventView) {
        return read(this._memory, this._offset);
      },
    });
  return View;
}
