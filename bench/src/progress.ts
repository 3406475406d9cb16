import process from 'node:process';

const everyMs = 5000;

/**
 * Progress on standard error: one changing line on a terminal, otherwise a line now and then.
 */
export class Progress {
  readonly #live = process.stderr.isTTY === true && process.env['TERM'] !== 'dumb';
  #shown = false;
  #last = Number.NEGATIVE_INFINITY;

  /** A line that stays. */
  say(text: string): void {
    this.clear();
    process.stderr.write(`bench: ${text}\n`);
    this.#last = performance.now();
  }

  /** A line that the next one replaces. */
  show(text: string): void {
    if (this.#live) {
      const columns = process.stderr.columns ?? 80;
      process.stderr.write(`\r\u001b[K${text.slice(0, columns - 1)}`);
      this.#shown = true;
    } else if (performance.now() - this.#last >= everyMs) {
      this.say(text);
    }
  }

  clear(): void {
    if (this.#shown) process.stderr.write('\r\u001b[K');
    this.#shown = false;
  }
}
