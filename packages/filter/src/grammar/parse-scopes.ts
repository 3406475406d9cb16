import { SpoorError } from '@spoor/core';
import { defaultScopeName, type Scope } from '../scope.js';
import { notText, parseScope } from './parse.js';
import type { KernelOptions } from './print.js';
import { quoted } from './syntax-error.js';

/**
 * Parses several expressions. Those without a name are named `scope`, `scope2`, `scope3` by
 * position.
 *
 * @throws {SpoorError} INVALID_VALUE when two scopes have one name; the codes of `parseScope`
 *
 * @example
 * ```ts
 * const scopes = parseScopes(['web: comm=nginx', 'uid=0 open.path=/etc/*']);
 * ```
 */
export function parseScopes(texts: readonly string[], options: KernelOptions = {}): Scope[] {
  if (!Array.isArray(texts)) {
    const { problem, remedy } = notText('parseScopes()', 'an array of strings', texts);
    throw new SpoorError('INVALID_VALUE', problem, { remedy });
  }
  const scopes = texts.map((text, index) =>
    parseScope(text, {
      ...options,
      name: index === 0 ? defaultScopeName : `${defaultScopeName}${index + 1}`,
    }),
  );
  const names = new Set<string>();
  for (const { name } of scopes) {
    if (names.has(name)) {
      throw new SpoorError('INVALID_VALUE', `duplicate scope name ${quoted(name)}`, {
        remedy: 'Name a scope by a prefix with a colon: web: comm=nginx.',
      });
    }
    names.add(name);
  }
  return scopes;
}
