import type { TLiteral, TOptional, TString } from 'typebox';
import { deviceText } from '../names/device.js';
import { errorName } from '../names/errno.js';
import {
  type SchemaBuilder,
  schemas,
  type TextEntry,
  type Texts,
  textEntry,
  textNotes,
} from './presentation.js';

/** What several of the events have in common: pieces of their JSON. */

/** `{ error: 'EPERM' }` for -1; nothing for a success. */
export function errorEntry(result: number): { error?: string } {
  return result < 0 ? { error: errorName(-result) } : {};
}

/** Like `textEntry`, and nothing where there is no text. */
export function optionalText<Name extends string>(event: Texts, name: Name): Partial<TextEntry<Name>> {
  return event.fullLength(name) === 0 ? {} : textEntry(event, name, name);
}

/**
 * Where a name starts: `directory` of a relative one, `root` of an absolute one, of a process whose root is not the
 * tracer's.
 */
export function startEntry(event: Texts & { readonly path: string }): StartEntry<'directory', 'root'> {
  return startOf(event, event.path, { field: 'directory', root: 'root' });
}

/** Where the name of a failed exec starts. */
export function filenameStartEntry(
  event: Texts & { readonly filename: string },
): StartEntry<'directory', 'root'> {
  return startOf(event, event.filename, { field: 'directory', root: 'root' });
}

/** Both names of a call that takes two, and where each starts. */
export function bothNames(event: Texts & { readonly path: string; readonly newPath: string }) {
  return {
    path: event.path,
    ...textNotes(event, 'path'),
    ...startEntry(event),
    newPath: event.newPath,
    ...textNotes(event, 'newPath'),
    ...startOf(event, event.newPath, { field: 'newDirectory', root: 'newRoot' }),
  };
}

type StartEntry<Directory extends string, Root extends string> = Partial<
  TextEntry<Directory> & TextEntry<Root>
>;

function startOf<Directory extends string, Root extends string>(
  event: Texts,
  name: string,
  { field, root }: { readonly field: Directory; readonly root: Root },
): StartEntry<Directory, Root> {
  if (event.fullLength(field) === 0) return {};
  const entry = name.startsWith('/') ? textEntry(event, field, root) : textEntry(event, field, field);
  return entry as StartEntry<Directory, Root>;
}

interface File {
  readonly device: number;
  readonly inode: bigint;
}

/** Which file it was, when the kernel told. */
export function fileEntry({ device, inode }: File): { device?: string; inode?: string } {
  return inode === 0n ? {} : { device: deviceText(device), inode: String(inode) };
}

/** An entry that is left out when its text is empty. */
export function unlessEmpty<Name extends string>(name: Name, text: string): { [N in Name]?: string } {
  return (text === '' ? {} : { [name]: text }) as { [N in Name]?: string };
}

/** Permissions as people write them: `0755`. */
export function modeText(mode: number): string {
  return mode.toString(8).padStart(4, '0');
}

/** An id that says that there is to be no change is left out: the kernel's -1. */
export function idEntry<Name extends string>(name: Name, id: number): { [N in Name]?: number } {
  return (id === 0xffffffff ? {} : { [name]: id }) as { [N in Name]?: number };
}

interface Target {
  readonly targetTgid: number;
  readonly targetTid: number;
  readonly targetComm: string;
  readonly targetStartTimeNs: bigint;
  bytes(name: string): Uint8Array;
}

interface TargetEntry {
  targetTgid?: number;
  targetTid?: number;
  targetComm?: string;
  targetCommRaw?: string;
  targetStartTimeNs?: string;
}

/** Another task, when the kernel told which. */
export function targetEntry(
  event: Target,
  comm: { targetComm: string; targetCommRaw?: string },
): TargetEntry {
  if (event.targetTgid === 0) return {};
  return {
    targetTgid: event.targetTgid,
    ...(event.targetTid !== 0 && { targetTid: event.targetTid }),
    ...comm,
    targetStartTimeNs: String(event.targetStartTimeNs),
  };
}

/** The schemas of what is above. */
export const partSchemas = {
  optionalText: <Name extends string>(t: SchemaBuilder, name: Name, description: string) =>
    ({
      ...schemas.text(t, name, description),
      [name]: t.Optional(t.String({ description })),
    }) as { [N in Name | `${Name}Raw`]: TOptional<TString> } & {
      [N in `${Name}Truncated`]: TOptional<TLiteral<true>>;
    },
  name: (t: SchemaBuilder) => schemas.text(t, 'path', 'The name as the caller gave it.'),
  directory: (t: SchemaBuilder) => ({
    ...partSchemas.optionalText(
      t,
      'directory',
      'Where a relative name starts, as the kernel has it; the file itself when the name is empty.',
    ),
    ...partSchemas.root(t, 'root'),
  }),
  /** Of calls that take two names: `bothNames`. */
  bothNames: (t: SchemaBuilder) => ({
    ...partSchemas.name(t),
    ...partSchemas.directory(t),
    ...schemas.text(t, 'newPath', 'The new name as the caller gave it.'),
    ...partSchemas.optionalText(
      t,
      'newDirectory',
      'Where it starts when it is relative, as the kernel has it.',
    ),
    ...partSchemas.root(t, 'newRoot'),
  }),
  root: <Name extends string>(t: SchemaBuilder, name: Name) =>
    partSchemas.optionalText(
      t,
      name,
      "Where an absolute name starts, when that is not the tracer's root (flag other-root): the root of the process, as its mount namespace has it.",
    ),
  /** Of calls that take a name or a descriptor. */
  file: (t: SchemaBuilder) => ({
    ...schemas.text(
      t,
      'path',
      'Of a file that was given by its descriptor, as the kernel has it; else the name as the caller gave it (flag user-memory).',
    ),
    ...partSchemas.directory(t),
    device: t.Optional(schemas.device(t)),
    inode: t.Optional(schemas.u64(t, 'Inode of a file that was given by its descriptor.')),
  }),
  flags: (t: SchemaBuilder, example: string) =>
    t.Optional(t.String({ description: `Flags, where there are any: ${example}.` })),
  mode: (t: SchemaBuilder) =>
    t.String({ pattern: '^[0-7]{4,6}$', description: 'Permissions as asked for, octal.' }),
  hexNumber: (t: SchemaBuilder, description: string) =>
    t.String({ pattern: '^0x[0-9a-f]{1,16}$', description }),
  id: (t: SchemaBuilder, description: string) => t.Optional(schemas.u32(t, description)),
  target: (t: SchemaBuilder) => ({
    targetTgid: t.Optional(schemas.u32(t, 'The other process, in the initial namespace.')),
    targetTid: t.Optional(schemas.u32(t, 'The other thread; none when all of the process is meant.')),
    targetComm: t.Optional(t.String({ description: 'Name of the other task.' })),
    targetCommRaw: t.Optional(schemas.hex(t)),
    targetStartTimeNs: t.Optional(
      schemas.u64(t, 'Start of the other process, CLOCK_BOOTTIME: with targetTgid, its identity.'),
    ),
  }),
};
