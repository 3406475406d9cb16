import type { TracedEvent } from '../options.js';
import type { FileHashes } from './file-hashes.js';

/** Events that wait behind one whose file is being hashed. Of more, hashes are not waited for. */
const mostHeld = 20_000;

/**
 * Hands out events in order, each exec when the hash of its file is known. The rings are read
 * meanwhile.
 */
export class HeldEvents {
  readonly #hashes: FileHashes;
  readonly #handle: (event: TracedEvent) => void;
  #held: TracedEvent[] = [];
  /** The index of the first event that was not handed out. */
  #first = 0;
  #waiting: Promise<void> | undefined;

  constructor(hashes: FileHashes, handle: (event: TracedEvent) => void) {
    this.#hashes = hashes;
    this.#handle = handle;
  }

  /** Takes a borrowed event. */
  take(event: TracedEvent): void {
    if (this.#count === 0 && !this.#waits(event)) return this.#handle(event);
    this.#held.push(event.kind === 'malformed' ? event : event.copy());
    if (this.#count >= mostHeld) return this.#handOut(() => false);
    this.#waiting ??= this.#wait();
  }

  /** Resolves when all events were handed out. */
  async drained(): Promise<void> {
    while (this.#waiting !== undefined) await this.#waiting;
  }

  get #count(): number {
    return this.#held.length - this.#first;
  }

  #waits(event: TracedEvent): boolean {
    return event.kind === 'exec' && this.#hashes.known(event) === undefined;
  }

  async #wait(): Promise<void> {
    while (this.#count > 0) {
      const first = this.#held[this.#first]!;
      if (first.kind === 'exec') await this.#hashes.of(first);
      this.#handOut((event) => this.#waits(event));
    }
    this.#waiting = undefined;
  }

  /** The handler may end the trace, which takes all events that are left in the rings. */
  #handOut(stopsAt: (event: TracedEvent) => boolean): void {
    for (;;) {
      const event = this.#held[this.#first];
      if (event === undefined) break;
      if (stopsAt(event)) return;
      this.#first++;
      this.#handle(event);
    }
    this.#held = [];
    this.#first = 0;
  }
}
