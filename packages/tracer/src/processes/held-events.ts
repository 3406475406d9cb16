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
  #waiting: Promise<void> | undefined;

  constructor(hashes: FileHashes, handle: (event: TracedEvent) => void) {
    this.#hashes = hashes;
    this.#handle = handle;
  }

  /** Takes a borrowed event. */
  take(event: TracedEvent): void {
    const waits = event.kind === 'exec' && this.#hashes.known(event) === undefined;
    if (!waits && this.#held.length === 0) return this.#handle(event);
    this.#held.push(event.kind === 'malformed' ? event : event.copy());
    if (this.#held.length >= mostHeld) return this.#handOutAll();
    this.#waiting ??= this.#wait();
  }

  /** Resolves when all events were handed out. */
  async drained(): Promise<void> {
    while (this.#waiting !== undefined) await this.#waiting;
  }

  async #wait(): Promise<void> {
    while (this.#held.length > 0) {
      const [first] = this.#held;
      if (first!.kind === 'exec') await this.#hashes.of(first!);
      this.#handOutKnown();
    }
    this.#waiting = undefined;
  }

  #handOutKnown(): void {
    let count = 0;
    for (const event of this.#held) {
      if (event.kind === 'exec' && this.#hashes.known(event) === undefined) break;
      this.#handle(event);
      count++;
    }
    this.#held = this.#held.slice(count);
  }

  #handOutAll(): void {
    const all = this.#held;
    this.#held = [];
    for (const event of all) this.#handle(event);
  }
}
