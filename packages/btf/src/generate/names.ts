import { escapeText } from '@spoor/core';

/**
 * `proc_info` is `ProcInfo`. Characters that no identifier has separate words: a type of Rust,
 * `Option<u32>`, is `OptionU32`. `_5tuple` keeps its underscore.
 */
export function pascalCase(name: string): string {
  const words = name.split(/[^A-Za-z0-9$]+/).filter((word) => word !== '');
  const joined = words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join('');
  return /^[A-Za-z$]/.test(joined) ? joined : `_${joined}`;
}

/** `MODULE_LOAD` is `module-load`. */
export function kebabCase(name: string): string {
  return name.toLowerCase().replaceAll('_', '-');
}

/**
 * An enumerator without the first word, where all of its enum begin with the same:
 * `ORIGIN_RECOVERED_USER` is `RECOVERED_USER`. One word and never more, so that a new enumerator
 * renames no other.
 */
export function shortName(enumerator: string, all: readonly string[]): string {
  const prefix = enumerator.slice(0, enumerator.indexOf('_') + 1);
  return all.every((name) => name.startsWith(prefix) && name.length > prefix.length)
    ? enumerator.slice(prefix.length)
    : enumerator;
}

/** Order by UTF-16 code units: the same on every machine, whatever its locale. */
export const compareText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** Text for a comment: it ends neither the comment nor its line. */
export const commentText = (text: string): string => escapeText(text).replaceAll('*/', '*\\/');
