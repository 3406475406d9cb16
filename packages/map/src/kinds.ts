import { type MapType, mapTypeOf, type RawMap, SpoorError, typeName } from '@spoor/core';

/** Returns what the type of a raw map can do. */
export const kindOf = (raw: RawMap): MapType => mapTypeOf(raw.type);

/**
 * Returns the kind of a map.
 *
 * @throws {SpoorError} MAP_KIND when the map's kind has another access than its user wants;
 *   INVALID_VALUE when `raw` is not a map
 */
export function requireAccess(raw: RawMap, wanted: 'keyed' | 'queue'): MapType {
  if (typeof raw?.type !== 'number') {
    throw new SpoorError('INVALID_VALUE', `expected a map, got ${typeName(raw)}`, {
      remedy: "Give a map of a loaded object, loaded.map('NAME'), or memoryMap() in tests.",
    });
  }
  const kind = kindOf(raw);
  if (kind.access === wanted) return kind;
  const remedies = {
    keyed: 'Give a key and a value.',
    queue: 'Give a value and no key.',
    none: kind.instead === undefined ? 'There is no typed map over this kind.' : `Instead: ${kind.instead}.`,
  };
  throw new SpoorError(
    'MAP_KIND',
    `map ${raw.name} is a ${kind.name} (map type ${raw.type}), ${wanted === 'keyed' ? 'not a map from keys to values' : 'not a queue or stack'}`,
    { remedy: remedies[kind.access], details: { map: raw.name, kind: kind.name, wanted } },
  );
}

/** Bytes from one CPU's value to the next: the kernel rounds each up to 8. */
export function slotStride(valueSize: number): number {
  return (valueSize + 7) & ~7;
}

/**
 * Bytes of a value buffer in a system call: all slots of a per-CPU kind, else the value's own size.
 */
export function valueBufferSize(raw: RawMap): number {
  return kindOf(raw).perCpu ? slotStride(raw.valueSize) * raw.slots : raw.valueSize;
}
