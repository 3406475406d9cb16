import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { compareText } from './names.js';
import { isGenerated, replaceGenerated } from './write-generated.js';

/**
 * Lists the TypeScript files of `folder` that differ from `files` or are missing, and generated
 * ones that should not be there. Other files in the folder are not looked at.
 *
 * @param files the text of each file, by its name
 * @returns their names, sorted
 *
 * @example
 * ```ts
 * const files = generate(readObject('trace.bpf.o'), { source: 'trace.bpf.c' });
 * const stale = staleFiles('gen', files);
 * if (stale.length > 0) console.log(`Generate these files again: ${stale.join(', ')}`);
 * ```
 */
export function staleFiles(folder: string, files: Readonly<Record<string, string>>): readonly string[] {
  const present = new Map(readTexts(folder));
  const surplus = [...present].filter(([name, text]) => !Object.hasOwn(files, name) && isGenerated(text));
  const changed = Object.keys(files).filter((name) => files[name] !== present.get(name));
  return [...changed, ...surplus.map(([name]) => name)].sort(compareText);
}

/**
 * Writes the files that `staleFiles` lists, and removes the generated ones that should not be
 * there. All others stay untouched.
 *
 * @param files the text of each file, by its name
 * @returns the names of the changed files, sorted
 * @throws {SpoorError} OUTPUT_UNWRITABLE when a file with one of the names was not generated: then
 *   nothing is written
 * @throws {SpoorError} OUTPUT_UNWRITABLE when a file cannot be written
 *
 * @example
 * ```ts
 * const files = generate(readObject('trace.bpf.o'), { source: 'trace.bpf.c' });
 * for (const name of updateFiles('gen', files)) console.log(`updated gen/${name}`);
 * ```
 */
export function updateFiles(folder: string, files: Readonly<Record<string, string>>): readonly string[] {
  mkdirSync(folder, { recursive: true });
  const stale = staleFiles(folder, files);
  const writes = stale.filter((name) => Object.hasOwn(files, name));
  const replace = writes.map((name) => replaceGenerated(join(folder, name)));
  for (const [index, name] of writes.entries()) replace[index]!(files[name]!);
  for (const name of stale) if (!Object.hasOwn(files, name)) rmSync(join(folder, name));
  return stale;
}

function readTexts(folder: string): readonly (readonly [name: string, text: string])[] {
  try {
    const files = readdirSync(folder, { withFileTypes: true });
    const names = files.filter((file) => file.isFile() && file.name.endsWith('.ts')).map(({ name }) => name);
    return names.map((name) => [name, readFileSync(join(folder, name), 'utf8')] as const);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
