import { SpoorError } from '@spoor/btf';
import { errnoName, type RawMap } from '@spoor/map';
import type { CompiledScopes } from './compile.js';
import { encodeScopeSet, encodeStrings, type Half, type StringRow } from './encode.js';

/** The maps of `bpf/filters/scopes.h`, as the loader gives them: `fd` is what a map of maps holds. */
export interface ScopeMaps {
  readonly scope_set_0: RawMap & { readonly fd: number };
  readonly scope_set_1: RawMap & { readonly fd: number };
  readonly scope_sets: RawMap;
  readonly filter_strings: RawMap;
}

/** Puts compiled scopes into force. Belongs to the loaded object that the maps are of; one writer an object. */
export interface ScopeWriter {
  /** What is in force: what the last `replace` was given. */
  readonly current: CompiledScopes | undefined;
  /**
   * Replaces all scopes at one moment: every event is judged by the old ones or by these. Returns when no program uses
   * the old ones any more, which takes the kernel some milliseconds. After an error the old ones are still in force.
   *
   * @throws SpoorError MAP_FULL when there is no room for the texts; SYSCALL_FAILED; INVALID_VALUE (see `encodeScopeSet`);
   * WRONG_PHASE when the scopes were not compiled with `previous: current`
   */
  replace(compiled: CompiledScopes): void;
}

const firstIndex = new Uint8Array(4);

export function createScopeWriter(maps: ScopeMaps): ScopeWriter {
  // The object is loaded with the first half in force, and nothing in it.
  let half: Half = 0;
  let current: CompiledScopes | undefined;
  let strings: StringRow[] = [];

  return {
    get current() {
      return current;
    },
    replace(compiled) {
      if (compiled.bits.version !== (current?.bits.version ?? 0n) + 1n) {
        throw new SpoorError('WRONG_PHASE', 'these scopes were not compiled to follow the ones in force', {
          remedy: 'Pass compileScopes the option previous: writer.current.',
        });
      }
      const idle: Half = half === 0 ? 1 : 0;
      const set = idle === 0 ? maps.scope_set_0 : maps.scope_set_1;
      const bytes = encodeScopeSet(compiled, idle);
      const rows = encodeStrings(compiled, idle);
      insert(maps.filter_strings, rows);
      try {
        check(set, 'update', set.update(firstIndex, bytes, 0));
        const fd = new Uint8Array(Int32Array.of(set.fd).buffer);
        check(maps.scope_sets, 'update', maps.scope_sets.update(firstIndex, fd, 0));
      } catch (error) {
        remove(maps.filter_strings, rows);
        throw error;
      }
      remove(maps.filter_strings, strings);
      half = idle;
      current = compiled;
      strings = rows;
    },
  };
}

function insert(map: RawMap, rows: readonly StringRow[]): void {
  for (const [index, { key, value }] of rows.entries()) {
    const status = map.update(key, value, 0);
    if (status === 0) continue;
    remove(map, rows.slice(0, index));
    if (errnoName(-status) !== 'ENOSPC') check(map, 'update', status);
    throw new SpoorError(
      'MAP_FULL',
      `${map.name} has room for ${map.maxEntries} texts, of the old scopes and the new`,
      {
        remedy: 'Use fewer texts, or beginnings that stand for many.',
        call: `bpf_map_update_elem(${map.name})`,
        errno: -status,
      },
    );
  }
}

function remove(map: RawMap, rows: readonly StringRow[]): void {
  for (const { key } of rows) map.delete(key);
}

function check(map: RawMap, call: string, status: number): void {
  if (status === 0) return;
  throw new SpoorError('SYSCALL_FAILED', `the scopes could not be written: ${errnoName(-status)}`, {
    call: `bpf_map_${call}_elem(${map.name})`,
    errno: -status,
  });
}
