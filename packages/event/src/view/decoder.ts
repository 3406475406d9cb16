import type { BuiltInKernel, KernelDefinition } from '@spoor/bpf';
import { listParts } from '@spoor/bpf/events';
import { type EventContext, type LineContext, lineContext, lineOf } from '../json/line.js';
import type { LineBuffer } from '../json/line-buffer.js';
import { LineWriter } from '../json/line-writer.js';
import { Hosts } from '../names/hosts.js';
import { eventLayouts, layoutsOfKernel } from './generated-layouts.js';
import type { EventLayouts, EventShape } from './layouts.js';
import { malformed } from './malformed.js';
import { Arena, type EventMemory, eventMemory, type RecordHandler, type RecordMemory } from './memory.js';
import { eventShape, eventShapes } from './shapes.js';
import type { Event, EventKind, EventOf, KindOf, MalformedEvent, MalformedReason } from './types.js';
import type { MatchedScopes } from './view.js';
import { type EventView, expired } from './view.js';
import { type ViewClass, type ViewClassOptions, viewClass } from './view-class.js';

export interface EventDecoderOptions<Kernel extends KernelDefinition = BuiltInKernel> {
  /** The kernel side that wrote the records. Default: the built-in one. */
  readonly kernel?: Kernel;
  /** Default: those of `kernel`. A recording brings its own. */
  readonly layouts?: EventLayouts;
  /** Facts of lines that records do not have. Can be changed at any time. */
  readonly context?: EventContext;
  /**
   * Lend a new view for each record and make it unusable after the call, so that a view kept by
   * mistake is `VIEW_EXPIRED` and not another event. Costs some 50 ns a record. Default: unless
   * NODE_ENV is `production`; there one view a kind is lent again and again.
   */
  readonly checkLifetime?: boolean;
  /**
   * True if classes of views may be generated code. Default: wherever the process may generate
   * code.
   */
  readonly generateCode?: boolean;
}

/** How often the bytes of a record may be counted, in the sum of its parts. */
const mostShared = 4;

/** Called with each event. The event is lent: it is another one, or gone, after the call. */
export type EventHandler<Kernel extends KernelDefinition = BuiltInKernel> = (
  event: EventOf<Kernel> | MalformedEvent,
) => void;

/** One event kind, ready for use. */
interface KnownKind {
  /** Bytes of the fixed part. */
  readonly size: number;
  readonly View: ViewClass;
  /** Word offset of each variable part. */
  readonly parts: readonly number[];
  readonly lent: EventView;
  /** Reads who started or ended, of a fork and of an exit. */
  readonly scout: EventView | undefined;
}

/** Kinds that the decoder learns from: how processes are related, and names of addresses. */

/**
 * Makes events of records.
 *
 * Each record is checked once: it has the size that its header says, a known kind, the whole fixed
 * part, and all its variable parts inside. One that fails is a `MalformedEvent`, a value like any
 * other; nothing outside a record is ever read. The fields are decoded when they are read.
 *
 * @example
 * ```ts
 * const decoder = new EventDecoder();
 * const handler = decoder.handler((event) => {
 *   if (event.kind === 'open') console.log(event.comm, event.path);
 * });
 * reader.drain(handler);
 * ```
 */
export class EventDecoder<Kernel extends KernelDefinition = BuiltInKernel> {
  readonly layouts: EventLayouts;
  /**
   * By number; a kind is made ready when its first record comes: most never come, and each takes
   * most of a millisecond.
   */
  readonly #kinds: (KnownKind | undefined)[] = [];
  /** Shapes of the layouts of this version are made when they are needed. */
  readonly #shapes = new Map<number, EventShape>();
  readonly #viewOptions: ViewClassOptions;
  readonly #kernel: KernelDefinition | undefined;
  /** Those of `kernel`. */
  readonly #own: EventLayouts;
  readonly #arena = new Arena();
  readonly #hosts = new Hosts();
  readonly #checkLifetime: boolean;
  readonly #sizeOffset: number;
  readonly #kindOffset: number;
  #context: LineContext;
  #lines: LineWriter;
  /**
   * The memory seen last, and the same with a Buffer over it; and those seen before: each ring has
   * always the same.
   */
  #source: RecordMemory | undefined;
  #memory: EventMemory | undefined;
  readonly #memories = new WeakMap<RecordMemory, EventMemory>();

