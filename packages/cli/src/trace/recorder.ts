import { arch, release } from 'node:os';
import { SpoorError } from '@spoor/core';
import { type DropsMarker, type EventContext, RecordingWriter } from '@spoor/event';
import type { TracedEvent } from '@spoor/tracer';
import type { OutputFile } from '../output/output-file.js';
import { removedError } from '../output/removed.js';
import { version } from '../version.js';

/** What a recording keeps of the trace that it is of. */
export interface RecordedTrace {
  readonly command: readonly string[] | undefined;
  /** The kinds that were asked for: what a replay shows when it is asked for nothing else. */
  readonly events: readonly string[];
}

/** Writes what a trace hands out to a file that `spoor replay` reads. */
export class Recorder {
  readonly #writer: RecordingWriter;
  readonly #removed: () => SpoorError | undefined;

  private constructor(writer: RecordingWriter, removed: () => SpoorError | undefined) {
    this.#writer = writer;
    this.#removed = removed;
  }

  /**
   * Begins a recording in an empty file, which it closes.
   *
   * @throws SpoorError `OUTPUT_UNWRITABLE`
   */
  static async create(
    { path, fd, isDescriptor }: Pick<OutputFile, 'path' | 'fd' | 'isDescriptor'>,
    { command, events }: RecordedTrace,
  ): Promise<Recorder> {
    const facts = {
      spoor: version(),
      kernel: release(),
      architecture: arch(),
      command: command ?? null,
      events,
    };
    const writer = await RecordingWriter.create(path, { facts, fd });
    return new Recorder(writer, () => (isDescriptor ? undefined : removedError(path, fd)));
  }

  /** Sets the values that lines have beyond their records, for the records from here on. */
  setContext(context: EventContext): void {
    this.#writer.setContext(context);
  }

  /** False asks for a pause, until `drained`. */
  append(event: TracedEvent): boolean {
    return this.#writer.add(event.kind === 'malformed' ? event.bytes : event.raw);
  }

  drained(): Promise<void> {
    return this.#writer.drained();
  }

  mark(marker: DropsMarker): void {
    this.#writer.mark(marker);
  }

  /** Writes the rest. Resolves to what went wrong, now or before. */
  async close(): Promise<SpoorError | undefined> {
    try {
      const removed = this.#removed();
      await this.#writer.close();
      return removed;
    } catch (error) {
      if (error instanceof SpoorError) return error;
      throw error;
    }
  }
}
