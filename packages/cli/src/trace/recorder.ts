import type { BuiltInKernel } from '@spoor/bpf';
import { SpoorError } from '@spoor/core';
import { type DropsMarker, type EventContext, layoutsOfKernel, RecordingWriter } from '@spoor/event';
import type { TracedEvent } from '@spoor/tracer';
import type { OutputFile } from '../output/output-file.js';
import { removedError } from '../output/removed.js';
import type { MachineFacts } from './machine.js';

/**
 * The longest time that a record waits for its block to be written, in milliseconds. A recording
 * loses these records, and those in the ring buffers, if `spoor` is killed.
 */
const flushMs = 500;

/** Writes the events of a trace to a file that `spoor replay` reads. */
export class Recorder {
  readonly #writer: RecordingWriter;
  readonly #removed: () => SpoorError | undefined;

  private constructor(writer: RecordingWriter, removed: () => SpoorError | undefined) {
    this.#writer = writer;
    this.#removed = removed;
  }

  /**
   * Begins a recording in an empty file. `close` closes the file.
   *
   * @throws {SpoorError} OUTPUT_UNWRITABLE when the file cannot be written
   */
  static async create(
    { path, fd, isDescriptor }: Pick<OutputFile, 'path' | 'fd' | 'isDescriptor'>,
    facts: MachineFacts,
    kernel?: BuiltInKernel,
  ): Promise<Recorder> {
    const layouts = kernel && { layouts: layoutsOfKernel(kernel) };
    const writer = await RecordingWriter.create(path, { facts: { ...facts }, fd, flushMs, ...layouts });
    return new Recorder(writer, () => (isDescriptor ? undefined : removedError(path, fd)));
  }

  /** Sets the context of the records that follow. */
  setContext(context: EventContext): void {
    this.#writer.setContext(context);
  }

  /** Returns false to ask for a pause until `drained`. */
  append(event: TracedEvent): boolean {
    return this.#writer.add(event.kind === 'malformed' ? event.bytes : event.raw);
  }

  drained(): Promise<void> {
    return this.#writer.drained();
  }

  mark(marker: DropsMarker): void {
    this.#writer.mark(marker);
  }

  /**
   * Writes the remaining records.
   * @returns the first failure of the recording
   */
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
