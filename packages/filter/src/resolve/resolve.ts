import type { KernelDefinition } from '@spoor/bpf';
import { nearest, SpoorError } from '@spoor/core';
import type { Refusal } from '@spoor/proc';
import { quoted } from '../grammar/syntax-error.js';
import { filterKinds } from '../kinds/filter-kinds.js';
import type { ValueKind } from '../kinds/kind.js';
import type { Filter, FilterValue, Scope } from '../scope.js';
import type { Host } from './host.js';
import { type ResolvedPaths, resolvePaths } from './paths.js';

/**
 * Returns the scope with names replaced by numbers, and with the targets of symbolic links added to
 * its paths. Later changes on the host have no effect on the result.
 *
 * @throws {SpoorError} INVALID_VALUE when a name does not exist on the host
 *
 * @example
 * ```ts
 * const scope = resolveScope(parseScope('uid=nobody exe=/bin/sh'), linuxHost());
 * ```
 */
export function resolveScope(scope: Scope, host: Host): Scope {
  return resolveScopeAndPaths(scope, host).scope;
}

/** Returns the resolved scope, and the meaning of each path. */
export function resolveScopeAndPaths(scope: Scope, host: Host, kernel?: KernelDefinition): ResolvedPaths {
  const filters = scope.filters.map((filter) => resolveFilter(scope.name, filter, host));
  return resolvePaths({ ...scope, filters }, host, kernel);
}

function resolveFilter(scope: string, filter: Filter, host: Host): Filter {
  return { ...filter, values: filter.values.map((value) => resolveValue(scope, filter, value, host)) };
}

function resolveValue(scope: string, filter: Filter, value: FilterValue, host: Host): FilterValue {
  if (!('name' in value)) return value;
  const { names }: ValueKind = filterKinds[filter.kind];
  const found = names?.find(value.name, host);
  if (typeof found === 'bigint') return { from: found, to: found };
  const guess = value.name.startsWith('@') ? undefined : nearest(value.name, names?.known?.(host) ?? []);
  const usual = guess ? `Did you mean ${guess}?` : `Values: ${filterKinds[filter.kind].expected}.`;
  const { problem, remedy = usual }: Refusal = found ?? {
    problem: `no such ${names?.what ?? 'name'} on this machine`,
  };
  const place = `scope ${scope}: ${filter.kind}${filter.operator}${quoted(value.name)}`;
  throw new SpoorError('INVALID_VALUE', `${place}: ${problem}`, { remedy });
}
