import type { BigIntStats } from 'node:fs';
import { SpoorError } from '@spoor/btf';
import { EventDecoder, type EventHandler } from '../decoder.js';
import type { RecordHandler, RecordMemory } from '../memory.js';
import type { Event, MalformedEvent } from '../types.js';
import { crc32 } from './built-in.js';
import { codecOf } from './compress.js';
import { type BlockHead, decodeHead, HEAD_SIZE, MAGIC } from './format.js';
import { decodeHeader, isObject, type RecordingHeader } from './header.js';
import { decodeMarker, marker, type RecordingMarker } from './marker.js';
import { ByteSource } from './source.js';

/** How a recording ended, once it was read. */
export interface RecordingEnd {
  /** Whether the writer closed it. */
  readonly complete: boolean;
  /** Of one that is not complete: `cut`, the file ends in a block or after one; `damaged`, what follows is no block. */
  readonly reason?: 'cut' | 'damaged';
  /** Bytes of the file that could be used; what follows could not. */
  readonly position: number;
  /** What the writer kept with the end. */
  readonly facts: Readonly<Record<string, unknown>>;
}

/** Called with what lies between the events. */
export type MarkerHandler = (mark: RecordingMarker) => void;

/** A block as read: its head, its payload expanded, and where it lay. `damaged`: the payload is not what was written. */
interface Block {
  readonly head: BlockHead;
  readonly payload: Uint8Array | undefined;
  readonly position: number;
}

/**
 * A recording that is being read, once, from front to back. Needs no kernel and no privilege.
 *
 * The events are the same as live ones, decoded by the layouts that they were recorded with: fields of this version
 * that the recording has not are zero or empty, and fields that only the recording has are there too.
 */
export class Recording implements AsyncDisposable {
  readonly path: string;
  readonly header: RecordingHeader;
  /** Bytes of the file; undefined for a pipe. */
  readonly size: number | undefined;
  /** What tells the file from others. */
  readonly stats: BigIntStats;
  readonly decoder: EventDecoder;
  readonly #source: ByteSource;
  #position: number;
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

  /** Events with memory of their own, and markers, in the order in which they were recorded. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Event | MalformedEvent | RecordingMarker, void> {
    for (;;) {
      const next = await this.#next();
      if (next === undefined) return;
      if ('kind' in next) {
        yield next;
        continue;
      }
      const positionOf = (offset: number) => BigInt(next.position + offset);
      for (const at of placesIn(next))
        yield this.decoder.own(next.memory, at, lengthAt(next, at - 8), positionOf);
    }
  }

  /** The fast way: each event is lent for the time of the call. Resolves with how the recording ended. */
  each(handle: EventHandler, onMarker?: MarkerHandler): Promise<RecordingEnd> {
    return this.eachRecord(this.decoder.handler(handle), onMarker);
  }

  /** The raw records, as `RingReader.drain` hands them out: for copying, counting, or a decoder of one's own. */
  async eachRecord(handle: RecordHandler, onMarker?: MarkerHandler): Promise<RecordingEnd> {
    for (;;) {
      const next = await this.#next();
      if (next === undefined) return this.#end!;
      if ('kind' in next) onMarker?.(next);
      else forEachRecord(next, handle);
    }
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
      const block = await readBlock(this.#source);
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
      const { head, payload, position } = block;
      this.#position = position + HEAD_SIZE + head.storedSize;
      if (payload === undefined) {
        this.#damagedBlocks++;
        const reason = `a damaged block of ${head.type}`;
        return marker({ kind: 'gap', reason, position: BigInt(position), records: head.records });
      }
      if (head.type === 'records') {
        this.#records += head.records;
        return { memory: memoryOf(payload), position, size: payload.length };
      }
      if (head.type === 'end') await this.#checkEnd(payload);
      if (head.type !== 'marker') continue;
      const mark = decodeMarker(payload);
      if (mark?.kind === 'context') this.decoder.context = mark.context;
      else if (mark !== undefined) return mark;
    }
    return undefined;
  }

  async #checkEnd(payload: Uint8Array): Promise<void> {
    this.#end = { complete: true, position: this.#position, facts: endFacts(payload) };
    const after = await this.#source.upTo(MAGIC.length);
    if (after.length === 0) return;
    throw this.#followedBy(isMagic(after) ? 'another recording begins' : 'bytes follow its end');
  }

  #followedBy(what: string): SpoorError {
    return new SpoorError('RECORDING_INVALID', `${this.path}: ${what} at byte ${this.#position}`, {
      remedy: 'A file holds one recording, and what came before that byte was read. Split the file there.',
      details: { position: this.#position },
    });
  }
}

