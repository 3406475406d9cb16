import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { layoutOf, readObject } from '@spoor/btf';
import { SpoorError } from '@spoor/core';

/** The kernel side that extensions are added to: the `@spoor/bpf` that a project has installed. */
export interface Base {
  /** The folder with the C sources. */
  readonly folder: string;
  /** The numbers of its event kinds. */
  readonly events: ReadonlyMap<string, number>;
  /** Arguments of clang. */
  readonly flags: readonly string[];
  /** The variants of the object: the end of the name, and the macros. */
  readonly variants: Readonly<Record<string, readonly string[]>>;
}

/** Names and numbers above this do not fit into the masks of events. */
export const lastEventNumber = 63;

/** The package that names of the base clash with. */
export const baseName = '@spoor/bpf';

/**
 * Returns the folder of an installed package, as Node.js finds it from a folder. A package need not
 * export its package.json.
 *
 * @throws {SpoorError} EXTENSION_INVALID if it is not installed
 */
export function packageFolder(name: string, from: string): string {
  const places = createRequire(join(from, 'package.json')).resolve.paths(name) ?? [];
  const found = places
    .map((place) => join(place, name))
    .find((place) => existsSync(join(place, 'package.json')));
  if (found !== undefined) return found;
  throw new SpoorError('EXTENSION_INVALID', `${name} is not installed in ${from}`, {
    remedy: `Run: npm install ${name}`,
  });
}

/** Returns the base that a project has installed. */
export function readBase(from: string): Base {
  const folder = packageFolder(baseName, from);
  const object = readObject(join(folder, 'build', 'spoor.bpf.o'));
  const kinds = layoutOf(object.btf, 'enum event_kind');
  const values = kinds.kind === 'enum' ? Object.entries(kinds.values) : [];
  return {
    folder,
    ...readFlags(join(folder, 'compile.json')),
    events: new Map(values.map(([name, number]) => [kindName(name.replace('EVENT_', '')), number])),
  };
}

/** Reads how the sources of the base are compiled: by the same file as the base itself. */
const readFlags = (path: string): Pick<Base, 'flags' | 'variants'> =>
  JSON.parse(readFileSync(path, 'utf8')) as Pick<Base, 'flags' | 'variants'>;

/** `module-load`, of `module_load` or `MODULE_LOAD`. */
export const kindName = (name: string): string => name.toLowerCase().replaceAll('_', '-');
