import { LineBuffer } from '@spoor/event';
import type { Printable, Renderer } from './renderer.js';
import type { Sink } from './sink.js';

/** Formats events and writes them to the sink. */
export class EventWriter {
  readonly #renderer: Renderer;
  readonly #sink: Sink;
  readonly #lines = new LineBuffer();
  readonly #kinds: ReadonlySet<string>;

  /** @param kinds the event kinds to write. Markers and malformed records are always written. */
  constructor(renderer: Renderer, sink: Sink, kinds: readonly string[]) {
    this.#renderer = renderer;
    this.#sink = sink;
    sink.through(this.#lines);
    this.#kinds = new Set([...kinds, 'malformed', 'drops', 'gap', ...(renderer.alsoTakes ?? [])]);
  }

  begin(): void {
    this.#sink.write(this.#renderer.begin());
  }

  write(event: Printable): void {
    if (!this.#kinds.has(event.kind)) return;
    this.#renderer.event(event, this.#lines);
    this.#sink.added();
  }

  /** Returns a promise to wait for before the next write; undefined unless the sink is full. */
  pause(): Promise<void> | undefined {
    return this.#sink.full ? this.#sink.drained() : undefined;
  }

  end(): void {
    this.#sink.write(this.#renderer.end());
  }
}
