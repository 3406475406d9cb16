import { type BigIntStats, close, ftruncateSync, statSync } from 'node:fs';
import { promisify } from 'node:util';
import { SpoorError } from '@spoor/core';
import type { Io, Stream } from '../io.js';
import type { Launcher, Receive } from '../launcher.js';
import { openerOf } from '../output/opener.js';
import {
  abandonOutputFile,
  isSameFile,
  type OutputFile,
  openDescriptor,
  openOutputFile,
} from '../output/output-file.js';
import { removedError } from '../output/removed.js';
import { errnoNameOf, Sink } from '../output/sink.js';
import { joinErrors, sinkError, writeRemedy } from '../output/sink-error.js';
import { noStyle } from '../output/style.js';

const closeFile = promisify(close);

/** An input file. No output may be the same file. */
export interface InputFile {
  /** The name in messages. */
  readonly name: string;
  readonly stats: BigIntStats;
}

/** Returns the file at a path; undefined if it does not exist. */
export function inputFile(name: string, path: string | undefined): InputFile | undefined {
  if (path === undefined) return undefined;
  try {
    return { name: `${name} ${path}`, stats: statSync(path, { bigint: true }) };
  } catch {
    // An error is reported when the file is read.
    return undefined;
  }
}

export interface WantedOutputs {
  /** The file for events; `-` is standard output. */
  readonly out: string | undefined;
  /** The stream for events without a file. */
  readonly fallback: Stream;
  readonly stats?: string | undefined;
  readonly record?: string | undefined;
  readonly inputs?: readonly InputFile[];
}

/** An output that was opened by a name from the command line. */
interface Named {
  readonly option: string;
  readonly path: string;
  /** Undefined for standard output and standard error. */
  readonly file: OutputFile | undefined;
  /**
   * For a recording it only identifies the file: the writer of the recording uses the descriptor.
   */
  readonly sink: Sink;
}

const outOption = '--output-file';
const recordOption = '--record';
const statsOption = '--stats-json';

/** The outputs of a run besides standard error. */
export class Outputs {
  readonly events: Stream;
  readonly stats: Sink | undefined;
  /** The empty file for the recording. Its writer closes it. */
  readonly record: Pick<OutputFile, 'path' | 'fd' | 'isDescriptor'> | undefined;
  readonly #named: Named[];
  #reopening: Promise<SpoorError | undefined> = Promise.resolve(undefined);
  #closed = false;
  /** Openers by path, for files that this process may no longer open. */
  readonly #openers = new Map<string, () => Promise<OutputFile>>();

  private constructor(events: Stream, named: readonly Named[]) {
    const of = (option: string) => named.find((one) => one.option === option);
    this.events = events;
    this.stats = of(statsOption)?.sink;
    const record = of(recordOption);
    this.record = record?.file === undefined ? undefined : { ...record.file, path: record.path };
    this.#named = [...named];
  }

  /**
   * Opens the files before anything else, so that nothing runs whose result cannot be written.
   * Empties the files once all are open, and none is the same as another output or an input.
   *
   * @throws {SpoorError} OUTPUT_UNWRITABLE when a file cannot be opened or is used twice
   * @throws {SpoorError} USAGE when a standard stream is used twice
   */
  static async open(io: Io, wanted: WantedOutputs): Promise<Outputs> {
    const { out, fallback, stats, record, inputs = [] } = wanted;
    const named: Named[] = [];
    const add = async (option: string, path: string | undefined) => {
      if (path !== undefined) named.push(await openNamed(io, option, path));
    };
    try {
      await add(outOption, out);
      await add(recordOption, record);
      await add(statsOption, stats);
      const toFile = out === undefined ? undefined : named[0]!;
      if (toFile === undefined) checkWritable(fallback.sink);
      checkDistinct(named, toFile === undefined ? fallback.sink : undefined, inputs);
      for (const { file } of named) if (file !== undefined) empty(file);
      const events =
        toFile === undefined ? fallback : out === '-' ? io.out : { sink: toFile.sink, style: noStyle };
      return new Outputs(events, named);
    } catch (error) {
      for (const { file } of named) if (file !== undefined) await abandonOutputFile(file);
      throw error;
    }
  }

  /**
   * Reopens the files for events and counters by their paths, for log rotation (`SIGHUP`). Each
   * output continues in the new file, after its last whole line. No file is emptied. If a file
   * cannot be opened, output continues in the old one. A recording stays open, because it is one
   * file with one header. So does an output that is not a regular file.
   *
   * @returns the first failure
   */
  reopen(): Promise<SpoorError | undefined> {
    this.#reopening = this.#reopening.then(() => this.#reopen());
    return this.#reopening;
  }

  /** Makes the launcher reopen the files, before this process loses the right to do so. */
  reopenBy(launcher: Launcher, receive: Receive): void {
    for (const { path } of this.#named.filter(canReopen)) {
      const opener = openerOf(path, launcher, receive);
      if (opener !== undefined) this.#openers.set(path, opener);
    }
    launcher.sealPlaces();
  }

  /** True if `reopen` has a file to reopen. */
  get canReopen(): boolean {
    return this.#named.some(canReopen);
  }

  /** Returns true if one of the outputs is this stream. */
  uses({ sink }: Stream): boolean {
    return this.events.sink === sink || this.#named.some((one) => one.sink === sink);
  }

