import { createRequire } from 'node:module';

/**
 * A compiled object. All objects are of one source and have the types of the exported layouts.
 */
export interface ObjectVariant {
  /**
   * True for the object with only lifecycle events and the filters of `leanFilters`. It loads in
   * half the time.
   */
  readonly lean?: boolean;
  /** True for the object that does not use `bpf_loop`: it needs Linux 5.10 instead of 5.17. */
  readonly withoutBpfLoop?: boolean;
}

/**
 * Returns the path of a compiled BPF object of this package.
 *
 * @example
 * ```ts
 * const { programs } = readObject(objectPath({ lean: true })); // readObject of @spoor/btf
 * ```
 */
export function objectPath({ lean = false, withoutBpfLoop = false }: ObjectVariant = {}): string {
  const name = `spoor${lean ? '-lean' : ''}${withoutBpfLoop ? '-without-bpf-loop' : ''}`;
  return createRequire(import.meta.url).resolve(`@spoor/bpf/objects/${name}.bpf.o`);
}
