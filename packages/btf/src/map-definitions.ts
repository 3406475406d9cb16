import type { BtfType } from './btf-types.js';
import type { ObjectFile, ObjectVariable } from './parse-object.js';

/**
 * A map as its object declares it in `SEC(".maps")`; a loader may change the sizes before it is
 * created.
 */
export interface ObjectMap {
  readonly name: string;
  /** The number of `enum bpf_map_type`. */
  readonly type: number;
  readonly maxEntries: number;
  readonly flags: number;
  /**
   * BTF id for `layoutOf`; undefined where the declaration gives only a size, or none (a ring
   * buffer).
   */
  readonly keyType: number | undefined;
  readonly valueType: number | undefined;
  /** Bytes. */
  readonly keySize: number;
  readonly valueSize: number;
}

/**
 * Returns the maps of an object, in the order of its BTF. In a declaration, `__uint(name, n)` is a
 * pointer to an array of n, and `__type` a pointer to a type (libbpf, `parse_btf_map_def`).
 *
 * @throws {SpoorError} BTF_INVALID when a declaration does not use the macros of `bpf_helpers.h`
 *
 * @example
 * ```ts
 * const names = mapsOf(readObject('trace.bpf.o')).map(({ name }) => name);
 * ```
 */
export function mapsOf(object: ObjectFile): readonly ObjectMap[] {
  return object.variables
    .filter(({ section }) => section === '.maps')
    .map((map) => readDefinition(object, map));
}

function readDefinition({ btf }: ObjectFile, variable: ObjectVariable): ObjectMap {
  const definition = btf.resolve(variable.type);
  if (definition.kind !== 'struct') throw btf.invalid(`the map ${variable.name} is no struct`);
  const members = new Map(definition.members.map((member) => [member.name, member.type]));
  const typeOf = (name: string): number | undefined => {
    const id = members.get(name);
    if (id === undefined) return undefined;
    const pointer: BtfType = btf.resolve(id);
    if (pointer.kind !== 'pointer')
      throw btf.invalid(`the map ${variable.name} declares ${name} without __uint or __type`);
    return pointer.type;
  };
  const number = (name: string): number => {
    const id = typeOf(name);
    if (id === undefined) return 0;
    const array = btf.typeById(id);
    if (array.kind !== 'array') throw btf.invalid(`the map ${variable.name} declares ${name} without __uint`);
    return array.length;
  };
  const keyType = typeOf('key');
  const valueType = typeOf('value');
  return {
    name: variable.name,
    type: number('type'),
    maxEntries: number('max_entries'),
    flags: number('map_flags'),
    keyType,
    valueType,
    keySize: (keyType === undefined ? undefined : btf.sizeOf(keyType)) ?? number('key_size'),
    valueSize: (valueType === undefined ? undefined : btf.sizeOf(valueType)) ?? number('value_size'),
  };
}
