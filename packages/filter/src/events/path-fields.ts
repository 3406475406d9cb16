import type { EventParts } from '@spoor/bpf';

/** A field with the path of a file. */
export interface PathField {
  /** True if the call follows a symbolic link in the last name of the path. */
  readonly followsLast: boolean;
  /** The field with the directory that the name starts from, if the event has one. */
  readonly directory?: string;
}

const file: PathField = { followsLast: true };
const entry: PathField = { followsLast: false };
const inDirectory = (field: PathField, directory = 'directory'): PathField => ({ ...field, directory });

/** The path fields of events. A name from the caller is joined to its directory. */
const pathFields: {
  readonly [Event in keyof EventParts]?: { readonly [Field in keyof EventParts[Event]]?: PathField };
} = {
  exec: { path: file, filename: file },
  'exec-failed': { filename: inDirectory(file), directory: file },
  open: { path: inDirectory(file), directory: file },
  connect: { path: file },
  bind: { path: entry },
  listen: { path: entry },
  accept: { path: file },
  unlink: { path: inDirectory(entry), directory: file },
  rename: {
    path: inDirectory(entry),
    newPath: inDirectory(entry, 'newDirectory'),
    directory: file,
    newDirectory: file,
  },
  link: {
    path: inDirectory(entry),
    newPath: inDirectory(entry, 'newDirectory'),
    directory: file,
    newDirectory: file,
  },
  mkdir: { path: inDirectory(entry), directory: file },
  chmod: { path: inDirectory(file), directory: file },
  chown: { path: inDirectory(file), directory: file },
  mount: { path: inDirectory(file), directory: file, source: file },
  'module-load': { path: file },
};

/** Returns the path field of an event; `undefined` if the field is not a path. */
export function pathFieldOf(event: string, field: string): PathField | undefined {
  if (!Object.hasOwn(pathFields, event)) return undefined;
  const fields = pathFields[event as keyof EventParts] as Readonly<Record<string, PathField>>;
  return Object.hasOwn(fields, field) ? fields[field] : undefined;
}
