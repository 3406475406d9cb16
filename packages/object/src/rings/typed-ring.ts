import { SpoorError } from '@spoor/core';
import {
  type Drainable,
  type DrainOptions,
  type PaceOptions,
  type RingHandler,
  RingStream,
} from '@spoor/ring';
import type { RecordDecoder } from './record-decoder.js';

/** How `TypedRing` waits, and ends. */
export interface TypedRingOptions extends PaceOptions {
  /** Ends the iteration at once and closes the ring. It is not an error. */
  readonly signal?: AbortSignal;
  /** Most records that the iteration takes out of the ring ahead of the loop. Default: 256. */
  readonly highWaterMark?: number;
  /**
   * Called for a record whose length or tag is wrong, which is then skipped. Default: the iteration
   * ends with the error.
   */
  readonly onMalformed?: (error: SpoorError) => void;
}

/** A record of the wrong length or tag, in the order of the ring. */
class Malformed {
  constructor(readonly error: SpoorError) {}
}

/**
 * The records of a ring buffer or a perf buffer: values for `for await`, values that are borrowed,
 * or bytes in place.
 *
 * It ends with `close`, with the `signal`, with `break`, and when its object is closed. Each gives
 * back the memory of the ring. Only `break` and the signal leave behind records that the loop was
 * not given: at most `highWaterMark` of those are lost, and the others stay in a ring buffer.
 *
 * @example
 * ```ts
 * const signal = AbortSignal.timeout(100);
 * for await (const bytes of loaded.ring('ring', { signal })) console.log(bytes.length);
 * ```
 */
export class TypedRing<T> implements AsyncIterable<T>, Disposable {
  readonly name: string;
  readonly #reader: Drainable & { readonly lost?: number };
  readonly #decoder: RecordDecoder;
  readonly #options: TypedRingOptions;
  #stream: RingStream<T | Malformed> | undefined;

  /** @internal Use `LoadedObject.ring`. */
  constructor(
    name: string,
    reader: Drainable & { readonly lost?: number },
    { decoder, ...options }: TypedRingOptions & { readonly decoder: RecordDecoder },
  ) {
    this.name = name;
    this.#reader = reader;
    this.#decoder = decoder;
    this.#options = options;
    const { signal } = options;
    if (signal?.aborted) this.#end();
    else signal?.addEventListener('abort', this.#end, { once: true });
  }

  /**
   * Samples that the kernel could not write into a full perf buffer, as it reported so far. 0 for a
   * ring buffer: there the program itself sees that it is full.
   */
  get lost(): number {
    return this.#reader.lost ?? 0;
  }

  get closed(): boolean {
    return this.#reader.closed;
  }

  /** Unread bytes. After `close`, those left behind. */
  get backlog(): number {
    return this.#reader.backlog;
  }

  /**
   * Waits for records. All iterations of one ring share its records, and none begins again.
   *
   * @throws {SpoorError} RECORD_MALFORMED from `next`, when a record has a wrong length or tag, or
   *   the ring contradicts itself. The ring is then closed.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<T> {
    const stream = this.closed ? this.#stream : this.#opened();
    const iterator: AsyncIterableIterator<T> = {
      next: () => this.#next(stream),
      return: () => {
        this.#end();
        return Promise.resolve({ done: true, value: undefined });
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  }

  /**
   * Hands out the records that are in the ring now, decoded, and returns. A record is borrowed: it
   * is valid until the handler returns, and the next one of its type overwrites it.
   *
   * @returns the number of records
   * @throws {SpoorError} RECORD_MALFORMED when a record has a wrong length or tag; the next call
   *   goes on after it
   *
   * @example
   * ```ts
   * using ring = loaded.ring('ring');
   * ring.read((bytes) => console.log(bytes.length));
   * ```
   */
  read(handler: (record: T) => void, options?: DrainOptions): number {
    return this.#reader.drain((data, offset, length) => {
      const record = this.#decoded('borrow', data, offset, length);
      if (record instanceof Malformed) throw record.error;
      if (record !== undefined) handler(record);
    }, options);
  }

  /**
   * Hands out the bytes of the records that are in the ring now, in place, and returns. No length
   * is checked.
   *
   * @returns the number of records
   */
  drain(handler: RingHandler, options?: DrainOptions): number {
    return this.#reader.drain(handler, options);
  }

  /** Gives the records that were submitted so far to the iteration, and closes the ring. */
  close(): void {
    this.#options.signal?.removeEventListener('abort', this.#end);
    if (this.#stream === undefined) this.#reader.close();
    else this.#stream.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #opened(): RingStream<T | Malformed> {
    const { signal: _, ...pace } = this.#options;
    this.#stream ??= new RingStream(this.#reader, {
      ...pace,
      take: (data, offset, length) => this.#decoded('take', data, offset, length),
    });
    return this.#stream;
  }

  async #next(stream: RingStream<T | Malformed> | undefined): Promise<IteratorResult<T, undefined>> {
    try {
      const result = await stream?.next();
      if (result === undefined || result.done) return { done: true, value: undefined };
      if (result.value instanceof Malformed) throw result.value.error;
      return { done: false, value: result.value };
    } catch (error) {
      this.#end();
      throw error;
    }
  }

  /** Returns undefined for a record that `onMalformed` was called for. */
  #decoded(
    how: 'take' | 'borrow',
    ...[data, offset, length]: Parameters<RingHandler>
  ): T | Malformed | undefined {
    try {
      return this.#decoder[how](data, offset, length) as T;
    } catch (error) {
      if (!(error instanceof SpoorError)) throw error;
      const { onMalformed } = this.#options;
      if (onMalformed === undefined) return new Malformed(error);
      onMalformed(error);
      return undefined;
    }
  }

  /** Ends at once. */
  readonly #end = (): void => {
    this.#options.signal?.removeEventListener('abort', this.#end);
    void this.#stream?.return();
    this.#reader.close();
  };
}
