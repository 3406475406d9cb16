import type { BigIntStats } from 'node:fs';
import { SpoorError } from '@spoor/core';
import { EventDecoder, type EventHandler } from '../view/decoder.js';
import type { RecordHandler } from '../view/memory.js';
import type { Event, MalformedEvent } from '../view/types.js';
import { type Block, forEachRecord, isMagic, type Records, readBlock, recordsOf } from './block.js';
import { type BlockHead, HEAD_SIZE, isPlausible, MAGIC } from './format.js';
import { factsOf, type RecordingHeader } from './header.js';
import { isObject, parseJson, wrongType } from './json.js';
import { type ContextMarker, decodeMarker, marker, type RecordingMarker } from './marker.js';
import type { ByteSource } from './source.js';
import { Turns } from './turns.js';

/** How a recording ended, once it was read. */
export interface RecordingEnd {
  /** True if the writer closed it. */
  readonly complete: boolean;
  /**
   * Of one that is not complete: `cut`, the file ends in a block or after one; `damaged`, what
   * follows is not a block.
   */
  readonly reason?: 'cut' | 'damaged';
  /** Bytes of the file that could be used; what follows could not. */
  readonly position: number;
  /** The facts that the writer added at the end. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Records that `each` hands out before it looks at the time. */
const recordsAtOnce = 256;

/** Called with what lies between the events. */
export type MarkerHandler = (mark: RecordingMarker) => void;

/**
 * A recording that is being read, once, from front to back. Needs no kernel and no privilege.
 *
 * The events are the same as live ones, decoded by the layouts that they were recorded with: fields
 * of this version that the recording has not are zero or empty, and fields that only the recording
 * has are there too.
 */
export class Recording implements AsyncDisposable {
  readonly path: string;
  readonly header: RecordingHeader;
  /** Bytes of the file; undefined for a pipe. */
  readonly size: number | undefined;
  /** The identity of the file. */
  readonly stats: BigIntStats;
  readonly decoder: EventDecoder;
  readonly #source: ByteSource;
  #position: number;
  #rawSize = 0;
  #records = 0;
  #damagedBlocks = 0;
  #end: RecordingEnd | undefined;

  /** @internal Use `openRecording`. */
  constructor(source: ByteSource, parts: { path: string; header: RecordingHeader }) {
    this.#source = source;
    this.path = parts.path;
    this.stats = source.stats;
    this.size = source.stats.isFile() ? Number(source.stats.size) : undefined;
    this.header = parts.header;
    this.#position = source.position;
    this.decoder = new EventDecoder({ layouts: parts.header.layouts, context: parts.header.context });
  }

  /** Bytes read so far: with `size`, the progress. */
  get position(): number {
    return this.#position;
  }

  /** Records read so far. */
  get records(): number {
    return this.#records;
  }

  /** Blocks so far that were not as they were written; a gap stands for each of them. */
  get damagedBlocks(): number {
    return this.#damagedBlocks;
  }

  /** How it ended; `undefined` until everything was read. */
  get end(): RecordingEnd | undefined {
    return this.#end;
  }

  /**
   * Events with memory of their own, and markers, in the order in which they were recorded. Timers,
   * signals and other pending work run in between, even if handling the events is slow.
   */
  async *[Symbol.asyncIterator](): AsyncGenerator<Event | MalformedEvent | RecordingMarker, void> {
    const turns = new Turns();
    for (let next = await this.#next(); next !== undefined; next = await this.#next()) {
      if ('kind' in next) {
        yield next;
        continue;
      }
      const { position } = next;
      const positionOf = (at: number) => BigInt(position + at);
      let event: Event | MalformedEvent | undefined;
      const own: RecordHandler = (memory, at, length) => {
        event = this.decoder.own(memory, at, length, positionOf);
      };
      for (let offset = 0; offset >= 0; ) {
        event = undefined;
        offset = forEachRecord(next, own, { offset, most: 1 });
        if (event !== undefined) yield event;
        if (turns.isDue()) await turns.take();
      }
    }
  }

  /**
   * The fast way: each event is lent for the time of the call. Resolves with how the recording
   * ended.
   */
  each(handle: EventHandler, onMarker?: MarkerHandler): Promise<RecordingEnd> {
    return this.eachRecord(this.decoder.handler(handle), onMarker);
  }

