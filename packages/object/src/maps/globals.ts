import type { GeneratedObject } from '@spoor/btf';
import { errnoName, SpoorError } from '@spoor/core';
import type { Native } from '../ffi/native.js';
import type { ReadValue, Untyped, VariableName, WrittenValue } from '../load/generated-types.js';
import type { KernelMap } from './kernel-map.js';
import { MAP, Mapping, PROT } from './mapping.js';
import { codecOf, encodeFor, type Variable, type Variables } from './variable.js';

/**
 * The variables of a loaded object in `.data` and `.bss`, in the very memory that the programs use
 * (kernel 5.5).
 *
 * No call crosses into the kernel. A read of several words is not atomic: a program may be writing.
 * A section with static variables only cannot be mapped (libbpf). It is read and written whole, by
 * system calls: a write can undo what a program writes meanwhile.
 *
 * @example
 * ```ts
 * loaded.globals.write('seen_tgid', 0n);
 * console.log(loaded.globals.read('hits')); // 0n: nothing is attached yet
 * ```
 */
export class Globals<V extends GeneratedObject['globals'] = Untyped> implements Disposable {
  readonly variables: ReadonlyMap<string, Variable>;
  readonly #variables: Variables;
  readonly #native: Native;
  readonly #maps: ReadonlyMap<string, KernelMap>;
  readonly #mappings = new Map<string, Mapping>();
  #disposed = false;

  /** @internal `maps` are those of the sections, by their names. */
  constructor(
    native: Native,
    object: {
      readonly variables: Variables;
      readonly maps: ReadonlyMap<string, KernelMap>;
    },
  ) {
    this.#native = native;
    this.#maps = object.maps;
    this.#variables = object.variables;
    this.variables = object.variables.byName;
  }

  /** @throws {SpoorError} CONSTANT_UNKNOWN, `NAME_AMBIGUOUS`, `WRONG_PHASE` */
  read<Name extends VariableName<V>>(name: Name): ReadValue<V, Name> {
    const variable = this.#variable(name);
    const map = this.#map(variable);
    const bytes = isMappable(map) ? this.#inPlace(map, variable) : partOf(sectionOf(map), variable);
    return codecOf(variable).decode(bytes) as ReadValue<V, Name>;
  }

  /**
   * Takes what `OpenedObject.setConstant` takes. @throws {SpoorError} CONSTANT_UNKNOWN,
   * `CONSTANT_TYPE`, `WRONG_PHASE`
   */
  write<Name extends VariableName<V>>(name: Name, value: WrittenValue<V, Name>): void {
    const variable = this.#variable(name);
    const map = this.#map(variable);
    const bytes = encodeFor(variable, value);
    if (isMappable(map)) return this.#inPlace(map, variable).set(bytes);
    const section = sectionOf(map);
    partOf(section, variable).set(bytes);
    requireDone(map.update(onlyKey, section, 0), 'bpf_map_update_elem', map);
  }

  /**
   * The variable's memory in place: for repeated or atomic access. Belongs to the object; reads
   * zeros once that is disposed.
   *
   * @throws {SpoorError} UNSUPPORTED for a section that cannot be mapped, and the errors of `read`
   */
  view(name: VariableName<V>): DataView {
    const variable = this.#variable(name);
    const map = this.#map(variable);
    if (!isMappable(map)) {
      const message = `${name}: the section ${variable.section} cannot be mapped, because it has static variables only`;
      throw new SpoorError('UNSUPPORTED', message, {
        remedy: 'Use read() and write(), or make a variable of the section global.',
      });
    }
    const { buffer, byteOffset, byteLength } = this.#inPlace(map, variable);
    return new DataView(buffer, byteOffset, byteLength);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const mapping of this.#mappings.values()) mapping[Symbol.dispose]();
    for (const map of this.#maps.values()) map.retire();
    this.#mappings.clear();
  }

  #variable(name: string): Variable {
    return this.#variables.find(name, 'global variable');
  }

  #map({ name, section }: Variable): KernelMap {
    if (this.#disposed)
      throw new SpoorError('WRONG_PHASE', `the variable ${name} is gone: its object was disposed`);
    const map = this.#maps.get(section);
    if (map === undefined)
      throw new SpoorError('OBJECT_INVALID', `there is no map of the section ${section} (${name})`, {
        remedy: 'Compile the object again, with libbpf 1.0 or later and its headers.',
      });
    return map;
  }

  #inPlace(map: KernelMap, { section, offset, size }: Variable): Uint8Array<ArrayBuffer> {
    let mapping = this.#mappings.get(section);
    if (mapping === undefined) {
      mapping = new Mapping(this.#native, {
        name: section,
        fd: map.fd,
        length: map.valueSize,
        protection: PROT.READ | PROT.WRITE,
        flags: MAP.SHARED,
      });
      this.#mappings.set(section, mapping);
    }
    return new Uint8Array(mapping.buffer, offset, size);
  }
}

/** BPF_F_MMAPABLE of linux/bpf.h. */
const mappable = 1 << 10;
const isMappable = ({ flags }: KernelMap) => (flags & mappable) !== 0;

/** A section is the one entry of its map. */
const onlyKey = new Uint8Array(4);

function sectionOf(map: KernelMap): Uint8Array {
  const section = new Uint8Array(map.valueSize);
  requireDone(map.lookup(onlyKey, section), 'bpf_map_lookup_elem', map);
  return section;
}

const partOf = (section: Uint8Array, { offset, size }: Variable) => section.subarray(offset, offset + size);

function requireDone(status: number, call: string, { name }: KernelMap): void {
  if (status === 0) return;
  throw new SpoorError('SYSCALL_FAILED', `${name}: ${call} failed: ${errnoName(status)}`, {
    call: `${call}(${name})`,
    errno: -status,
  });
}
