import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SpoorError } from '@spoor/core';

/** The parts of a package.json that matter here. */
export interface Manifest {
  readonly name?: string;
  readonly spoor?: { readonly events?: readonly string[]; readonly use?: readonly string[] };
}

/**
 * Reads the package.json of a folder. Returns an empty one if there is none.
 *
 * @throws {SpoorError} EXTENSION_INVALID if it is not JSON, or its lists are not lists of texts
 */
export function readManifest(folder: string): Manifest {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return {};
  const manifest = parse(path);
  if (!isObject(manifest)) throw invalid(path, 'it is not an object');
  const { name, spoor = {} } = manifest;
  if (!isObject(spoor)) throw invalid(path, '"spoor" is not an object');
  for (const key of ['events', 'use']) {
    const list = spoor[key] ?? [];
    if (!Array.isArray(list) || list.some((item) => typeof item !== 'string'))
      throw invalid(path, `"spoor.${key}" is not a list of texts`);
  }
  return { ...(typeof name === 'string' ? { name } : {}), spoor };
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function parse(path: string): unknown {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch (cause) {
    throw invalid(path, (cause as Error).message, cause);
  }
}

const invalid = (path: string, reason: string, cause?: unknown) =>
  new SpoorError('EXTENSION_INVALID', `${path}: ${reason}`, {
    remedy: 'Write: "spoor": { "events": ["NAME.h"], "use": ["PACKAGE"] }. Both lists are optional.',
    details: { file: path },
    cause,
  });
