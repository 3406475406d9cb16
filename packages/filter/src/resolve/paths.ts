import type { KernelDefinition } from '@spoor/bpf';
import { SpoorError } from '@spoor/core';
import { pathFieldOf } from '../events/path-fields.js';
import { factBytes } from '../facts.js';
import { quoted } from '../grammar/syntax-error.js';
import { spell } from '../grammar/text.js';
import { filterKinds } from '../kinds/filter-kinds.js';
import type { Comparison } from '../kinds/kind.js';
import { kernelTextMax } from '../kinds/text-values.js';
import type { Filter, FilterValue, Scope, TextValue } from '../scope.js';
import type { Host } from './host.js';

/** A path that somebody wrote in a scope, and what it stands for. */
export interface PathMeaning {
  /** The filter or field that it is compared with: `exe`, `open.path`. */
  readonly of: string;
  /** As an expression has it: `/bin/ls`, `/bin/*`. */
  readonly written: string;
  /** Texts that match besides the one that was written: where its symbolic links lead. */
  readonly leadsTo: readonly string[];
  /**
   * `file`: all of it exists. `missing`: some of it does not exist, and stands for itself. `name`:
   * it has no slash, so no path is equal to it.
   */
  readonly found: 'file' | 'missing' | 'name';
}

/** A scope whose paths are texts to compare, and what was made of each. */
export interface ResolvedPaths {
  readonly scope: Scope;
  readonly paths: readonly PathMeaning[];
}

interface Place {
  readonly of: string;
  /** True if the kernel follows a link in the last name: `open` does, `unlink` does not. */
  readonly followsLast: boolean;
  readonly find: (path: string) => readonly Found[];
}

interface Found {
  readonly path: string;
  readonly exists: boolean;
}

/**
 * Adds to each path of a scope the paths that its symbolic links lead to now, in the mount
 * namespaces that the scope asks for by `mntns=`, otherwise in this process's own. The text as
 * written stays: a failed call has no other name.
 *
 * @throws {SpoorError} INVALID_VALUE when the path of a binary becomes longer than the kernel
 * compares
 */
export function resolvePaths(scope: Scope, host: Host, kernel?: KernelDefinition): ResolvedPaths {
  const paths: PathMeaning[] = [];
  if (host.path === undefined) return { scope, paths };
  const namespaces = mountNamespaces(scope.filters);
  const find = (path: string) =>
    namespaces.flatMap((namespace) => {
      const found = host.path?.(path, namespace);
      return found === undefined ? [] : [found];
    });
  const resolve = <C extends Comparison>(comparison: C, place: Omit<Place, 'find'>): C => {
    const values = comparison.values.flatMap((value) => meaningsOf(value, { ...place, find }, paths));
    return { ...comparison, values: withoutDuplicates(values) };
  };
  const filters = scope.filters.map((filter) =>
    filterKinds[filter.kind].reads === 'exe'
      ? checkLengths(scope.name, resolve(filter, { of: filter.kind, followsLast: true }))
      : filter,
  );
  const events = scope.events.map((rule) => ({
    ...rule,
    where: rule.where.map((condition) => {
      const field = pathFieldOf(rule.event, condition.field, kernel);
      const of = `${rule.event}.${condition.field}`;
      return field === undefined ? condition : resolve(condition, { of, followsLast: field.followsLast });
    }),
  }));
  return { scope: { ...scope, filters, events }, paths };
}

/**
 * Inode numbers of the namespaces of `mntns=`; one `undefined`, this process's own, when the scope
 * names none.
 */
function mountNamespaces(filters: readonly Filter[]): readonly (bigint | undefined)[] {
  const asked = filters
    .filter(({ kind, operator }) => kind === 'mntns' && operator === '=')
    .flatMap(({ values }) => values)
    .flatMap((value) => ('from' in value && value.from === value.to ? [value.from] : []));
  return asked.length === 0 ? [undefined] : [...new Set(asked)];
}

/** The value, and a value for each path that it leads to. Notes what was found. */
function meaningsOf(value: FilterValue, place: Place, notes: PathMeaning[]): readonly FilterValue[] {
  if (!('at' in value) || value.at === 'end' || value.text === '') return [value];
  const { text, at } = value;
  const spelled = (path: string) => spell({ text: path, starBefore: false, starAfter: at === 'start' });
  const written = spelled(text);
  const { of } = place;
  if (!text.includes('/')) {
    // Names of abstract sockets begin so.
    if (!text.startsWith('@')) notes.push({ of, written, leadsTo: [], found: 'name' });
    return [value];
  }
  const found = at === 'start' ? beginningsOf(text, place) : wholesOf(text, place);
  const leadsTo = [...new Set(found.map(({ path }) => path))].filter((path) => path !== text);
  const isThere = found.some(({ exists }) => exists);
  notes.push({
    of,
    written,
    leadsTo: leadsTo.map(spelled),
    found: isThere ? 'file' : 'missing',
  });
  return [value, ...leadsTo.map((path): TextValue => ({ text: path, at }))];
}

/**
 * The directory part of a beginning is resolved. What follows the last slash is the beginning of a
 * name.
 */
function beginningsOf(text: string, { find }: Place): readonly Found[] {
  const slash = text.lastIndexOf('/');
  return find(slash === 0 ? '/' : text.slice(0, slash)).map(({ path, exists }) => ({
    path: under(path, text.slice(slash + 1)),
    exists,
  }));
}

/**
 * The file, and the name itself in its resolved directory: calls that fail, and calls on a link,
 * have that.
 */
function wholesOf(text: string, { find, followsLast }: Place): readonly Found[] {
  const slash = text.lastIndexOf('/');
  const name = text.slice(slash + 1);
  const whole = find(text);
  if (name === '' || name === '.' || name === '..') return whole;
  const parents = find(slash === 0 ? '/' : text.slice(0, slash));
  const named = parents.map(({ path }, index) => ({
    path: under(path, name),
    exists: whole[index]?.exists ?? false,
  }));
  return followsLast ? [...named, ...whole] : named;
}

const under = (directory: string, name: string) => `${directory === '/' ? '' : directory}/${name}`;

function withoutDuplicates(values: readonly FilterValue[]): readonly FilterValue[] {
  const seen = new Set<string>();
  return values.filter((value) => {
    if (!('at' in value)) return true;
    const key = `${value.at} ${value.text}`;
    return !seen.has(key) && seen.add(key);
  });
}

function checkLengths(scope: string, filter: Filter): Filter {
  for (const value of filter.values) {
    if (!('at' in value) || value.at === 'end') continue;
    const bytes = factBytes(value.text).length;
    if (bytes <= kernelTextMax.whole) continue;
    throw new SpoorError(
      'INVALID_VALUE',
      `scope ${scope}: ${filter.kind}: the link target ${quoted(value.text)} has ${bytes} bytes, ` +
        `but the kernel compares at most ${kernelTextMax.whole}`,
      { remedy: `Compare the end of the path: ${filter.kind}=*NAME.` },
    );
  }
  return filter;
}
