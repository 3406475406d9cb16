import { inspect } from 'node:util';
import { SpoorError } from '@spoor/core';
import type { ProcessIds } from '../identity/process-id.js';
import type { LineBuffer } from '../json/line-buffer.js';
import type { EventField, EventShape } from './layouts.js';
import { type EventMemory, eventMemory } from './memory.js';
import { charsLength } from './text.js';
import type { Event, EventMethods } from './types.js';

/** A word of scopes in two halves, and the version of the set that gives it meaning. */
export interface MatchedScopes {
  readonly lo: number;
  readonly hi: number;
  readonly version: number;
}

/** The decoder of a view. */
export interface ViewOwner {
  own(view: EventView): EventView;
  data(view: EventView): object;
  line(view: EventView): object;
  write(view: EventView, out: LineBuffer): void;
  /** The name of the address of a `connect`, if it is known. */
  host(view: EventView): string | undefined;
  /** The SHA-256 of the binary of an `exec`, if the context knows it. */
  sha256(view: EventView): string | undefined;
  scopeNames(matched: MatchedScopes): string[];
  /** Undefined if the boot is not known. */
  ids(): ProcessIds | undefined;
}

/** The header's fields at once, 64-bit ones by their halves: what a line begins with. */
export type HeaderValues = Readonly<Record<string, number>> & {
  readonly comm: string;
  readonly exe: string;
  readonly container: string;
  readonly origin: string;
};

/** The memory of a view whose record is gone: each access throws. */
export const expired = {} as EventMemory;
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

/**
 * The base of the views of all kinds. The fields themselves are getters of the class made for each
 * layout. A field is decoded when it is read, every time it is read. Names with an underscore are
 * for the decoder: no field can have one.
 */
export abstract class EventView implements EventMethods {
  declare readonly kind: string;
  declare readonly _shape: EventShape;
  declare readonly _owner: ViewOwner;
  declare _memory: EventMemory;
  declare _offset: number;

  // Not class fields: those cost Node 20 six times as much when many classes inherit them.
  constructor() {
    this._memory = nowhere;
    this._offset = 0;
  }

  /** Moves the view to a record, which was checked. */
  abstract _place(memory: EventMemory, offset: number): this;
  abstract _header(): HeaderValues;
  abstract toObject(): object;
  declare readonly isWhole: boolean;

  get size(): number {
    return this._memory.u32[(this._offset + this._shape.sizeOffset) >>> 2]!;
  }

  get raw(): Uint8Array {
    return this._memory.u8.subarray(this._offset, this._offset + this.size);
  }

  get scopes(): string[] {
    const { matchedScopesLo: lo, matchedScopesHi: hi, scopesVersion: version } = this._header();
    return this._owner.scopeNames({ lo: lo!, hi: hi!, version: version! });
  }

  get processId(): string | undefined {
    return this._owner.ids()?.of(this as unknown as Event);
  }

  get parentProcessId(): string | undefined {
    return this._owner.ids()?.ofParent(this as unknown as Event);
  }

  get bootId(): string | undefined {
    return this._owner.ids()?.bootId;
  }

  /** The id of a process that the record names: for fields of `data`. */
  _processId(tgid: number, startTimeNs: bigint): string | undefined {
    return this._owner.ids()?.of({ tgid, startTimeNs });
  }

  bytes(name: string): Uint8Array {
    const field = this.#field(name);
    const at = this._offset + field.offset;
    if (this._shape.absent.includes(field)) return new Uint8Array(0);
    if (field.variable) {
      const place = this._memory.u32[at >>> 2]!;
      const start = this._offset + (place & 0xffff);
      return this._memory.u8.subarray(start, start + (place >>> 16));
    }
    const { kind, size } = field.layout;
    return this._memory.u8.subarray(at, at + (kind === 'chars' ? charsLength(this._memory, at, size) : size));
  }

  has(name: string): boolean {
    const field = this._shape.byName.get(name);
    return field !== undefined && !this._shape.absent.includes(field);
  }

  isTruncated(name: string): boolean {
    const at = this.#part(name);
    return at !== undefined && this._memory.u32[at + 1]! > this._memory.u32[at]! >>> 16;
  }

  fullLength(name: string): number {
    const at = this.#part(name);
    return at === undefined ? 0 : this._memory.u32[at + 1]!;
  }

  exact(name: string): number | bigint {
    const value = (this as unknown as Record<string, unknown>)[name];
    if (typeof value !== 'bigint') throw this.#unknown(name, '64-bit field');
    return value <= Number.MAX_SAFE_INTEGER && value >= Number.MIN_SAFE_INTEGER ? Number(value) : value;
  }

  copy(): this {
    return this._owner.own(this) as this;
  }

  get jsonData(): object {
    return this._owner.data(this);
  }

  toJSON(): object {
    return this._owner.line(this);
  }

  _host(): string | undefined {
    return this._owner.host(this);
  }

  _sha256(): string | undefined {
    return this._owner.sha256(this);
  }

  _write(out: LineBuffer): void {
    this._owner.write(this, out);
  }

  [inspect.custom](): unknown {
    return this._memory === expired ? `[expired ${this.kind} event]` : this.toObject();
  }

  /** Word of a variable part's `struct var_bytes`; undefined when the layout does not have it. */
  #part(name: string): number | undefined {
    const field = this.#field(name);
    if (!field.variable) throw this.#unknown(name, 'variable part');
    return this._shape.absent.includes(field) ? undefined : (this._offset + field.offset) >>> 2;
  }

  #field(name: string): EventField {
    const field = this._shape.byName.get(name);
    if (field === undefined) throw this.#unknown(name, 'field');
    return field;
  }

  #unknown(name: string, what: string): SpoorError {
    return new SpoorError('INVALID_VALUE', `the event ${this.kind} has no ${what} ${name}`);
  }
}
