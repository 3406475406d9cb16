import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { SpoorError } from '@spoor/core';

/** After the end of a helper its last line may still be on its way, milliseconds. */
const outputMs = 1000;

/**
 * A program of ours that speaks in lines of JSON and goes on at each line that it gets. It is the
 * leader of a process group, so that all that it starts can be ended with it.
 */
export class Helper implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;
  readonly #exit: Promise<unknown>;

  constructor(program: string, args: readonly string[]) {
    this.#child = spawn(program, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
    this.#child.stdin!.on('error', () => {
      // It has ended, which is told by what it does not say.
    });
    this.#exit = once(this.#child, 'exit');
    const reader = createInterface({ input: this.#child.stdout! });
    this.#lines = reader[Symbol.asyncIterator]();
    // Its children share its output and may outlive it, so the stream may not end.
    this.#child.once('exit', () => setTimeout(() => reader.close(), outputMs).unref());
  }

  /** Waits for its next message, which has to have this name. */
  async hear<T extends object>(say: string): Promise<T> {
    const { done, value } = await this.#lines.next();
    const said = done === true ? undefined : (JSON.parse(value) as T & { readonly say: string });
    if (said?.say === say) return said;
    throw new SpoorError('UNSUPPORTED', `${this.#child.spawnfile} ended before it said "${say}"`, {
      remedy: 'Standard error says why. It needs root, and namespaces.',
    });
  }

  goOn(): void {
    this.#child.stdin!.write('\n');
  }

  /** Its input ends. */
  end(): void {
    this.#child.stdin!.end();
  }

  async ended(): Promise<void> {
    await this.#exit;
  }

  /** Ends it, and whatever it has started and not ended. */
  async [Symbol.asyncDispose](): Promise<void> {
    try {
      process.kill(-this.#child.pid!, 'SIGKILL');
    } catch {
      // All of them have ended.
    }
    await this.#exit;
    this.#child.stdout!.destroy();
  }
}
