import { setImmediate } from 'node:timers/promises';

/** How long a reader keeps the event loop to itself. Milliseconds. */
const sliceMs = 10;

/** Yields to the event loop from time to time: resolved promises alone delay timers and signals. */
export class Turns {
  #since = performance.now();

  isDue(): boolean {
    return performance.now() - this.#since >= sliceMs;
  }

  async take(): Promise<void> {
    await setImmediate();
    this.#since = performance.now();
  }
}
