/** Bounds of event layouts, which can come from a file: they limit what a reader does. */
import type { Layout, StructLayout } from '@spoor/btf';
import { SpoorError } from '@spoor/core';
import type { EventField, EventLayouts } from './layouts.js';

const mostKinds = 256;
const mostFields = 256;
/** Variable parts of one event: each may reach over the whole record. */
const mostParts = 16;
/** Characters of all field names of one event: lines of an unknown event have them all. */
const mostNameCharacters = 4096;
/** Bytes of the fixed part, and of all that is decoded from it: an offset has 16 bits. */
const mostBytes = 64 * 1024;
/** Bytes. No version has less than 80. Small records are cheap to make and costly to show. */
const leastHeader = 64;
const mostOrigins = 256;
const mostFlags = 16;

/** Names of events, origins and flags: they are printed, and they are keys. */
const keyPattern = /^[a-z][a-z0-9-]{0,63}$/;

/** @throws SpoorError `LAYOUT_UNKNOWN` */
export function checkNames({ kinds, origins, flags }: EventLayouts): void {
  const bounds = { kinds: mostKinds, origins: mostOrigins, flags: mostFlags };
  for (const [what, table] of Object.entries({ kinds, origins, flags })) {
    const entries = Object.entries(table);
    const most = bounds[what as keyof typeof bounds];
    if (entries.length > most) throw unknown(`there are ${entries.length} ${what}, at most ${most} are read`);
    for (const [key, number] of entries) {
      if (!keyPattern.test(key)) throw unknown(`${quoted(key)} is not a name`);
      if (!Number.isInteger(number) || number < 0 || number > 0xffff)
        throw unknown(`${key} has the number ${number}`);
    }
  }
}

/** @throws SpoorError `LAYOUT_UNKNOWN` */
export function checkSize(kind: string, layout: StructLayout, fields: readonly EventField[]): void {
  const header = layout.fields[0]!.layout;
  const characters = fields.reduce((sum, field) => sum + field.name.length, 0);
  const parts = fields.filter(({ variable }) => variable).length;
  const bytes = fields.reduce((sum, field) => sum + leafBytes(field.layout), 0);
  if (header.size < leastHeader) throw unknown(`the header of ${kind} has ${header.size} bytes`);
  if (layout.size > mostBytes) throw unknown(`${kind} has ${layout.size} bytes`);
  if (fields.length > mostFields) throw unknown(`${kind} has ${fields.length} fields`);
  if (characters > mostNameCharacters) throw unknown(`${kind} has names of ${characters} characters`);
  if (parts > mostParts) throw unknown(`${kind} has ${parts} variable parts`);
  // Fields may overlap, those of nested arrays many times.
  if (bytes > 2 * mostBytes) throw unknown(`the fields of ${kind} take more bytes than it has`);
}

/** Bytes that decoding the whole of a value reads. */
function leafBytes(layout: Layout): number {
  switch (layout.kind) {
    case 'array':
      return layout.length * leafBytes(layout.element);
    case 'struct':
      return layout.fields.reduce((sum, field) => sum + leafBytes(field.layout), 1);
    default:
      return layout.size;
  }
}

/** Returns true if this version can read a recording's field. Integers may have another width. */
export function readsAlike(field: EventField, expected: EventField): boolean {
  if (field.variable || expected.variable) return field.variable === expected.variable;
  return sameType(field.layout, expected.layout);
}

function sameType(one: Layout, other: Layout): boolean {
  if (isInteger(one)) return isInteger(other);
  if (one.kind !== other.kind) return false;
  if (one.kind === 'chars') return true;
  if (one.size !== other.size) return false;
  if (one.kind === 'array' && other.kind === 'array') return sameType(one.element, other.element);
  if (one.kind !== 'struct' || other.kind !== 'struct') return true;
  return (
    one.fields.length === other.fields.length &&
    one.fields.every(({ name, layout }, index) => {
      const field = other.fields[index]!;
      return field.name === name && sameType(layout, field.layout);
    })
  );
}

function isInteger({ kind }: Layout): boolean {
  return kind === 'int' || kind === 'enum';
}

/** A text from a file, for a message. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > 64 ? `${text.slice(0, 64)}…` : text);
}

export function unknown(what: string): SpoorError {
  return new SpoorError('LAYOUT_UNKNOWN', `These are no layouts of events: ${what}`, {
    remedy: 'Use eventLayouts of @spoor/bpf, or those that a recording was made with.',
  });
}