interface Records {
  readonly memory: RecordMemory;
  readonly position: number;
  readonly size: number;
}

/**
 * Opens a recording and reads its header. A pipe is read as it comes.
 *
 * Throws `FILE_UNREADABLE` when the file cannot be read, `RECORDING_INVALID` when it is no recording, or so short
 * that not even its header is whole, `UNSUPPORTED` for a compression that this Node has not. Reading to the end throws
 * `RECORDING_INVALID` when something follows the recording: everything before was handed out.
 *
 * @param path names the file, also in messages
 * @param fd a descriptor to read instead of the path, which stays open
 *
 * @example
 * ```ts
 * await using recording = await openRecording('trace.spoor');
 * for await (const event of recording) console.log(JSON.stringify(event));
 * if (!recording.end?.complete) console.log(`cut at byte ${recording.end?.position}`);
 * ```
 */
export async function openRecording(path: string, fd?: number): Promise<Recording> {
  let source: ByteSource;
  try {
    source = await ByteSource.open(fd ?? path);
  } catch (cause) {
    throw unreadable(path, cause);
  }
  try {
    const start = await source.upTo(MAGIC.length);
    if (!isMagic(start))
      throw invalid(
        path,
        start.length < MAGIC.length ? `it has ${start.length} bytes` : 'it does not begin like one',
      );
    const block = await readBlock(source);
    if (block === 'cut') throw invalid(path, `it was cut in its header, at byte ${source.position}`);
    if (typeof block === 'string' || block.head.type !== 'header' || block.payload === undefined)
      throw invalid(path, 'its header is damaged');
    return new Recording(source, { path, header: decodeHeader(block.payload, path) });
  } catch (error) {
    await source.close();
    throw error instanceof SpoorError ? error : unreadable(path, error);
  }
}

function isMagic(bytes: Uint8Array): boolean {
  return Buffer.compare(bytes.subarray(0, MAGIC.length), MAGIC) === 0;
}

/** The next block, or what is there in place of one; `another`: the beginning of a recording. */
async function readBlock(source: ByteSource): Promise<Block | 'cut' | 'damaged' | 'another'> {
  const { position } = source;
  const bytes = await source.exactly(HEAD_SIZE);
  if (bytes === undefined) return 'cut';
  const head = decodeHead(bytes, crc32);
  if (head === undefined) return isMagic(bytes) ? 'another' : 'damaged';
  const stored = await source.exactly(head.storedSize);
  if (stored === undefined) return 'cut';
  return { head, position, payload: await expand(head, stored) };
}

async function expand(head: BlockHead, stored: Uint8Array): Promise<Uint8Array | undefined> {
  if (crc32(stored) !== head.payloadCrc) return undefined;
  const codec = codecOf(head.compression);
  try {
    const payload = await codec.expand(stored, head.rawSize);
    return payload.length === head.rawSize ? payload : undefined;
  } catch {
    return undefined;
  }
}

/** In memory of its own, so that words are aligned. */
function memoryOf(payload: Uint8Array): RecordMemory {
  const u8 = new Uint8Array((payload.length + 7) & ~7);
  u8.set(payload);
  return { u8, u32: new Uint32Array(u8.buffer), view: new DataView(u8.buffer) };
}

/** Bytes of the record at `offset`, or -1 when there is none: a length past the block is the end of the block. */
function lengthAt({ memory, size }: Records, offset: number): number {
  if (offset + 8 > size) return -1;
  const length = memory.u32[offset >>> 2]!;
  return offset + 8 + length > size ? -1 : length;
}

function forEachRecord(records: Records, handle: RecordHandler): void {
  let length = lengthAt(records, 0);
  for (let offset = 0; length >= 0; length = lengthAt(records, offset)) {
    handle(records.memory, offset + 8, length);
    offset += (length + 15) & ~7;
  }
}

function placesIn(records: Records): number[] {
  const places: number[] = [];
  forEachRecord(records, (_, offset) => places.push(offset));
  return places;
}

function endFacts(payload: Uint8Array): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(Buffer.from(payload).toString());
    return isObject(value) && isObject(value['facts']) ? value['facts'] : {};
  } catch {
    return {};
  }
}

function invalid(path: string, why: string): SpoorError {
  return new SpoorError('RECORDING_INVALID', `${path} is no recording that can be replayed: ${why}`, {
    remedy: 'Give a file that spoor trace --record or RecordingWriter has written.',
  });
}

function unreadable(path: string, cause: unknown): SpoorError {
  const { code, message } = cause as NodeJS.ErrnoException;
  return new SpoorError('FILE_UNREADABLE', `${path} cannot be read: ${code ?? message}`, {
    remedy: 'Give the path of a recording that you may read.',
    cause,
  });
}