  /**
   * Writes the remaining text and closes the files.
   * @returns the failures of all outputs, joined
   */
  async close(): Promise<SpoorError | undefined> {
    await this.#reopening;
    this.#closed = true;
    await this.events.sink.drained();
    const removed: (SpoorError | undefined)[] = [];
    for (const { file, option, path, sink } of this.#named) {
      if (file === undefined) await sink.drained();
      if (file === undefined || option === recordOption) continue;
      await sink.drained();
      if (!file.isDescriptor) removed.push(removedError(path, file.fd));
      await sink.close();
    }
    const sinks = new Set([this.events.sink, ...(this.stats === undefined ? [] : [this.stats])]);
    return joinErrors([...[...sinks].map(sinkError), ...removed]);
  }

  async #reopen(): Promise<SpoorError | undefined> {
    let failure: SpoorError | undefined;
    for (const [index, output] of this.#named.entries()) {
      if (this.#closed || !canReopen(output)) continue;
      try {
        this.#named[index] = { ...output, file: await this.#switch(output) };
      } catch (error) {
        if (!(error instanceof SpoorError)) throw error;
        failure ??= error;
      }
    }
    return failure;
  }

  async #switch(output: Named): Promise<OutputFile> {
    const { path, option, sink } = output;
    const opened = await (this.#openers.get(path)?.() ?? openOutputFile(path, { anew: true }));
    if ('standard' in opened) throw notReopened(path, 'it is not a regular file any more');
    try {
      if (!opened.stats.isFile()) throw notReopened(path, 'it is not a regular file any more');
      const others = this.#named.filter((other) => other !== output);
      checkDistinct([...others, { ...output, sink: new Sink(opened.fd, path) }], undefined, []);
    } catch (error) {
      await abandonOutputFile(opened);
      throw error;
    }
    try {
      await closeFile(await sink.switchTo(opened.fd));
    } catch (error) {
      const why = errnoNameOf(error as NodeJS.ErrnoException);
      throw notReopened(`${path} (${option})`, `earlier output is incomplete (${why})`);
    }
    return opened;
  }
}

function canReopen({ option, file }: Named): boolean {
  return option !== recordOption && file !== undefined && !file.isDescriptor && file.stats.isFile();
}

async function openNamed(io: Io, option: string, path: string): Promise<Named> {
  const opened = path === '-' ? ({ standard: 1 } as const) : await openOutputFile(path);
  if (!('standard' in opened)) return { option, path, file: opened, sink: new Sink(opened.fd, path) };
  const { sink } = opened.standard === 1 ? io.out : io.err;
  checkWritable(sink);
  // The writer of a recording closes its descriptor.
  const file = option === recordOption ? openDescriptor(opened.standard, sink.name) : undefined;
  return { option, path, file, sink };
}

/** @throws {SpoorError} OUTPUT_UNWRITABLE when a standard stream is closed or read-only */
function checkWritable(sink: Sink): void {
  sink.probe();
  const failure = sinkError(sink);
  if (failure !== undefined) throw failure;
}

/**
 * @throws {SpoorError} OUTPUT_UNWRITABLE when two are the same file, USAGE when they are the same
 *   standard stream; the message names both
 */
function checkDistinct(
  named: readonly Named[],
  fallback: Sink | undefined,
  inputs: readonly InputFile[],
): void {
  const outputs = named.map(({ option, path, sink }) => ({ name: `${option} ${path}`, sink }));
  if (fallback !== undefined)
    outputs.unshift({ name: `${fallback.name}, which gets the events,`, sink: fallback });
  for (const [index, { name, sink }] of outputs.entries()) {
    const other = outputs.slice(0, index).find((before) => isSameSink(before.sink, sink));
    if (other?.sink === sink) throw usedTwice(`${other.name} and ${name} are the same stream`);
    if (other !== undefined) throw clash(`${other.name} and ${name} are the same file`, eachItsOwn);
    const { stats } = sink;
    const input = stats?.isFile() ? inputs.find((one) => isSameFile(one.stats, stats)) : undefined;
    if (input !== undefined) throw clash(`${name} would overwrite ${input.name}`, 'Write to another file.');
  }
}

const eachItsOwn = 'Give each output its own file.';

function isSameSink(one: Sink, other: Sink): boolean {
  if (one === other) return true;
  const { stats } = one;
  return stats !== undefined && stats.isFile() && other.stats !== undefined && isSameFile(stats, other.stats);
}

function clash(message: string, remedy: string): SpoorError {
  return new SpoorError('OUTPUT_UNWRITABLE', message, { remedy });
}

/** The command line alone says that a standard stream has two outputs. */
function usedTwice(message: string): SpoorError {
  return new SpoorError('USAGE', message, { remedy: eachItsOwn });
}

/** Empties a file. The contents of a descriptor from the caller stay. */
function empty({ path, fd, stats, isDescriptor }: OutputFile): void {
  if (isDescriptor || !stats.isFile()) return;
  try {
    ftruncateSync(fd);
  } catch (error) {
    const why = errnoNameOf(error as NodeJS.ErrnoException);
    throw new SpoorError('OUTPUT_UNWRITABLE', `${path} cannot be written: ${why}`, {
      remedy: writeRemedy(why),
      cause: error,
    });
  }
}

function notReopened(path: string, why: string): SpoorError {
  return new SpoorError('OUTPUT_UNWRITABLE', `${path} cannot be reopened: ${why}`, {
    remedy: 'Output continues in the previous file. Send SIGHUP again when the path is a file.',
  });
}
