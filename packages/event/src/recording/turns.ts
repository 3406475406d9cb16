import { setImmediate } from 'node:timers/promises';

/** How long a reader keeps the event loop to itself. Milliseconds. */
const sliceMs = 10;

/** Gives others their turn now and then: promises that are resolved already keep timers and signals waiting. */
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
