import type { RingStream } from '@spoor/ring';
import type { TracedEvent } from '../options.js';
import type { FileHashes } from './file-hashes.js';

/** Events that own their memory, each exec when the hash of its file is known. */
export class HashedStream implements AsyncIterableIterator<TracedEvent> {
  readonly #stream: RingStream<TracedEvent>;
  readonly #hashes: FileHashes;

  constructor(stream: RingStream<TracedEvent>, hashes: FileHashes) {
    this.#stream = stream;
    this.#hashes = hashes;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<TracedEvent>> {
    const found = await this.#stream.next();
    if (found.done !== true && found.value.kind === 'exec') await this.#hashes.of(found.value);
    return found;
  }

  return(): Promise<IteratorResult<TracedEvent>> {
    return this.#stream.return();
  }

  close(): void {
    this.#stream.close();
  }
}
