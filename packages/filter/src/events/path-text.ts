import { EventFlag } from '@spoor/bpf/enums';
import type { FactText } from '../facts.js';
import { type EventLike, fieldOf } from './event-like.js';
import type { PathField } from './path-fields.js';

/** Follows the symbolic links of a directory; `undefined` if its target is unknown. */
export type FollowLinks = (path: string) => string | undefined;

/**
 * Returns the text that conditions on a path compare. A path that the kernel resolved is unchanged.
 * A name from the caller is joined to its directory, without `.`, `..` and double slashes. Symbolic
 * links are not followed. Returns `undefined` if the event lacks the field.
 */
export function pathText(event: EventLike, field: string, { directory }: PathField): FactText | undefined {
  const name = textOf(event, field);
  const start = directory === undefined ? undefined : textOf(event, directory);
  if (name === undefined || (isEmpty(name) && isUnreadable(event, field))) return name;
  if (start === undefined || isEmpty(start)) {
    return isFromCaller(event) && startsWithSlash(name) ? onText(name, normalPath) : name;
  }
  return joined(start, name, (from, to) => normalPath(`${from}/${to}`));
}

/**
 * Returns the text of a path with the symbolic links of its directory followed now, in user space.
 * Returns `undefined` if nothing can be followed: the kernel has resolved the path or the directory
 * of a single name, or the links belong to another root.
 */
export function followedPathText(
  event: EventLike,
  field: string,
  { directory }: PathField,
  follow: FollowLinks,
): FactText | undefined {
  if (!isFromCaller(event) || flagsOf(event) & EventFlag.EVENT_OTHER_ROOT) return undefined;
  const name = textOf(event, field);
  // Names that are not UTF-8 are compared unchanged.
  if (typeof name !== 'string' || !name.includes('/')) return undefined;
  const start = (directory === undefined ? undefined : textOf(event, directory)) ?? '';
  if (typeof start !== 'string') return undefined;
  const whole = name.startsWith('/') ? name : `${start === '/' ? '' : start}/${name}`;
  if (!whole.startsWith('/')) return undefined;
  const slash = whole.replace(/\/+$/, '').lastIndexOf('/');
  const last = whole.slice(slash + 1).replace(/\/+$/, '');
  if (last === '' || last === '.' || last === '..') return follow(whole);
  const parent = follow(slash <= 0 ? '/' : whole.slice(0, slash));
  return parent === undefined ? undefined : `${parent === '/' ? '' : parent}/${last}`;
}

/** Returns true if a `..` in the name may follow a link, and so differ from its text. */
export function climbs(event: EventLike, field: string): boolean {
  const name = textOf(event, field);
  return typeof name === 'string' && /(^|\/)\.\.(\/|$)/.test(name);
}

/** Returns true if paths are from the caller's memory. Of an exec, only the arguments are. */
export const isFromCaller = (event: EventLike): boolean =>
  (flagsOf(event) & EventFlag.EVENT_USER_MEMORY) !== 0 && event.kind !== 'exec';

const flagsOf = (event: EventLike): number => Number(fieldOf(event, 'headerFlags') ?? 0);

interface Texts {
  bytes(field: string): Uint8Array;
  isTruncated(field: string): boolean;
}

/** A text, as bytes when it is not UTF-8. */
function textOf(event: EventLike, field: string): FactText | undefined {
  const value = fieldOf(event, field);
  if (typeof value !== 'string') return value instanceof Uint8Array ? value : undefined;
  if (!value.includes('\ufffd')) return value;
  return (event as Partial<Texts>).bytes?.(field) ?? value;
}

/**
 * A name that could not be read has no bytes. It is not the empty name, which means the directory.
 */
function isUnreadable(event: EventLike, field: string): boolean {
  return (event as Partial<Texts>).isTruncated?.(field) ?? false;
}

const isEmpty = (text: FactText) => text.length === 0;
const startsWithSlash = (text: FactText) => text[0] === '/' || text[0] === 0x2f;

/**
 * Changes a text byte by byte. Longer characters stay whole, since a slash and a dot have one byte.
 */
function onText(text: FactText, change: (text: string) => string): FactText {
  if (typeof text === 'string') return change(text);
  return Buffer.from(change(Buffer.from(text).toString('latin1')), 'latin1');
}

function joined(from: FactText, to: FactText, join: (from: string, to: string) => string): FactText {
  if (typeof from === 'string' && typeof to === 'string') return join(from, to);
  const latin1 = (text: FactText) => Buffer.from(text as Uint8Array).toString('latin1');
  return Buffer.from(join(latin1(from), latin1(to)), 'latin1');
}

/** Removes `.`, `..` and double slashes from the text of an absolute path. */
function normalPath(path: string): string {
  if (!/\/(?:\/|\.{1,2}(?:\/|$)|$)/.test(path)) return path;
  const names: string[] = [];
  for (const name of path.split('/')) {
    if (name === '..') names.pop();
    else if (name !== '' && name !== '.') names.push(name);
  }
  return `/${names.join('/')}`;
}
