import type { Codec } from '@spoor/btf';
import type { RawMap } from '@spoor/core';
import { errno } from '@spoor/core';
import { Access, requireSize } from './access.js';
import { kindOf, requireAccess } from './kinds.js';
import { mapFailure } from './map-failure.js';
import { codecOf, type Shape, type ValueOf } from './shape.js';

/**
 * A queue (first in, first out) or stack (last in, first out) of typed values. Kernel 4.20.
 * Empty is `undefined`, full is `false`; other failures are those of `TypedMap`.
 */
export interface TypedQueue<V> {
  readonly name: string;
  /** `queue` or `stack`. */
  readonly kind: string;
  readonly maxEntries: number;
  readonly raw: RawMap;
  /**
   * False when it is full. With `dropOldest` there is always room: the value that came first goes.
   */
  push(value: V, options?: { readonly dropOldest?: boolean }): boolean;
  /** Takes the next value out, in one step. */
  pop(): V | undefined;
  /** The next value, which stays. */
  peek(): V | undefined;
  /** Takes values out until it is empty; at most `maxEntries`, since others may be pushing. */
  drain(): IterableIterator<V>;
}

/**
 * Gives a raw queue or stack typed values.
 *
 * @throws {SpoorError} MAP_LAYOUT if the size of the value differs; MAP_KIND for a map with keys;
 * INVALID_VALUE for an argument of another type
 *
 * @example
 * ```ts
 * const queue = typedQueue(rawQueue, { value: ctype.u32 });
 * queue.push(42);
 * console.log(queue.pop()); // 42
 * ```
 */
export function typedQueue<const S extends Shape>(
  raw: RawMap,
  options: { readonly value: S },
): TypedQueue<ValueOf<S>> {
  requireAccess(raw, 'queue');
  const value = codecOf(options?.value, 'value');
  requireSize(raw, 'value', value as Codec<unknown>);
  return new QueueView(new Access(raw, noKey, value));
}

/** Writes the key that queues do not have. */
const noKey: Codec<undefined> = {
  layout: { kind: 'bytes', size: 0 },
  size: 0,
  read: () => undefined,
  readInto: () => undefined,
  write: () => undefined,
  encode: () => new Uint8Array(0),
  decode: () => undefined,
};

class QueueView<V> implements TypedQueue<V> {
  readonly raw: RawMap;
  readonly #access: Access<undefined, V>;

  constructor(access: Access<undefined, V>) {
    this.raw = access.raw;
    this.#access = access;
  }

  get name(): string {
    return this.raw.name;
  }

  get kind(): string {
    return kindOf(this.raw).name;
  }

  get maxEntries(): number {
    return this.raw.maxEntries;
  }

  push(value: V, options: { readonly dropOldest?: boolean } = {}): boolean {
    const status = this.#access.update(undefined, value, options.dropOldest === true ? 2 : 0);
    if (status === 0) return true;
    if (status === -errno.E2BIG) return false;
    throw mapFailure(this.raw, 'bpf_map_push_elem', status);
  }

  pop(): V | undefined {
    return this.#value(this.#access.take(undefined), 'bpf_map_lookup_and_delete_elem');
  }

  peek(): V | undefined {
    return this.#value(this.#access.lookup(undefined), 'bpf_map_lookup_elem');
  }

  *drain(): IterableIterator<V> {
    for (let taken = 0; taken < this.maxEntries; taken++) {
      const status = this.#access.take(undefined);
      if (status === -errno.ENOENT) return;
      yield this.#value(status, 'bpf_map_lookup_and_delete_elem') as V;
    }
  }

  #value(status: number, call: string): V | undefined {
    if (status === 0) return this.#access.found();
    if (status === -errno.ENOENT) return undefined;
    throw mapFailure(this.raw, call, status);
  }
}
