import { type Codec, WordView } from '@spoor/btf';
import type { Access, ValueCodec } from './access.js';
import { valueBufferSize } from './kinds.js';
import { type Chunk, walkChunks } from './walk.js';

/**
 * The entries of a map, chunk by chunk. By hand, and no generator: the engine takes it into the
 * loop that asks, where neither a result nor a pair is made for an entry (Node 26: 606 instructions
 * an entry instead of 913).
 */
export class Entries<K, V> implements IterableIterator<[K, V]> {
  readonly #key: Codec<K>;
  readonly #value: ValueCodec<V>;
  readonly #keySize: number;
  readonly #stride: number;
  readonly #chunks: Generator<Chunk, void, undefined>;
  #keyView: DataView = new WordView(new ArrayBuffer(0));
  #valueView: DataView = this.#keyView;
  #index = 0;
  #count = 0;

  constructor({ raw, key, value }: Access<K, V>) {
    this.#key = key;
    this.#value = value;
    this.#keySize = raw.keySize;
    this.#stride = valueBufferSize(raw);
    this.#chunks = walkChunks(raw);
  }

  next(): IteratorResult<[K, V], undefined> {
    if (this.#index === this.#count && !this.#nextChunk()) return { done: true, value: undefined };
    const index = this.#index++;
    const key = this.#key.read(this.#keyView, index * this.#keySize);
    return { done: false, value: [key, this.#value.read(this.#valueView, index * this.#stride)] };
  }

  return(): IteratorResult<[K, V], undefined> {
    this.#chunks.return();
    this.#index = this.#count;
    return { done: true, value: undefined };
  }

  [Symbol.iterator](): this {
    return this;
  }

  #nextChunk(): boolean {
    const { done, value } = this.#chunks.next();
    if (done) return false;
    this.#keyView = new WordView(value.keys.buffer);
    this.#valueView = new WordView(value.values.buffer);
    this.#index = 0;
    this.#count = value.count;
    return true;
  }
}
