import { absentValue, type FieldReader, fieldReader, isWide, type ReaderOptions } from './field-reader.js';
import type { EventShape } from './layouts.js';
import type { EventMemory } from './memory.js';
import { EventView, type ViewOwner } from './view.js';

export type ViewClass = new () => EventView;

/** A name that views have, and how it is read. */
interface Entry {
  readonly name: string;
  readonly read: FieldReader;
  /** `field`: what `toObject` takes. `header`: what a line begins with. */
  readonly takenBy: readonly ('field' | 'header')[];
}

export interface ViewClassOptions extends ReaderOptions {
  readonly owner: ViewOwner;
  /** False tests what runs where no code may be generated. Default: generate where the process may. */
  readonly generate?: boolean;
}

/**
 * The class of an event's views.
 *
 * Its code is generated where the process may generate code, so that the engine optimises each kind by itself: with
 * code that all kinds share, each access would have to find out first whose it is, at 20 ns and more. The generated
 * code only passes on; how a field is read is written once, in `field-reader`. Names in it were held to
 * `[A-Za-z][A-Za-z0-9_]*` (`eventShapes`): layouts can come from a file.
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
    const wide = isWide(field);
    const takenBy = header && !wide ? (['field', 'header'] as const) : (['field'] as const);
    entries.push({ name: field.name, read: fieldReader(field, options), takenBy });
    if (!wide) continue;
    const word = field.offset >>> 2;
    for (const [half, at] of [
      ['Lo', word],
      ['Hi', word + 1],
    ] as const)
      entries.push({
        name: field.name + half,
        read: ({ u32 }, offset) => u32[(offset >>> 2) + at]!,
        takenBy: header ? ['header'] : [],
      });
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
  return entries;
}

function generateClass(entries: readonly Entry[]): ViewClass | undefined {
  const call = (index: number) => `read${index}(memory, offset)`;
  const getters = entries.map(
    ({ name }, index) => `get ${name}() { return read${index}(this._memory, this._offset); }`,
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
    // What a process says that may not generate code.
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
