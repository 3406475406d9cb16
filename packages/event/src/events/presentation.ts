import type { EventParts, VarBytes } from '@spoor/bpf';
import type { Static, TSchema, Type } from 'typebox';
import type { LineBuffer } from '../line-buffer.js';
import type { EventMemory } from '../memory.js';
import { isLossy } from '../text.js';
import type { Event, EventKind } from '../types.js';

/** TypeBox, handed in, so that only who asks for schemas loads it (a tenth of a second). */
export type SchemaBuilder = typeof Type;

/** What the machine that was traced is like, as far as names depend on it. */
export interface PresentationContext {
  readonly architecture: 'x64' | 'arm64';
}

/** An event whose variable parts can be reached without a view of their own. */
export type Writable<Kind extends EventKind = EventKind> = Event<Kind> & {
  readonly _memory: EventMemory;
  readonly _offset: number;
} & {
  /** Of a variable part: where it begins in the record, and above 16 bits its length. */
  readonly [Name in keyof EventParts[Kind] & string as EventParts[Kind][Name] extends VarBytes
    ? `_${Name}Place`
    : never]: number;
};

/**
 * What the C types of an event cannot say: how its own fields look in JSON. One file an event, and a line in the
 * registry. An event without one is shown field by field.
 */
export interface Presentation<Kind extends EventKind = EventKind, Data extends TSchema = TSchema> {
  readonly kind: Kind;
  /** What it is, in a sentence: for `spoor list events` and the published schema. */
  readonly summary: string;
  /** What else is to be known: how it is found out, what it does not see. A paragraph each. */
  readonly notes?: readonly string[];
  /** JSON Schema of `data`. */
  schema(t: SchemaBuilder): Data;
  data(event: Event<Kind>, context: PresentationContext): Static<Data>;
  /**
   * Adds what `JSON.stringify` makes of the data, harmless to terminals, in less time: for kinds that come by the thousand. False for
   * an event that is not as most are: what was added is forgotten then.
   */
  write?(event: Writable<Kind>, out: LineBuffer, context: PresentationContext): boolean;
}

/** Holds `data` to its schema, by type. */
export function present<Kind extends EventKind, Data extends TSchema>(
  presentation: Presentation<Kind, Data>,
): Presentation<Kind, Data> {
  return presentation;
}

/** A text under `Name`; its bytes too when the text does not stand for them, and whether it was cut. */
export type TextEntry<Name extends string> = { [N in Name]: string } & { [N in `${Name}Raw`]?: string } & {
  [N in `${Name}Truncated`]?: true;
};

/** What is asked of an event about its texts. */
export interface Texts {
  bytes(field: string): Uint8Array;
  isTruncated(field: string): boolean;
  fullLength(field: string): number;
}

/** The entries of a variable part. `name`: what they are called, when that is not the field's name. */
export function textEntry<Name extends string>(event: Texts, field: string, name: Name): TextEntry<Name> {
  const text = (event as unknown as Record<string, string>)[field]!;
  const entry: Record<string, unknown> = { [name]: text };
  addNotes(entry, event, { field, name, text });
  return entry as TextEntry<Name>;
}

/**
 * What belongs to a text besides itself; most have nothing. For data that begins with a text: a literal that begins with
 * `...` is slow on Node.js 20 for each property that follows (bench/tried.md).
 */
export function textNotes<Name extends string>(event: Texts, name: Name): Omit<TextEntry<Name>, Name> {
  const text = (event as unknown as Record<string, string>)[name]!;
  const notes = {};
  addNotes(notes, event, { field: name, name, text });
  return notes as Omit<TextEntry<Name>, Name>;
}

/** The same of a `char` array, which cannot be cut. */
export function charsEntry<Name extends string>(
  event: Texts,
  field: string,
  name: Name,
): { [N in Name]: string } & { [N in `${Name}Raw`]?: string } {
  const text = (event as unknown as Record<string, string>)[field]!;
  const entry: Record<string, unknown> = { [name]: text };
  addRaw(entry, event, { field, name, text });
  return entry as TextEntry<Name>;
}

interface NamedText {
  readonly field: string;
  readonly name: string;
  readonly text: string;
}

/** Adds the bytes of a text that does not stand for them, and whether it was cut. */
export function addNotes(entry: object, event: Texts, named: NamedText): void {
  addRaw(entry, event, named);
  if (event.isTruncated(named.field)) (entry as Record<string, unknown>)[`${named.name}Truncated`] = true;
}

/** Adds the bytes of a text that does not stand for them. */
export function addRaw(entry: object, event: Texts, { field, name, text }: NamedText): void {
  if (!text.includes('\ufffd')) return;
  const bytes = event.bytes(field);
  if (isLossy(text, bytes)) (entry as Record<string, unknown>)[`${name}Raw`] = hex(bytes);
}

export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex');
}

/** Pieces of schemas that several events use. */
export const schemas = {
  text: <Name extends string>(t: SchemaBuilder, name: Name, description: string) =>
    ({
      [name]: t.String({ description }),
      [`${name}Raw`]: t.Optional(schemas.hex(t)),
      [`${name}Truncated`]: t.Optional(t.Literal(true)),
    }) as TextSchemas<Name>,
  chars: <Name extends string>(t: SchemaBuilder, name: Name, description: string) =>
    ({
      [name]: t.String({ description }),
      [`${name}Raw`]: t.Optional(schemas.hex(t)),
    }) as Omit<TextSchemas<Name>, `${Name}Truncated`>,
  hex: (t: SchemaBuilder) =>
    t.String({
      pattern: '^([0-9a-f]{2})*$',
      description: 'The bytes, since they are not UTF-8: hexadecimal.',
    }),
  u32: (t: SchemaBuilder, description: string) => t.Integer({ minimum: 0, maximum: 0xffffffff, description }),
  u64: (t: SchemaBuilder, description: string) => t.String({ pattern: '^[0-9]{1,20}$', description }),
  error: (t: SchemaBuilder) =>
    t.Optional(
      t.String({
        pattern: '^(E[A-Z0-9_]+|[0-9]+)$',
        description: 'Name of the errno, when the call failed.',
      }),
    ),
  device: (t: SchemaBuilder) =>
    t.String({
      pattern: '^[0-9]+:[0-9]+$',
      description:
        'Device as stat(2) prints it: major:minor. Where the kernel has overlayfs or btrfs as a module, the device of its superblock.',
    }),
};

type TextSchemas<Name extends string> = { [N in Name]: ReturnType<SchemaBuilder['String']> } & {
  [N in `${Name}Raw`]: import('typebox').TOptional<ReturnType<SchemaBuilder['String']>>;
} & { [N in `${Name}Truncated`]: import('typebox').TOptional<import('typebox').TLiteral<true>> };
