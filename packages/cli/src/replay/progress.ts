import type { Stream } from '../io.js';

const everyMs = 250;

/** Shows the progress of a long replay in one line of the terminal. */
export class Progress {
  readonly #stream: Stream;
  readonly #size: number;
  #lastMs = performance.now();
  #shown = false;

  constructor(stream: Stream, size: number) {
    this.#stream = stream;
    this.#size = size;
  }

  at(position: number): void {
    const now = performance.now();
    if (now - this.#lastMs < everyMs) return;
    this.#lastMs = now;
    this.#shown = true;
    this.#stream.sink.write(`\rreplaying: ${Math.floor((100 * position) / this.#size)} %`);
  }

  done(): void {
    if (this.#shown) this.#stream.sink.write('\r\x1b[K');
  }
}
