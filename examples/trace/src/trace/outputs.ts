import { open } from 'node:fs';
import { promisify } from 'node:util';
import { SpoorError } from '@spoor/btf';
import type { Io, Stream } from '../io.js';
import { errnoNameOf, Sink } from '../output/sink.js';
import { sinkError } from '../output/sink-error.js';
import { noStyle } from '../output/style.js';

const openFile = promisify(open);

/** Where a run writes to besides standard error. */
export class Outputs {
  readonly events: Stream;
  readonly stats: Sink | undefined;
  readonly #files: readonly Sink[];

  private constructor(events: Stream, stats: Sink | undefined, files: readonly Sink[]) {
    this.events = events;
    this.stats = stats;
    this.#files = files;
  }

  /**
   * Opens the files, before anything else is done: who cannot write the result should not run the command.
   *
   * @throws SpoorError `OUTPUT_UNWRITABLE`
   */
  static async open(
    io: Io,
    wanted: {
      readonly out: string | undefined;
      readonly fallback: Stream;
      readonly stats?: string | undefined;
    },
  ): Promise<Outputs> {
    const files: Sink[] = [];
    const file = async (path: string) => {
      const sink = await openSink(path);
      files.push(sink);
      return sink;
    };
    const { out, fallback, stats } = wanted;
    const events =
      out === undefined ? fallback : out === '-' ? io.out : { sink: await file(out), style: noStyle };
    return new Outputs(events, stats === undefined ? undefined : await file(stats), files);
  }

  /** Writes what is left and closes the files. Returns what went wrong with any of the outputs. */
  async close(): Promise<SpoorError | undefined> {
    await this.events.sink.drained();
    for (const sink of this.#files) await sink.close();
    return sinkError(this.events.sink) ?? (this.stats && sinkError(this.stats));
  }
}

/** Not by a call that blocks: a named pipe opens when somebody reads it, and signals should be heard until then. */
async function openSink(path: string): Promise<Sink> {
  try {
    return new Sink(await openFile(path, 'w'), path);
  } catch (error) {
    throw new SpoorError(
      'OUTPUT_UNWRITABLE',
      `${path} cannot be written: ${errnoNameOf(error as NodeJS.ErrnoException)}`,
      {
        remedy: 'Give a file that can be made or replaced, or "-" for standard output.',
        cause: error,
      },
    );
  }
}
