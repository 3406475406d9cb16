import { errnoName, type RawMap, SpoorError } from '@spoor/core';
import type { CompiledScopes } from './compile.js';
import { encodeScopeSet, encodeStrings, type Half, type StringRow } from './encode.js';

/** The maps of `bpf/filters/scopes.h`. A map of maps holds `fd`. */
export interface ScopeMaps {
  readonly scope_sets: RawMap;
  readonly scope_in_force: RawMap & { readonly fd: number };
  readonly scope_grace: RawMap;
  readonly filter_strings: RawMap;
}

/** Puts compiled scopes into force. There is one writer per loaded object. */
export interface ScopeWriter {
  /** The scopes in force. */
  readonly current: CompiledScopes | undefined;
  /**
   * Replaces all scopes at one moment: every event is evaluated by the old scopes or by the new
   * ones. Returns when no program uses the old ones, after some milliseconds. After an error the
   * old scopes are in force.
   *
   * @throws {SpoorError} MAP_FULL when the texts do not fit; INVALID_VALUE when the numbers do not
   * fit; WRONG_PHASE when the scopes were not compiled with `previous: current`; SYSCALL_FAILED
   * when the kernel refused a write
   */
  replace(compiled: CompiledScopes): void;
  /**
   * Reads the tables of the scopes in force back from the kernel.
   *
   * @returns the names of the maps that another process has written
   */
  changed(): readonly string[];
}

/**
 * Creates the writer for the maps of a loaded object.
 *
 * @example
 * ```ts
 * const writer = createScopeWriter(maps);
 * writer.replace(compileScopes([parseScope('uid=0')]));
 * ```
 */
export function createScopeWriter(maps: ScopeMaps): ScopeWriter {
  // The object is loaded with no set in force.
  let place = 0;
  let current: CompiledScopes | undefined;
  let strings: StringRow[] = [];
  let written: Uint8Array = new Uint8Array(0);

  return {
    get current() {
      return current;
    },
    replace(compiled) {
      if (compiled.bits.version !== (current?.bits.version ?? 0n) + 1n) {
        throw new SpoorError(
          'WRONG_PHASE',
          'these scopes were not compiled as successors of the active ones',
          {
            remedy: 'Call compileScopes with previous: writer.current.',
          },
        );
      }
      const idle: Half = place === 1 ? 1 : 0;
      const bytes = encodeScopeSet(compiled, idle);
      const rows = encodeStrings(compiled, idle);
      insert(maps.filter_strings, rows);
      try {
        update(maps.scope_sets, idle, bytes);
        update(maps.scope_in_force, 0, u32(idle + 1));
        if (current !== undefined) update(maps.scope_grace, 0, u32(maps.scope_in_force.fd));
      } catch (error) {
        maps.scope_in_force.update(u32(0), u32(place), 0);
        remove(maps.filter_strings, rows);
        throw error;
      }
      remove(maps.filter_strings, strings);
      place = idle + 1;
      current = compiled;
      strings = rows;
      written = bytes;
    },
    changed() {
      if (current === undefined) return [];
      const { scope_in_force: word, scope_sets: sets, filter_strings: texts } = maps;
      const names: string[] = [];
      if (!holds(word, u32(0), u32(place))) names.push(word.name);
      if (!holds(sets, u32(place - 1), written)) names.push(sets.name);
      if (!strings.every(({ key, value }) => holds(texts, key, value))) names.push(texts.name);
      return names;
    },
  };
}

/** Also when the map cannot be read: nothing is known then. */
function holds(map: RawMap, key: Uint8Array, wanted: Uint8Array): boolean {
  const value = new Uint8Array(wanted.length);
  const status = map.lookup(key, value);
  if (status !== 0) return errnoName(-status) !== 'ENOENT';
  return value.every((byte, index) => byte === wanted[index]);
}

function insert(map: RawMap, rows: readonly StringRow[]): void {
  for (const [index, { key, value }] of rows.entries()) {
    const status = map.update(key, value, 0);
    if (status === 0) continue;
    remove(map, rows.slice(0, index));
    if (errnoName(-status) !== 'ENOSPC') check(map, status);
    throw new SpoorError(
      'MAP_FULL',
      `${map.name} is full: it holds ${map.maxEntries} texts of the old and the new scopes`,
      {
        remedy: 'Use fewer texts, or replace texts by a common beginning: TEXT*.',
        call: `bpf_map_update_elem(${map.name})`,
        errno: -status,
      },
    );
  }
}

function remove(map: RawMap, rows: readonly StringRow[]): void {
  for (const { key } of rows) map.delete(key);
}

function update(map: RawMap, index: number, value: Uint8Array): void {
  check(map, map.update(u32(index), value, 0));
}

function u32(value: number): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Uint32Array.of(value).buffer);
}

function check(map: RawMap, status: number): void {
  if (status === 0) return;
  throw new SpoorError('SYSCALL_FAILED', `cannot write the scopes: ${errnoName(-status)}`, {
    call: `bpf_map_update_elem(${map.name})`,
    errno: -status,
  });
}