  /** Throws `LAYOUT_UNKNOWN` when the layouts are not those of events. */
  constructor(options: EventDecoderOptions<Kernel> = {}) {
    const { kernel } = options;
    this.#kernel = kernel;
    this.#own = kernel === undefined ? eventLayouts : layoutsOfKernel(kernel);
    this.layouts = options.layouts ?? this.#own;
    this.#checkLifetime = options.checkLifetime ?? process.env['NODE_ENV'] !== 'production';
    this.#context = lineContext(this.layouts, options.context ?? {}, kernel);
    this.#lines = new LineWriter(this.#context);
    const origins = byNumber(this.layouts.origins);
    this.#viewOptions = {
      lists: [],
      originName: (number: number) => origins[number] ?? 'unknown',
      owner: {
        own: (view: EventView) => this.#copy(view),
        data: (view: EventView) => this.#context.dataOf(view._shape).value(view),
        line: (view: EventView) => lineOf(view, this.#context),
        write: (view: EventView, out: LineBuffer) => this.#lines.write(view, out),
        ids: () => this.#context.ids,
        host: (view: EventView) => this.#hosts.hostOf(view as unknown as Event<'connect' | 'connection-end'>),
        sha256: (view: EventView) => this.#context.given.sha256Of?.(view as unknown as Event<'exec'>),
        scopeNames: (matched: MatchedScopes) => this.#context.scopeNames(matched),
      },
      generate: options.generateCode ?? true,
    };
    if (this.layouts !== this.#own)
      for (const shape of eventShapes(this.layouts, this.#own)) this.#shapes.set(shape.number, shape);
    const [first] = Object.values(this.layouts.kinds);
    const shape = first === undefined ? undefined : this.#shapeOf(first);
    this.#sizeOffset = shape?.sizeOffset ?? 0;
    this.#kindOffset = shape?.kindOffset ?? 4;
  }

  get context(): EventContext {
    return this.#context.given;
  }

  set context(context: EventContext) {
    this.#context = lineContext(this.layouts, context, this.#kernel);
    this.#lines = new LineWriter(this.#context);
  }

  /** Makes a kind ready, as its first record does otherwise: most of a millisecond. */
  prepare(kind: KindOf<Kernel>): void {
    this.#prepare(this.layouts.kinds[kind]!);
  }

  /**
   * A handler for `RingReader.drain` and its kin: lends each event to `handle`. `positionOf`: tells
   * the malformed where they were, as `RingReader.positionOf` does.
   */
  handler(handle: EventHandler<Kernel>, positionOf?: (offset: number) => bigint): RecordHandler {
    if (!this.#checkLifetime)
      return (data, offset, length) => {
        const kind = this.#read(data, offset, length);
        if (typeof kind === 'string') handle(malformed(kind, data, { offset, length, positionOf }));
        else handle(kind.lent._place(this.#memoryOf(data), offset) as unknown as EventOf<Kernel>);
      };
    return (data, offset, length) => {
      const kind = this.#read(data, offset, length);
      if (typeof kind === 'string') return handle(malformed(kind, data, { offset, length, positionOf }));
      const view = new kind.View()._place(this.#memoryOf(data), offset);
      try {
        handle(view as unknown as EventOf<Kernel>);
      } finally {
        view._place(expired, 0);
      }
    };
  }

  /**
   * An event with memory of its own, for those that outlive the call. It shares a block of 64 KiB
   * with the events made before and after it. `positionOf` as in `handler`.
   */
  own(
    data: RecordMemory,
    offset: number,
    length: number,
    positionOf?: (offset: number) => bigint,
  ): EventOf<Kernel> | MalformedEvent {
    const kind = this.#read(data, offset, length);
    if (typeof kind === 'string') return malformed(kind, data, { offset, length, positionOf });
    const at = this.#arena.copy(data, offset, data.u32[(offset + this.#sizeOffset) >>> 2]!);
    return new kind.View()._place(this.#arena.memory, at) as unknown as EventOf<Kernel>;
  }

  /** Decodes a record in bytes of its own, at any alignment. */
  decode(record: Uint8Array): EventOf<Kernel> | MalformedEvent {
    const bytes = new Uint8Array((record.length + 7) & ~7);
    bytes.set(record);
    const data = { u8: bytes, u32: new Uint32Array(bytes.buffer), view: new DataView(bytes.buffer) };
    return this.own(data, 0, record.length);
  }

  #copy(view: EventView): EventView {
    const { View } = this.#prepare(this.layouts.kinds[view.kind]!)!;
    const at = this.#arena.copy(view._memory, view._offset, view.size);
    return new View()._place(this.#arena.memory, at);
  }

  #prepare(number: number): KnownKind | undefined {
    const known = this.#kinds[number];
    if (known !== undefined) return known;
    const shape = this.#shapeOf(number);
    if (shape === undefined) return undefined;
    const View = viewClass(shape, { ...this.#viewOptions, lists: listParts(shape.kind, this.#kernel) });
    const parts = shape.fields.filter(({ variable }) => variable).map(({ offset }) => offset >>> 2);
    const scout = shape.kind === 'dns' ? new View() : undefined;
    const kind = { size: shape.size, View, parts, lent: new View(), scout };
    this.#kinds[number] = kind;
    return kind;
  }

  #shapeOf(number: number): EventShape | undefined {
    const known = this.#shapes.get(number);
    const { kinds, events } = this.#own;
    if (known !== undefined || this.layouts !== this.#own) return known;
    const kind = Object.keys(kinds).find((name) => kinds[name] === number);
    const layout = kind === undefined ? undefined : events[kind];
    if (kind === undefined || layout === undefined) return undefined;
    const shape = eventShape(kind, number, layout);
    this.#shapes.set(number, shape);
    return shape;
  }

  #memoryOf(data: RecordMemory): EventMemory {
    if (data === this.#source) return this.#memory!;
    let memory = this.#memories.get(data);
    if (memory === undefined) {
      memory = eventMemory(data);
      this.#memories.set(data, memory);
    }
    this.#source = data;
    this.#memory = memory;
    return memory;
  }

  /** The record's kind, or what is wrong with it. Learns from answers of name servers. */
  #read(data: RecordMemory, offset: number, length: number): KnownKind | MalformedReason {
    const kind = this.#check(data, offset, length);
    if (typeof kind !== 'string' && kind.scout !== undefined)
      this.#hosts.learn(kind.scout._place(this.#memoryOf(data), offset) as unknown as Event<'dns'>);
    return kind;
  }

  /** The record's kind, or what is wrong with the record. Reads nothing past `length`. */
  #check({ u32 }: RecordMemory, offset: number, length: number): KnownKind | MalformedReason {
    const base = offset >>> 2;
    if (length < this.#sizeOffset + 4 || length < this.#kindOffset + 2) return 'shorter-than-header';
    const size = u32[(offset + this.#sizeOffset) >>> 2]!;
    if (size > length) return 'size-beyond-record';
    const number = (u32[(offset + this.#kindOffset) >>> 2]! >>> ((this.#kindOffset & 2) << 3)) & 0xffff;
    const kind = this.#kinds[number] ?? this.#prepare(number);
    if (kind === undefined) return 'unknown-kind';
    const fixed = kind.size;
    if (size < fixed) return 'shorter-than-event';
    let bytes = fixed;
    for (const part of kind.parts) {
      const place = u32[base + part]!;
      const start = place & 0xffff;
      const count = place >>> 16;
      if (count !== 0 && (start < fixed || start + count > size)) return 'part-outside-record';
      bytes += count;
    }
    // The kernel lets the binary and the path of an exec share bytes. If more is shared, lines are
    // many times as long as their records.
    return bytes > mostShared * size ? 'part-outside-record' : kind;
  }
}

/**
 * Returns true for an event of this kind, and narrows its type.
 *
 * @example
 * ```ts
 * if (isEvent(event, 'open')) console.log(event.path, event.result);
 * ```
 */
export function isEvent<Kind extends EventKind>(
  event: { readonly kind: string },
  kind: Kind,
): event is Event<Kind> {
  return event.kind === kind;
}

function byNumber(numbers: Readonly<Record<string, number>>): (string | undefined)[] {
  const names: (string | undefined)[] = [];
  for (const [name, number] of Object.entries(numbers)) names[number] = name;
  return names;
}