  /**
   * The raw records, as `RingReader.drain` hands them out: for copying, counting, or a decoder of
   * one's own.
   */
  async eachRecord(handle: RecordHandler, onMarker?: MarkerHandler): Promise<RecordingEnd> {
    const turns = new Turns();
    for (let next = await this.#next(); next !== undefined; next = await this.#next()) {
      if ('kind' in next) {
        onMarker?.(next);
        continue;
      }
      for (let offset = 0; offset >= 0; ) {
        offset = forEachRecord(next, handle, { offset, most: recordsAtOnce });
        if (turns.isDue()) await turns.take();
      }
    }
    return this.#end!;
  }

  async close(): Promise<void> {
    this.#end ??= { complete: false, position: this.#position, facts: {} };
    await this.#source.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** The next records or marker; `undefined` at the end. */
  async #next(): Promise<Records | RecordingMarker | undefined> {
    while (this.#end === undefined) {
      const block = await readBlock(this.#source, this.#accept);
      if (typeof block === 'string') {
        this.#end = {
          complete: false,
          reason: block === 'cut' ? 'cut' : 'damaged',
          position: this.#position,
          facts: {},
        };
        if (block === 'another') throw this.#followedBy('another recording begins');
        return undefined;
      }
      const item = await this.#itemOf(block);
      if (item !== undefined) return item;
    }
    return undefined;
  }

  async #itemOf(block: Block): Promise<Records | RecordingMarker | undefined> {
    const { head, payload, position } = block;
    this.#position = position + HEAD_SIZE + head.storedSize;
    if (payload === undefined) return this.#damaged(block);
    switch (head.type) {
      case 'records': {
        const records = recordsOf(block, payload);
        if (records === undefined) return this.#damaged(block);
        this.#records += head.records;
        return records;
      }
      case 'marker': {
        const mark = this.#decodeMarker(payload, position);
        if (mark?.kind !== 'context') return mark;
        this.decoder.context = mark.context;
        return undefined;
      }
      case 'end':
        await this.#checkEnd(payload, position);
        return undefined;
      default:
        return undefined;
    }
  }

  #damaged({ head, position }: Block): RecordingMarker {
    this.#damagedBlocks++;
    const reason = `a damaged block of ${head.type}`;
    return marker({ kind: 'gap', reason, position: BigInt(position), records: head.records });
  }

  /** Counts what a block holds, before it is expanded. */
  readonly #accept = ({ rawSize, records }: BlockHead): void => {
    this.#rawSize += rawSize;
    const held = { rawSize: this.#rawSize, records: this.#records + records };
    if (isPlausible(this.#source.position, held)) return;
    throw new SpoorError(
      'RECORDING_INVALID',
      `${this.path}: the block at byte ${this.#position} expands too much`,
      {
        remedy: 'No version of Spoor makes such a file. What came before that byte was read.',
        details: { position: this.#position, ...held },
      },
    );
  };

  #decodeMarker(payload: Uint8Array, position: number): RecordingMarker | ContextMarker | undefined {
    try {
      return decodeMarker(payload, this.header.layouts.kinds);
    } catch (cause) {
      throw this.#unusable('marker', position, cause);
    }
  }

  async #checkEnd(payload: Uint8Array, position: number): Promise<void> {
    this.#end = { complete: true, position: this.#position, facts: this.#endFacts(payload, position) };
    const after = await this.#source.upTo(MAGIC.length);
    if (after.length === 0) return;
    throw this.#followedBy(isMagic(after) ? 'another recording begins' : 'bytes follow its end');
  }

  #endFacts(payload: Uint8Array, position: number): RecordingEnd['facts'] {
    try {
      const value = parseJson(payload);
      if (!isObject(value)) throw wrongType('it', value, 'an object');
      return factsOf(value['facts']);
    } catch (cause) {
      throw this.#unusable('end', position, cause);
    }
  }

  #unusable(what: string, position: number, cause: unknown): SpoorError {
    const why = (cause as Error).message;
    return new SpoorError(
      'RECORDING_INVALID',
      `${this.path}: the ${what} at byte ${position} cannot be used: ${why}`,
      {
        remedy: 'What came before that byte was read. A newer version of Spoor may be able to read the rest.',
        details: { position },
        cause,
      },
    );
  }

  #followedBy(what: string): SpoorError {
    return new SpoorError('RECORDING_INVALID', `${this.path}: ${what} at byte ${this.#position}`, {
      remedy: 'A file holds one recording, and what came before that byte was read. Split the file there.',
      details: { position: this.#position },
    });
  }
}
