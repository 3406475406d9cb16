import { existsSync, readFileSync } from 'node:fs';
import { basename, extname, join, resolve } from 'node:path';
import { camelCase } from '@spoor/btf';
import { SpoorError } from '@spoor/core';
import { type Base, baseName, kindName, lastEventNumber, packageFolder, readBase } from './base.js';
import { readManifest } from './manifest.js';

/** The parts of a kernel side. Paths are relative to `folder`. */
export interface KernelParts {
  /** The folder of the project. Default: the current folder. */
  readonly folder?: string;
  /** Headers of events: `./umask.h`. The declaration is beside it: `./umask.ts`. */
  readonly events?: readonly string[];
  /** Installed packages whose package.json lists headers under `spoor`. */
  readonly use?: readonly string[];
}

/** An event kind, with its number in this kernel side. */
export interface PlannedEvent {
  /** `module-load` */
  readonly kind: string;
  /** `module_load`, as in C. */
  readonly name: string;
  readonly number: number;
  /** Absolute paths. */
  readonly header: string;
  readonly declaration: string;
  /** The name of the declaration's export: `moduleLoad`. */
  readonly exported: string;
  /** The package, or the folder. */
  readonly from: string;
}

/** A kernel side that can be built: `buildKernel`. */
export interface KernelPlan {
  readonly base: Base;
  readonly events: readonly PlannedEvent[];
}

/**
 * Plans a kernel side: finds the files of its extensions, and allots the numbers of their events.
 * Writes nothing.
 *
 * @throws {SpoorError} EXTENSION_INVALID if a package is not installed or lists no headers, a
 *   declaration is missing, or two extensions have one name
 * @throws {SpoorError} FILE_UNREADABLE if a header does not exist
 *
 * @example
 * ```ts
 * const plan = defineKernel({ events: ['./umask.h'], use: [] });
 * const { module } = await buildKernel(plan, 'dist');
 * ```
 */
export function defineKernel({ folder = '.', events = [], use = [] }: KernelParts): KernelPlan {
  const project = resolve(folder);
  const base = readBase(project);
  const own = { from: nameOf(project), folder: project, events };
  const found = [own, ...use.map((name) => readExtension(name, project))].flatMap((extension) =>
    extension.events.map((header) => readEvent(resolve(extension.folder, header), extension.from)),
  );
  if (found.length === 0) {
    throw new SpoorError('EXTENSION_INVALID', `${project}: there is no event to add`, {
      remedy:
        'Name a header with --event, or list headers in package.json: "spoor": { "events": ["umask.h"] }.',
    });
  }
  const owners = new Map<string, string>(
    [...base.events.keys(), ...reservedNames].map((kind) => [kind, baseName]),
  );
  let last = Math.max(...base.events.values());
  const planned = found.map((event) => {
    requireFree(event, owners);
    owners.set(event.kind, event.from);
    last += 1;
    return { ...event, number: last };
  });
  if (last > lastEventNumber) {
    const room = lastEventNumber - Math.max(...base.events.values());
    throw new SpoorError(
      'EXTENSION_INVALID',
      `${found.length} events are too many: there is room for ${room}`,
      {
        remedy: 'Leave extensions out, or build two kernel sides.',
      },
    );
  }
  return { base, events: planned };
}

function requireFree(
  { kind, header, from }: Omit<PlannedEvent, 'number'>,
  owners: ReadonlyMap<string, string>,
): void {
  const other = owners.get(kind);
  if (other === undefined) return;
  throw new SpoorError('EXTENSION_INVALID', `${header}: the event ${kind} of ${from} is also in ${other}`, {
    remedy: 'Rename the header, its struct, its functions and its declaration, or leave one of the two out.',
    details: { kind, packages: [other, from] },
  });
}

const nameOf = (folder: string): string => readManifest(folder).name ?? folder;

/** Returns what the package.json of a project lists under `spoor`. */
export const listedParts = (folder: string): Pick<KernelParts, 'events' | 'use'> =>
  readManifest(folder).spoor ?? {};

function readExtension(name: string, project: string) {
  const folder = packageFolder(name, project);
  const events = readManifest(folder).spoor?.events;
  if (events !== undefined) return { from: name, folder, events };
  throw new SpoorError('EXTENSION_INVALID', `${join(folder, 'package.json')}: ${name} lists no headers`, {
    remedy: 'An extension has "spoor": { "events": ["NAME.h"] } in its package.json.',
  });
}

/** Items that iterating over a recording yields beside events, and a name that each object has. */
const reservedNames = ['malformed', 'drops', 'gap', 'machine', 'constructor'];

/** Endings of declarations, in the order in which they are looked for. */
const declarationEndings = ['.ts', '.mts', '.js', '.mjs'];

function readEvent(header: string, from: string): Omit<PlannedEvent, 'number'> {
  const name = basename(header, '.h');
  if (extname(header) !== '.h' || !/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/.test(name)) {
    throw new SpoorError('EXTENSION_INVALID', `${header}: a header is called like its event: set_clock.h`, {
      remedy: 'Use small letters, digits and single underscores, and the ending .h.',
    });
  }
  checkHeader(header, name);
  const stem = header.slice(0, -'.h'.length);
  const declaration = declarationEndings.map((ending) => stem + ending).find((path) => existsSync(path));
  if (declaration === undefined) {
    throw new SpoorError('EXTENSION_INVALID', `${header}: there is no declaration ${stem}.ts beside it`, {
      remedy: `Write it: export const ${camelCase(name)} = declareEvent({ … }), from @spoor/bpf/declare.`,
    });
  }
  return { kind: kindName(name), name, header, declaration, exported: camelCase(name), from };
}

function checkHeader(header: string, name: string): void {
  const lines = readHeader(header).split('\n');
  const upward = lines.findIndex((line) => /^\s*#\s*include\s+[<"](?:.*\/)?programs\//.test(line));
  if (upward >= 0) {
    throw new SpoorError('EXTENSION_INVALID', `${header}:${upward + 1}: a header cannot include programs/`, {
      remedy: 'Include <events/…>, <maps/…>, <filters/…> and <lib/…> only.',
    });
  }
  for (const word of [`SYSCALLS_${name}`, `RETURNS_ZERO_${name}`]) {
    if (lines.some((line) => new RegExp(`^\\s*#\\s*define\\s+${word}\\b`).test(line))) continue;
    throw new SpoorError('EXTENSION_INVALID', `${header}: ${word} is not defined`, {
      remedy: word.startsWith('SYSCALLS_')
        ? `List the system calls: #define ${word}(SYSCALL, kind) SYSCALL(kind, x86-64, i386, arm64, form).`
        : `Write #define ${word} 1 if the calls return 0 or an error, else 0.`,
    });
  }
}

function readHeader(header: string): string {
  try {
    return readFileSync(header, 'utf8');
  } catch (cause) {
    throw new SpoorError('FILE_UNREADABLE', `${header}: cannot be read: ${(cause as Error).message}`, {
      remedy: 'Give the path of a header, relative to the folder of its package.json.',
      details: { file: header },
      cause,
    });
  }
}
