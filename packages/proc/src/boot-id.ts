import { tryRead } from './files.js';

/**
 * Reads the id of this boot of the machine, a random UUID.
 *
 * @param root where `/proc` is
 * @returns `undefined` if it cannot be read
 *
 * @example
 * ```ts
 * const id = bootId() ?? 'unknown boot';
 * ```
 */
export function bootId(root = '/proc'): string | undefined {
  const text = tryRead(`${root}/sys/kernel/random/boot_id`).trim();
  return text === '' ? undefined : text;
}
