import { SpoorError } from '@spoor/core';
import type { Native } from '../ffi/native.js';
import { unknownName } from '../load/unknown-name.js';
import type { KernelMap } from './kernel-map.js';
import { MAP, Mapping, PROT } from './mapping.js';
import { codecOf, encodeFor, type Variable } from './variable.js';

/**
 * The variables of a loaded object in `.data` and `.bss`, in the very memory that the programs use
 * (kernel 5.5).
 *
 * No call crosses into the kernel. A read of several words is not atomic: a program may be writing.
 *
 * @example
 * ```ts
 * loaded.globals.write('seen_tgid', 0n);
 * console.log(loaded.globals.read('hits')); // 0n: nothing is attached yet
 * ```
 */
export class Globals implements Disposable {
  readonly variables: ReadonlyMap<string, Variable>;
  readonly #native: Native;
  readonly #object: string;
  readonly #maps: ReadonlyMap<string, KernelMap>;
  readonly #mappings = new Map<string, Mapping>();
  #disposed = false;

  /** @internal `maps` are those of the sections, by their names. */
  constructor(
    native: Native,
    object: {
      readonly name: string;
      readonly variables: ReadonlyMap<string, Variable>;
      readonly maps: ReadonlyMap<string, KernelMap>;
    },
  ) {
    this.#native = native;
    this.#object = object.name;
    this.#maps = object.maps;
    this.variables = object.variables;
  }

  /** @throws {SpoorError} CONSTANT_UNKNOWN, `WRONG_PHASE` */
  read(name: string): unknown {
    const variable = this.#variable(name);
    return codecOf(variable).decode(this.#bytes(variable));
  }

  /**
   * Takes what `OpenedObject.setConstant` takes. @throws {SpoorError} CONSTANT_UNKNOWN,
   * `CONSTANT_TYPE`, `WRONG_PHASE`
   */
  write(name: string, value: unknown): void {
    const variable = this.#variable(name);
    this.#bytes(variable).set(encodeFor(variable, value));
  }

  /**
   * The variable's memory in place: for repeated or atomic access. Belongs to the object; reads
   * zeros once that is disposed.
   */
  view(name: string): DataView {
    const { buffer, byteOffset, byteLength } = this.#bytes(this.#variable(name));
    return new DataView(buffer, byteOffset, byteLength);
  }

  [Symbol.dispose](): void {
    this.#disposed = true;
    for (const mapping of this.#mappings.values()) mapping[Symbol.dispose]();
    for (const map of this.#maps.values()) map.retire();
    this.#mappings.clear();
  }

  #variable(name: string): Variable {
    const variable = this.variables.get(name);
    if (variable !== undefined) return variable;
    throw unknownName('CONSTANT_UNKNOWN', `global variable ${name}`, {
      of: this.#object,
      known: this.variables.keys(),
    });
  }

  #bytes({ name, section, offset, size }: Variable): Uint8Array<ArrayBuffer> {
    if (this.#disposed)
      throw new SpoorError('WRONG_PHASE', `the variable ${name} is gone: its object was disposed`);
    const map = this.#maps.get(section);
    if (map === undefined)
      throw new SpoorError('OBJECT_INVALID', `there is no map of the section ${section} (${name})`);
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
