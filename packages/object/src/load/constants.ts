import type { ObjectFile } from '@spoor/btf';
import { SpoorError } from '@spoor/core';
import type { Native } from '../ffi/native.js';
import { codecOf, encodeFor, type Variable, Variables } from '../maps/variable.js';
import { mapHandles } from './handles.js';

/**
 * A `const volatile` variable: written before the load, then read-only and known to the verifier.
 */
export interface Constant<T = unknown> extends Variable {
  /** The value that a load now would give to the program. */
  readonly value: T;
}

/**
 * The constants of an object that is open: its handle is given to each call, since it has one only
 * until it is loaded.
 */
export class Constants {
  readonly #native: Native;
  readonly #file: string;
  readonly #variables: Variables;

  constructor(native: Native, source: ObjectFile) {
    this.#native = native;
    this.#file = source.file;
    this.#variables = new Variables(source, ['.rodata']);
  }

  get names(): readonly string[] {
    return [...this.#variables.byName.keys()];
  }

  /** @throws {SpoorError} CONSTANT_UNKNOWN, `NAME_AMBIGUOUS`, `OBJECT_INVALID` */
  read(object: bigint, name: string): Constant {
    const variable = this.#variables.find(name, 'constant');
    const { section, offset, size, layout } = variable;
    const value = codecOf(variable).decode(this.#bytesOf(object, variable));
    return { name: variable.name, section, offset, size, layout, value };
  }

  /** @throws {SpoorError} CONSTANT_UNKNOWN, `NAME_AMBIGUOUS`, `CONSTANT_TYPE`, `OBJECT_INVALID` */
  write(object: bigint, name: string, value: unknown): void {
    const variable = this.#variables.find(name, 'constant');
    this.#bytesOf(object, variable).set(encodeFor(variable, value));
  }

  /** libbpf's own copy of the section, which becomes the map's contents at the load. */
  #bytesOf(object: bigint, variable: Variable): Uint8Array {
    const { libbpf, driver } = this.#native;
    const map = mapHandles(this.#native, object).find(({ section }) => section === variable.section);
    const size = new BigUint64Array(1);
    const address = map === undefined ? 0n : libbpf.bpf_map__initial_value(map.handle, size);
    if (address === 0n || BigInt(variable.offset + variable.size) > (size[0] ?? 0n)) {
      throw new SpoorError(
        'OBJECT_INVALID',
        `${this.#file}: ${variable.name} lies outside of ${variable.section}`,
        { remedy: 'Compile the object again: its BTF and its sections do not fit together.' },
      );
    }
    const end = variable.offset + variable.size;
    return new Uint8Array(driver.view(address, end), variable.offset, variable.size);
  }
}
